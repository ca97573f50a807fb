"""The core's own encoders, offered through the same hook as anyone's."""
