"""`panel desk`: serve it, its accounts, its statistics."""
