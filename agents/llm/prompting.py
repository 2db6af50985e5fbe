"""Prompts: files in `agents/prompts/`, rendered with undefined variables as errors, versioned by their content.

Text from outside (a script, a log, a request) is put between marks that it cannot contain, and called data.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ...knowledge.types import Record, Role
from ...tools.chat.chat import CORRECTIONS, Question, nothing_wrong

Form = TypeVar("Form", bound=Record)
FOLDER = Path(__file__).parents[1] / "prompts"
LONGEST = 40_000
"""characters of one piece of data; more is cut in the middle, and said"""


def quoted(text: str, name: str) -> str:
    """A piece of data between marks that carry a hash of it, so that nothing in it can end it early."""
    body = _cut(text)
    mark = hashlib.blake2b(body.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f'<data name="{name}" mark="{mark}">\n{body}\n</data mark="{mark}">'


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters left out ...]\n{text[-half:]}"


@cache
def _templates() -> Environment:
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        autoescape=False,
    )
    cast(dict[str, Any], found.filters)["quoted"] = quoted
    return found


@cache
def version(name: str) -> str:
    """`planner@3f9c1a2b`: the prompt's name, and a hash of the files that it is made from."""
    files = (FOLDER / "data.md", FOLDER / f"{name}.system.md", FOLDER / f"{name}.user.md")
    text = "\0".join(file.read_text(encoding="utf-8") for file in files)
    return f"{name}@{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"


def rendered(name: str, **values: Any) -> tuple[str, str]:
    """System and user text. An undefined variable is an error of ours, and raises."""
    system = _templates().get_template(f"{name}.system.md").render(**values)
    return system, _templates().get_template(f"{name}.user.md").render(**values)


def question(
    name: str,
    role: Role,
    form: type[Form],
    values: dict[str, Any],
    wrong: Callable[[Form], list[str]] = nothing_wrong,
    corrections: int = CORRECTIONS,
    attempt: int = 0,
) -> Question[Form]:
    """The question that the prompt called `name` asks with these values."""
    system, user = rendered(name, **values)
    return Question(role, version(name), system, user, form, wrong, corrections, attempt)
