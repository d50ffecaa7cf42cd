"""Rows of the desk beside drafts: accounts, sessions, the log of acts, what was finished."""
