"""Puts together what a command works on: workspace, launches, runs, batches, the desk, a worker."""
