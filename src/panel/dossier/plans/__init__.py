"""What a plan costs in a stated use: arithmetic by code, never by a model."""
