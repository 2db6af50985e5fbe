"""`PYTHONPATH=tests python -m matrix [--rows NAME,...] [--methods SLUG,...] [--again]`"""

import argparse
import contextlib
import datetime
import json
import sys
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.types import Device, Matrix, Row, Tried
from diffagent_mcp.tools import device
from diffagent_mcp.tools.measure import interpreter
from diffagent_mcp.tools.measure.runner import Limits, Runner

from .attempt import Bench, Untried, attempt, fingerprint
from .rows import Subject, subjects

KEPT = Path(__file__).parents[2] / "knowledge" / "data" / "matrix.json"
COMMAND = "PYTHONPATH=tests python -m matrix"


def main() -> None:
    """Try what is not in the file yet, or has changed; the file is written after every attempt."""
    asked = _arguments()
    version, libraries = interpreter.versions(Path(sys.executable))
    here = device.cpu(1).model_copy(update={"bf16": True})  # it runs everywhere; whether it is faster is not asked
    kept = None if asked.again or not KEPT.exists() else Matrix.model_validate_json(KEPT.read_text())
    matrix = _begun(kept, version, libraries, here)
    rows = [s for s in subjects() if not asked.rows or s.name in asked.rows.split(",")]
    kinds = [m for m in METHODS if not asked.methods or m.slug in asked.methods.split(",")]
    with tempfile.TemporaryDirectory() as folder, _runner(Path(folder)) as runner:
        for subject in rows:
            subject.lay_out(Path(folder))
            try:
                bench = Bench(subject, runner, Path(folder), here, libraries)
            except Untried as e:
                print(f"{subject.name}: {e}", flush=True)
                continue
            for tried in _tries(bench, kinds, matrix):
                matrix = _with(matrix, bench, tried)
                KEPT.write_text(_text(matrix))


def _text(matrix: Matrix) -> str:
    """As JSON, a line for each pipeline and each attempt, so that a change of one is a change of one line."""
    parts = [f'"{k}": {json.dumps(v)}' for k, v in matrix.model_dump(exclude={"rows", "tried"}).items()]
    for name, many in (("rows", matrix.rows), ("tried", matrix.tried)):
        lines = ",\n  ".join(json.dumps(one.model_dump(exclude_defaults=True)) for one in many)
        parts.append(f'"{name}": [\n  {lines}\n ]')
    return "{\n " + ",\n ".join(parts) + "\n}\n"


def _tries(bench: Bench, kinds: list[type[Method]], matrix: Matrix) -> Iterator[Tried]:
    known = {(t.method, t.pipeline): t.of for t in matrix.tried}
    for kind in kinds:
        if known.get((kind.slug, bench.subject.name), "") != fingerprint(kind, bench):
            tried = attempt(kind, bench)
            print(f"{tried.pipeline} {tried.method}: {tried.outcome} {tried.undone or ''} {tried.reason}", flush=True)
            yield tried


def _with(matrix: Matrix, bench: Bench, tried: Tried) -> Matrix:
    """With one more attempt; rows and attempts in the order of the page, those of methods that are gone left out."""
    order = {s.name: n for n, s in enumerate(subjects())}
    slugs = {m.slug: n for n, m in enumerate(METHODS)}
    row = _row(bench.subject, bench.before.denoiser_class)
    rows = {r.name: r for r in (*matrix.rows, row) if r.name in order}
    cells = {(t.pipeline, t.method): t for t in (*matrix.tried, tried) if t.method in slugs and t.pipeline in order}
    return matrix.model_copy(
        update={
            "rows": tuple(sorted(rows.values(), key=lambda r: order[r.name])),
            "tried": tuple(sorted(cells.values(), key=lambda t: (order[t.pipeline], slugs[t.method]))),
        }
    )


def _row(subject: Subject, denoiser: str) -> Row:
    return Row(
        name=subject.name,
        title=subject.title,
        pipeline_class=subject.pipeline_class,
        denoiser_class=denoiser,
        weights="trained" if subject.trained else "random",
    )


def _begun(kept: Matrix | None, python: str, libraries: dict[str, str], here: Device) -> Matrix:
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    fresh = Matrix(command=COMMAND, date=today, python=python, device=here.name, libraries=libraries)
    return fresh if kept is None else fresh.model_copy(update={"rows": kept.rows, "tried": kept.tried})


@contextlib.contextmanager
def _runner(home: Path) -> Generator[Runner, None, None]:
    cache.lay_out(cache.WEIGHTS, home)
    runner = Runner(Path(sys.executable), home, 1, Limits(load_s=300, image_s=300, memory_mb=12_000))
    try:
        yield runner
    finally:
        runner.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="matrix", description=__doc__)
    parser.add_argument("--rows", default="", help="names of pipelines, with commas")
    parser.add_argument("--methods", default="", help="slugs of methods, with commas")
    parser.add_argument("--again", action="store_true", help="begin anew")
    return parser.parse_args()


if __name__ == "__main__":
    main()
