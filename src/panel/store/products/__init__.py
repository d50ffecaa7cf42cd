"""Products known by the archive, and launches told apart or joined."""
