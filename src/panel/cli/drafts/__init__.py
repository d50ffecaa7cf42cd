"""`panel drafts` and `panel edit`."""
