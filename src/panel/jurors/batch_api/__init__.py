"""The providers' own batches: sent today, answered within a day, at half the price."""
