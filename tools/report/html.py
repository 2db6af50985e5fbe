"""The page: one file that fetches nothing."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...knowledge.types import Outcome
from .pairs import PicturePair
from .pictures import data_uri
from .text import clean
from .view import view


def html(outcome: Outcome, pairs: Sequence[PicturePair], diff: str, source: str, charts: tuple[bytes, bytes]) -> str:
    """The page; `charts` are the Pareto front on light and on dark paper."""
    light, dark = (data_uri(chart, "png") for chart in charts)
    template = templates().get_template("report.html.j2")
    return template.render(view(outcome, pairs, diff, source), chart=light, chart_dark=dark)


@cache
def templates(*folders: Path) -> Environment:
    """The templates of this folder, and of others that share its look. Everything is escaped and cleaned."""
    return Environment(
        loader=FileSystemLoader([*folders, Path(__file__).parent / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _cleaned(value: Any) -> Any:
    """No control character reaches the page, whatever a template forgets."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value
