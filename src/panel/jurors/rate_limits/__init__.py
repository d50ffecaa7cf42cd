"""How fast a model may be asked: pace, calls in flight, retries, and when to stop asking."""
