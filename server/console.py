"""Where results for people go, and the one shape of their tables."""

from rich.console import Console
from rich.table import Table

_PIPED = 400
"""columns of a line that goes to a file or another program: nothing is cut there"""
out = Console(highlight=False, soft_wrap=True)
if not out.is_terminal:
    out.width = _PIPED


def table(*columns: str) -> Table:
    """A table without lines, its head in bold."""
    return Table(*columns, box=None, pad_edge=False, header_style="bold")
