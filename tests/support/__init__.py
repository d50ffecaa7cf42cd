"""Builders that tests share, one a noun. No test file imports another."""
