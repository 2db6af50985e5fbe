"""Complaints as sentences that a model can act on, and texts that fit into a reply."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

LONGEST = 3000
"""characters of one text in a reply; about 900 tokens"""
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)")


def argument_complaint(tool: str, error: ValidationError, known: Sequence[str]) -> str:
    """What is wrong with a tool's arguments, and what it takes."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "arguments"
    if first["type"] == "missing":
        return f"{tool} needs the argument {name}; it takes {', '.join(known)}"
    given = repr(first["input"])
    return f"{tool}: {name}={given[:80]} is not right: {first['msg'].lower()}"


def unknown_arguments(tool: str, given: dict[str, Any], known: Sequence[str]) -> str | None:
    """A complaint about a name that the tool does not take; None where it takes them all."""
    unknown = sorted(set(given) - set(known))
    return f"{tool} does not take {', '.join(unknown)[:200]}; it takes {', '.join(known)}" if unknown else None


def for_models(sentence: str) -> str:
    """Options of the command line in a sentence as a tool's arguments: `--max-loss` is `max_loss`."""
    return _OPTION.sub(lambda m: m[1].replace("-", "_"), sentence)


def cut(text: str, limit: int = LONGEST) -> str:
    """At most so many characters, whole lines of its beginning where it has several."""
    if len(text) <= limit:
        return text
    kept = text[:limit].rpartition("\n")[0] or text[:limit]
    return f"{kept}\n… ({len(text) - len(kept)} characters more)"
