"""The page of what works with what."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ...knowledge.types import Matrix, Row, Tried
from .tables import fenced, table

KEPT = Path(__file__).parents[2] / "knowledge" / "data" / "matrix.json"
MARKS = {"works": "●", "misfit": "–", "broken": "✕", "elsewhere": "○"}
_UNDONE = {
    "exactly": "taken away again, the picture is the same to the last bit",
    "nearly": "taken away again, the picture is the same but for rounding",
    "no": "**the picture after it was taken away is another one**",
    "anew": "taken away by loading the pipeline anew",
    None: "how it is taken away is not said",
}


def kept() -> Matrix:
    """The last run, as it was committed."""
    return Matrix.model_validate_json(KEPT.read_text(encoding="utf-8"))


def matrix_page(matrix: Matrix | None = None) -> str:
    """A cell for each pair of method and pipeline, and for each method why it does not work where it does not."""
    run = matrix or kept()
    return "\n".join([_intro(run), _grid(run), _pipelines(run), *_methods(run)])


def _intro(run: Matrix) -> str:
    counts = {o: sum(t.outcome == o for t in run.tried) for o in MARKS}
    versions = ", ".join(f"{k} {v}" for k, v in sorted(run.libraries.items()))
    return (
        "# What works with what\n\nEach method was written into a script for each pipeline by itself, run in a process "
        "of its own, asked to prove that it was at work, and taken away again between two calls. It says nothing "
        "of speed or of pictures: most of these pipelines are tiny and have random weights. An empty cell was not "
        "tried yet.\n\n"
        f"{MARKS['works']} works ({counts['works']}) · {MARKS['misfit']} does not fit, and a rule keeps it out "
        f"({counts['misfit']}) · {MARKS['broken']} broken with today's libraries ({counts['broken']}) · "
        f"{MARKS['elsewhere']} needs a device or a library that was not there ({counts['elsewhere']})\n\n"
        f"Run on {run.date}, {run.device}, Python {run.python}, {versions}:\n\n"
        + fenced("console", f"$ {run.command}\n")
        + "\n\n![a square for each method and pipeline, coloured by what came of it](matrix.svg)\n"
    )


def _grid(run: Matrix) -> str:
    cells = {(t.method, t.pipeline): MARKS[t.outcome] for t in run.tried}
    slugs = list(dict.fromkeys(t.method for t in run.tried))
    head = ["method", *(r.name for r in run.rows)]
    rows = [(f"[`{s}`](#{s})", *(cells.get((s, r.name), "") for r in run.rows)) for s in sorted(slugs)]
    return table(head, rows)


def _pipelines(run: Matrix) -> str:
    weights = {"trained": "the zoo's", "random": "random"}
    rows = [
        (f"`{r.name}`", r.title, f"`{r.pipeline_class}`", f"`{r.denoiser_class}`", weights[r.weights]) for r in run.rows
    ]
    return "## The pipelines\n\n" + table(("name", "model", "class", "denoiser", "weights"), rows)


def _methods(run: Matrix) -> Iterator[str]:
    of: dict[str, list[Tried]] = defaultdict(list)
    for tried in run.tried:
        of[tried.method].append(tried)
    for slug in sorted(of):
        yield f"## {slug}\n"
        yield table(("on", "", "why, or how it ends"), _rows(of[slug], run.rows))


def _rows(tried: list[Tried], rows: tuple[Row, ...]) -> Iterator[tuple[str, str, str]]:
    """Pipelines with the same outcome and reason stand together."""
    order = {r.name: n for n, r in enumerate(rows)}
    together: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in sorted(tried, key=lambda t: order.get(t.pipeline, 0)):
        words = (
            one.reason.partition(";")[0]
            if one.outcome == "misfit" and one.reason.startswith("needs a ")
            else one.reason
        )
        together[one.outcome, words if one.outcome != "works" else _UNDONE[one.undone]].append(f"`{one.pipeline}`")
    for (outcome, words), names in together.items():
        yield ", ".join(names), MARKS[outcome], words
