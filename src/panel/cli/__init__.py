"""The command line: parse, call, print. Nothing heavy is imported until a command needs it."""

from panel.cli.app import main

__all__ = ["main"]
