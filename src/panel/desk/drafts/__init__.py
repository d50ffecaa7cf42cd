"""A draft: as it came, as it lies open, what is left to decide, and what readers have of it."""
