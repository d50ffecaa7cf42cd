"""What is opened from a folder: where it is, and its settings."""
