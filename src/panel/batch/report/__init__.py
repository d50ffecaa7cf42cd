"""What a batch leaves to read: its summary, what it spent, pairs worth comparing."""
