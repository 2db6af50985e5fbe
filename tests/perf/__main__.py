"""`PYTHONPATH=tests python -m perf [--only doors,store,evaluate,optimize] [--pipelines NAME,...]`"""

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

from factories import evaluation

from diffagent_mcp.knowledge.types import PromptScore
from diffagent_mcp.tools import device, textfile
from diffagent_mcp.tools.measure import interpreter

from . import doors, searching, storing
from .rows import Row, Table, page

ROOT = Path(__file__).parents[2]
OUT = ROOT / "docs" / "results"
GROUPS = ("doors", "store", "evaluate", "optimize")


def main() -> None:
    """Measure, write the table, and say what is not kept."""
    parser = argparse.ArgumentParser(prog="python -m perf", description="What DiffAgent itself costs.")
    parser.add_argument("--only", default=",".join(GROUPS), help="some of " + ", ".join(GROUPS))
    parser.add_argument(
        "--pipelines", default="", help="names for optimize, such as StableDiffusion; default: all seven"
    )
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diffagent-perf-") as folder:
        found = list(
            _heard(_measured(asked.only.split(","), [n for n in asked.pipelines.split(",") if n], Path(folder)))
        )
    _, libraries = interpreter.versions(Path(sys.executable))
    versions = ", ".join(f"{name} {libraries[name]}" for name in ("torch", "diffusers") if name in libraries)
    at = datetime.now(timezone.utc).strftime("%Y-%m-%d")
    here = device.cpu(1)
    table = Table(rows=tuple(found), device=f"{here.name} ({os.cpu_count()} processors)", at=at, versions=versions)
    table = table.beside(_before(asked.out / "performance.json"))
    textfile.write(asked.out / "performance.json", table.model_dump_json(indent=1) + "\n")
    textfile.write(asked.out / "performance.md", page(table))


def _before(path: Path) -> Table | None:
    return Table.model_validate_json(path.read_text("utf-8")) if path.exists() else None


def _measured(groups: list[str], pipelines: list[str], folder: Path) -> Iterator[Row]:
    script = folder / "draw.py"
    shutil.copyfile(ROOT / "examples" / "sd15_text2img.py", script)
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # pip compiles what it installs
    env = {**inherited, "DIFFAGENT_HOME": str(folder / "home"), "DIFFAGENT_CONFIG": str(folder / "none.toml")}
    if "doors" in groups:
        yield from doors.rows(script, env)
    if "evaluate" in groups:
        yield from searching.evaluating(script, folder)
    if "optimize" in groups:
        yield from searching.optimizing(folder, pipelines)
    if "store" in groups:
        scores = tuple(
            PromptScore(
                prompt="a red circle above a blue square on a white background",
                seed=n,
                clip_before=84.123456789,
                clip_after=83.123456789,
                drift=0.123456789,
            )
            for n in range(16)
        )
        yield from storing.rows(evaluation(scores=scores))
        yield from storing.reporting(folder, env)


def _heard(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        word = "kept" if row.kept else "NOT KEPT"
        print(
            f"{row.group}: {row.what}: {row.value:.3g} {row.unit} ({word}, limit {row.limit:.3g})",
            file=sys.stderr,
            flush=True,
        )
        yield row


if __name__ == "__main__":
    main()
