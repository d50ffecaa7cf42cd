"""Attempts on a verdict and text that breaks things: ours, and third parties' taken from packages at test time."""
