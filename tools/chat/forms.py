"""Forms in text: shown to a model as a JSON schema, and read back from whatever it wrote around its answer."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from ...knowledge.types import Record

Form = TypeVar("Form", bound=Record)
_FENCE = re.compile(r"```[\w-]*\s*\n?(.*?)```", re.DOTALL)
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_MOST_OPENINGS = 200
"""braces from which an answer is tried to be read, so that a page of code costs little"""
_MOST_SENTENCES = 12
_LONGEST_VALUE = 60


def schema(form: type[Record]) -> str:
    """A form's JSON schema, always in the same words."""
    return json.dumps(form.model_json_schema(), sort_keys=True, ensure_ascii=False)


def instruction(form: type[Record]) -> str:
    """What is added to a question so that the answer comes as JSON, from models that know no forms."""
    return (
        "Answer with one JSON object and nothing else: no introduction, no explanation after it. "
        "It must fit this JSON schema:\n" + schema(form)
    )


def sent_back(sentences: list[str]) -> str:
    """What a model reads about an answer that cannot be used."""
    lines = "\n".join(f"- {s}" for s in sentences)
    return f"Your answer cannot be used as it is:\n{lines}\nAnswer again with the whole corrected JSON object only."


def read(form: type[Form], text: str) -> Form | list[str]:
    """The answer in a text, or sentences on why there is none. Of several objects, the first that fits is taken."""
    complaints: list[str] | None = None
    for value in _objects(text):
        try:
            return form.model_validate(value)
        except ValidationError as e:
            complaints = complaints or _sentences(e)
    return complaints or ["there is no JSON object in it" if text.strip() else "it is empty"]


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """JSON objects in a text, the most likely answer first: all of it, in fences, then from any brace on."""
    text = _THOUGHT.sub("", text)
    whole = [text, *_FENCE.findall(text)]
    for candidate in whole:
        value = _parsed(candidate.strip())
        if isinstance(value, dict):
            yield value
    position = text.find("{")
    for _ in range(_MOST_OPENINGS):
        if position < 0:
            return
        value, end = _first(text[position:])
        if isinstance(value, dict) and value:  # an empty one is rather a part of something broken
            yield value
        position = text.find("{", position + max(end, 1))


def _parsed(text: str) -> Any:
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return _DECODER.decode(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _first(text: str) -> tuple[Any, int]:
    """The value at the start of a text and where it ends; None and 0 where none is."""
    try:
        return _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None, 0


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(strict=False, parse_constant=_no_constant)
"""line breaks inside strings are forgiven: models write code that way"""


def _sentences(error: ValidationError) -> list[str]:
    """One sentence for each thing that does not fit, naming the field and what was given."""
    found: list[str] = []
    for one in error.errors(include_url=False)[:_MOST_SENTENCES]:
        where = ".".join(str(part) for part in one["loc"])
        given = repr(one["input"])
        shown = "" if one["type"] == "missing" else f" (it is {given[:_LONGEST_VALUE]})"
        told = one["msg"][:1].lower() + one["msg"][1:]
        found.append(f"{where}: {told}{shown}" if where else f"{told}{shown}")
    return found
