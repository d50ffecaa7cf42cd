"""A draft as a text file for an editor's own program, and back."""
