"""Facts that code reads from a page: each with the words it was read from and where they stand."""
