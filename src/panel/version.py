"""The version. It stands apart, so that no room needs the package itself for it."""

__version__ = "0.1.0"
