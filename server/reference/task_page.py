"""The page of the benchmark's files: a task, and what is kept of one that was judged."""

import inspect
import json
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from ...bench.tasks.load import load
from ...knowledge.types import (
    Absolute,
    Attributes,
    Judged,
    Mismatch,
    Record,
    Relative,
    Run,
    Static,
    Step,
    Submission,
    Task,
)
from .tables import fenced, table, type_in_words

_INTRO = """\
# DiffBench: format of tasks and verdicts

`bench/data/diffbench-v1.jsonl` has one JSON object a line, a *task*. A run is kept as a *run* and one *judged* for
each task; `docs/results/data` has them as lines of JSON. What the tasks are and how they were made:
[DiffBench](../diffbench.md).
"""
_TASK: tuple[type[Record], ...] = (Task, Attributes, Step)
_VERDICT: tuple[type[Record], ...] = (Run, Judged, Submission, Static, Mismatch, Absolute, Relative)


def task_page() -> str:
    """The records field by field, and the first task whole."""
    example = json.loads(next(iter(load())).model_dump_json(exclude_defaults=True))
    shown = fenced("json", json.dumps(example, indent=2, ensure_ascii=False) + "\n")
    task = ["## A task\n", *(s for kind in _TASK for s in _record(kind)), "The first of them:\n", shown]
    return "\n".join([_INTRO, *task, "## A verdict\n", *(s for kind in _VERDICT for s in _record(kind))])


def _record(kind: type[Record]) -> Iterator[str]:
    rows = [
        (f"`{name}`", _type(f.annotation), "yes" if f.is_required() else "", f.description or "")
        for name, f in kind.model_fields.items()
    ]
    yield f"### {kind.__name__}\n"
    yield f"{' '.join((inspect.getdoc(kind) or '').split())}\n"
    yield table(("field", "type", "always", "meaning"), rows)


def _type(annotation: Any) -> str:
    inner = [a for a in get_args(annotation) if a not in (type(None), Ellipsis)]
    if get_origin(annotation) in (tuple, list):
        return f"{_type(inner[0])}, several"
    if get_origin(annotation) is dict:
        return "object"
    if inner and get_origin(annotation) in (Union, types.UnionType):
        return " or ".join(_type(a) for a in inner)
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return annotation.__name__
    words = type_in_words(annotation)
    return "failure or evaluation" if "typing." in words else words
