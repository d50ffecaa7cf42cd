"""Runs as folders and as rows; rows of batches."""
