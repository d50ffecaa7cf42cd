"""Launches handed to workers on many machines: the queue, and the limits they share."""
