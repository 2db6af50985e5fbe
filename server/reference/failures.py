"""The page of the failures."""

import inspect
from typing import Any, get_args

from ...knowledge.types import Failure
from .. import exits
from .tables import table, type_in_words

_COMMON = {"kind", "message", "evidence"}


def failures_page() -> str:
    """Every kind of failure, as `outcome.json` and `--json` name it."""
    intro = (
        "# Failures\n\nA candidate that fails is a value, not a crash: the search reads it, repairs the plan or goes "
        "on, and the report lists it. Each has a `kind`, a `message` (one sentence) and `evidence` (the last lines "
        "that the script's process printed, quoted). The exit code is the command's where the script *as it is* fails "
        "this way; a candidate's failure never ends a run.\n"
    )
    kinds: tuple[Any, ...] = get_args(Failure)
    rows = [(f"[`{_kind(k)}`](#{_kind(k)})", inspect.getdoc(k) or "", k.fault, str(exits.of_failure(k))) for k in kinds]
    overview = table(("kind", "what happened", "whose fault", "exit code"), rows)
    return "\n".join([intro, overview, *map(failure_section, kinds)])


def failure_section(kind: Any) -> str:
    """One kind of failure with the fields that are its own."""
    kept = "kept, and not measured again" if kind.settled else "kept, but measured again the next time"
    lines = [f"## {_kind(kind)}\n", f"{inspect.getdoc(kind)}\n", f"{kind.remedy}\n", f"Such a verdict is {kept}.\n"]
    own = [
        (f"`{n}`", type_in_words(f.annotation), f.description or "")
        for n, f in kind.model_fields.items()
        if n not in _COMMON
    ]
    return "\n".join([*lines, table(("field", "type", "meaning"), own)] if own else lines)


def _kind(kind: Any) -> str:
    return str(kind.model_fields["kind"].default)
