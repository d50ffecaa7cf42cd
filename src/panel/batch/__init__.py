"""A day's launches: taken in, chosen, reviewed within a budget."""
