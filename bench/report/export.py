"""Verdicts as a Parquet table, for people with notebooks."""

import importlib
from collections.abc import Sequence
from pathlib import Path

from ...knowledge.types import Judged, Run, Task
from ...tools.errors import SetupError, UsageError
from .rows import rows


def export_parquet(path: Path, runs: Sequence[tuple[Run, Sequence[Judged]]], tasks: Sequence[Task]) -> Path:
    """One row for each task of each run, with the run's settings repeated in every row."""
    return write_table(path, table(runs, tasks))


def write_table(path: Path, lines: Sequence[dict[str, object]]) -> Path:
    """Rows as a Parquet file, whole or not at all. Raises SetupError without pyarrow, UsageError where it cannot be."""
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as e:
        raise SetupError("a Parquet table needs pyarrow: pip install 'diffagent-mcp[bench]'") from e
    if not lines:
        raise UsageError("there is nothing to export: no task of these runs has been judged")
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(arrow.Table.from_pylist(list(lines)), str(draft))
        draft.replace(path)
    except OSError as e:
        raise UsageError(f"cannot write {path}: {e.strerror or e}") from e
    finally:
        draft.unlink(missing_ok=True)
    return path


def table(runs: Sequence[tuple[Run, Sequence[Judged]]], tasks: Sequence[Task]) -> list[dict[str, object]]:
    """The rows as plain values, run by run."""
    return [
        _settings(run) | row.model_dump() | {"methods": list(row.methods)}
        for run, judged in runs
        for row in rows(run, tasks, judged)
    ]


def _settings(run: Run) -> dict[str, object]:
    return {
        "run": run.name,
        "solver": run.solver,
        "suite": run.suite,
        "seed": run.seed,
        "budget": run.evaluations,
        "max_drift": run.max_drift,
        "dataset": run.dataset,
        "models": f"{run.environment.models} {run.environment.models_version}".strip(),
        "device": run.environment.device.name,
    }
