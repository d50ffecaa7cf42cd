"""What was signed, as a file anybody can verify; and the audit of the whole log."""
