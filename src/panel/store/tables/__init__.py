"""The tables, and the triggers that keep the desk append-only."""
