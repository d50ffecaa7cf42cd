"""Whose page an address is, and which product it belongs to."""
