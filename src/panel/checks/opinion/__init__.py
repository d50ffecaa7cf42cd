"""Checks of one opinion, each beside the words it looks for."""
