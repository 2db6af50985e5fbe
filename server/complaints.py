"""What a command cannot do, said in one sentence on stderr, with its exit code."""

import sys
from typing import Any


def complain(sentence: str, code: int) -> None:
    """Say it, and end the command."""
    from ..tools.report.text import clean

    print(f"diffagent-mcp: {clean(sentence)}", file=sys.stderr)
    raise SystemExit(code)


def measured(use_case: Any) -> Any:
    """Run a use case; a script that cannot be measured becomes a complaint."""
    from . import exits
    from .service import Unmeasurable

    try:
        return use_case()
    except Unmeasurable as e:
        sentence = e.failure.message
        if e.failure.evidence and e.failure.kind in ("crashed", "timed_out"):
            sentence += "\n" + e.failure.evidence[-1500:]
        complain(sentence, exits.of_failure(e.failure))
