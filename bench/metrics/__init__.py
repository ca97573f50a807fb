"""The core's own metrics, one file a family, offered through the same hook as anyone's."""
