"""What a reader of a page sees, and what the page keeps from its readers."""
