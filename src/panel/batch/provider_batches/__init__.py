"""Calls sent through the providers' own batches, waited for and collected."""
