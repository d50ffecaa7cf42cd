"""One critic asked: its turn, the calls of it, and the prompt cache they share."""
