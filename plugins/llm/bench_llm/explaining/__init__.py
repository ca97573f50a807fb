"""Why an event looks like signal or background: computed, put in words, and read back."""
