"""Command line: reads arguments, joins the pieces, decides nothing."""


def main() -> int:
    """Entry point of the `arguide` command."""
    raise SystemExit("not joined yet")
