"""The page of what works with what, and the run that it shows."""

from xml.etree import ElementTree

from diffagent_mcp.knowledge.catalogue import CATALOGUE, METHODS
from diffagent_mcp.knowledge.types import Matrix, Row, Tried
from diffagent_mcp.server.reference.matrix import MARKS, kept, matrix_page
from diffagent_mcp.server.reference.matrix_picture import COLOURS, matrix_picture

ROWS = tuple(
    Row(name=n, title=n.upper(), pipeline_class="APipeline", denoiser_class="ANet", weights=w)  # type: ignore[arg-type]
    for n, w in (("one", "trained"), ("two", "random"), ("three", "random"))
)


def tried(pipeline: str, outcome: str, reason: str = "", undone: str | None = None) -> Tried:
    return Tried(method="tome", pipeline=pipeline, outcome=outcome, reason=reason, undone=undone, of="f")  # type: ignore[arg-type]


def run(*cells: Tried) -> Matrix:
    return Matrix(
        command="COMMAND", date="2026-11-01", python="3.11", device="a CPU", libraries={"diffusers": "0.42.1"},
        rows=ROWS, tried=cells,
    )  # fmt: skip


def test_a_cell_says_what_happened_and_where_it_was_run() -> None:
    page = matrix_page(run(tried("one", "works", undone="exactly"), tried("three", "broken", "ValueError: a|b")))
    assert "| [`tome`](#tome) | ● |  | ✕ |" in page
    assert "Run on 2026-11-01, a CPU, Python 3.11, diffusers 0.42.1" in page and "$ COMMAND" in page
    assert "works (1)" in page and "today's libraries (1)" in page
    assert "| `three` | ✕ | ValueError: a\\|b |" in page
    assert "| `one` | ● | taken away again, the picture is the same to the last bit |" in page


def test_pipelines_with_one_reason_stand_together() -> None:
    words = "needs a unet denoiser; {} has dit"
    page = matrix_page(run(*(tried(n, "misfit", words.format(n)) for n in ("two", "one"))))
    assert "| `one`, `two` | – | needs a unet denoiser |" in page


def test_what_does_not_go_away_again_is_shouted() -> None:
    assert "**the picture after it was taken away is another one**" in matrix_page(
        run(tried("one", "works", undone="no"))
    )


def test_the_committed_run_speaks_of_methods_and_pipelines_that_there_are() -> None:
    matrix = kept()
    names = {r.name for r in matrix.rows}
    assert {t.pipeline for t in matrix.tried} <= names and {t.method for t in matrix.tried} <= set(CATALOGUE)
    assert all(t.reason for t in matrix.tried if t.outcome != "works")
    assert {t.outcome for t in matrix.tried} <= set(MARKS)


def test_the_committed_run_is_of_every_method_on_every_pipeline() -> None:
    matrix = kept()
    done = {(t.method, t.pipeline) for t in matrix.tried}
    missing = [f"{m.slug} on {r.name}" for m in METHODS for r in matrix.rows if (m.slug, r.name) not in done]
    assert not missing, f"run {matrix.command}: {', '.join(missing[:5])} and {len(missing)} in all"


def test_whatever_works_can_be_taken_away() -> None:
    left = [f"{t.method} on {t.pipeline}" for t in kept().tried if t.outcome == "works" and t.undone == "no"]
    assert not left


def test_the_picture_has_a_square_for_every_pair() -> None:
    drawn = ElementTree.fromstring(matrix_picture())
    squares = [r for r in drawn.iter("{http://www.w3.org/2000/svg}rect") if len(r)]
    assert len(squares) == len(kept().tried) and {r.get("fill") for r in squares} <= set(COLOURS.values())
