"""All that the author of a plugin has to read: what parts are, and what they are given and give."""
