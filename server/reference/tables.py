"""Tables, code and types, as the pages show them. Pure."""

import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from ...bench.report.tables import grid


def type_in_words(annotation: Any) -> str:
    """A type in words that also mean something to people who write no Python."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{a}`" for a in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(type_in_words(a) for a in arguments if a is not type(None))
    if origin in (list, tuple):
        return f"{type_in_words(arguments[0])}, several"
    words = {int: "integer", float: "number", str: "text", bool: "yes or no", Path: "path"}
    return words.get(annotation, str(annotation))


def table(head: Sequence[str], rows: Any) -> str:
    """A Markdown table; cells keep to one line."""
    return grid(head, [[cell(c) for c in row] for row in rows]) + "\n"


def cell(text: str) -> str:
    """On one line; bars, which would end the cell, are escaped."""
    return " ".join(text.replace("|", "\\|").split())


def fenced(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text}```\n"


def anchor(title: str) -> str:
    """Where a heading's link leads to."""
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")
