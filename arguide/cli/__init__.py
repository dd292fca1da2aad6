"""Command line: reads arguments, joins the pieces, decides nothing."""

from arguide.cli.command_line import main

__all__ = ["main"]
