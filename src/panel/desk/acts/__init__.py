"""What people do to a draft: each act reads what is open, decides, and is committed once."""
