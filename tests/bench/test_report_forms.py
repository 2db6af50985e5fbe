"""Markdown, JSON, comparison, export and filed results of made-up runs: every number in here is invented."""

import importlib.util
import json
import random
import shutil
import sys
from pathlib import Path

import pytest
from made_up_runs import CODE, HOSTILE, calibrated, failed, judged, run, task, tasks, verdicts

from diffagent_mcp.bench.report import (
    as_json,
    compare,
    comparison_json,
    comparison_text,
    export_parquet,
    file_run,
    markdown,
    read_filed,
    results_page,
    write_dataset,
    write_results,
)
from diffagent_mcp.bench.report.dataset import CARD, OF_RUNS, OF_TRIALS, RUNS, TRIALS
from diffagent_mcp.bench.report.export import table
from diffagent_mcp.bench.report.published import published
from diffagent_mcp.bench.tasks.load import load
from diffagent_mcp.tools.errors import SetupError, UsageError

PAPER = Path(__file__).parents[3] / "shared/docs/paper.md"


def test_what_was_judged_by_another_run_is_said() -> None:
    every = tasks()
    here = [j.model_copy(update={"judged_in": "gold-1" if n < 3 else ""}) for n, j in enumerate(verdicts(every))]
    said = "3 verdicts from other runs, where the same code was handed in"
    assert said in markdown(run(every), every, here) and said not in markdown(run(every), every, verdicts(every))


def test_markdown_sets_ours_beside_the_published_rows() -> None:
    every = tasks()
    said = markdown(run(every), every, verdicts(every), command="diffagent-mcp bench run --solver diffagent")
    assert "| **diffagent** |" in said
    assert "*published:* Claude Sonnet 4 + DiffAgent | 90.2% |" in said
    assert "not comparable" in said
    assert "`diffagent-mcp bench run --solver diffagent`" in said
    assert "tiny zoo models" in said


def test_markdown_says_that_a_run_is_unfinished() -> None:
    every = tasks()
    assert "not judged yet" in markdown(run(every), every, verdicts(every)[:5])
    assert "no task has been judged yet" in markdown(run(every), every, [])


def test_foreign_text_cannot_leave_its_cell() -> None:
    every = tasks()[:2]
    said = markdown(run(every, "a|b\n# [x](y)"), every, verdicts(every), command="a `b` <script>")
    assert "\n# [x]" not in said
    assert "a\\|b" in said


@pytest.mark.skipif(not PAPER.exists(), reason="the paper's notes are not laid beside this checkout")
def test_the_published_rows_are_the_papers() -> None:
    lines = [[c.strip() for c in line.split("|")] for line in PAPER.read_text(encoding="utf-8").splitlines()]
    theirs = [tuple(float(c) for c in row[2:8]) for row in lines if len(row) == 10 and row[2][:1].isdigit()]
    theirs = [row for row in theirs if row[0] > 40]
    ours = [(*row.levels, row.all) for row in published().rows]
    assert ours == theirs


def test_json_is_whole_and_plain() -> None:
    every = tasks()
    said = json.loads(json.dumps(as_json(run(every), every, verdicts(every), command="c", calibrated=[calibrated()])))
    assert said["scores"]["done"] == len(every) == len(said["tasks"])
    assert said["calibrated"][0]["baseline"] == "B01"
    assert {"passed", "failure", "speedup", "loss", "evaluations"} <= said["tasks"][0].keys()
    assert CODE not in json.dumps(said)


def test_a_comparison_can_be_read() -> None:
    every = tasks()
    rng = random.Random(0)
    weak = [failed(t, "compile error", rng) for t in every]
    it = compare((run(every, "random"), weak), (run(every, "diffagent"), [judged(t) for t in every]), every)
    said = comparison_text(it)
    assert "p < 0.001 (66 won, 0 lost)" in said
    assert "and 54 more" in said
    assert comparison_json(it)["overall"]["only_second"] == 66


def test_a_table_has_a_row_for_each_task_of_each_run() -> None:
    every = tasks()
    rows = table([(run(every, "a"), verdicts(every)), (run(every, "b"), verdicts(every)[:3])], every)
    assert len(rows) == len(every) + 3
    assert {r["solver"] for r in rows} == {"a", "b"}
    assert all(r.keys() == rows[0].keys() for r in rows)


def test_parquet_without_pyarrow_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SetupError, match=r"pip install 'diffagent-mcp\[bench\]'"):
        export_parquet(tmp_path / "x.parquet", [], [])


@pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="pyarrow is not installed")
def test_parquet_is_read_back(tmp_path: Path) -> None:
    parquet = importlib.import_module("pyarrow.parquet")
    every = tasks()
    path = export_parquet(tmp_path / "deep" / "x.parquet", [(run(every), verdicts(every))], every)
    back = parquet.read_table(str(path)).to_pylist()
    assert [r["task"] for r in back] == [t.id for t in every]
    with pytest.raises(UsageError, match="nothing to export"):
        export_parquet(path, [(run(every), [])], every)


def test_filed_runs_come_back_with_the_same_scores(tmp_path: Path) -> None:
    every = tasks()
    one, said = run(every), verdicts(every)
    path = file_run(tmp_path, "diffagent-mcp bench run", one, said)
    text = path.read_text(encoding="utf-8")
    assert "import torch" not in text
    (back,) = read_filed(tmp_path)
    assert back.run == one
    assert results_page("x", [back], every).count("80.3%") == results_page(
        "x", [back.model_copy(update={"judged": tuple(said)})], every
    ).count("80.3%")


def test_a_filed_run_survives_line_separators_in_foreign_text(tmp_path: Path) -> None:
    one = task()
    file_run(tmp_path, "c", run([one]), [judged(one, "compile error", sentence="a\u2028b\x85c" + HOSTILE)])
    assert len(read_filed(tmp_path)[0].judged) == 1


def test_a_results_page_names_the_commands_and_is_the_same_twice(tmp_path: Path) -> None:
    every = tasks()
    file_run(tmp_path, "bench run --solver diffagent", run(every), verdicts(every))
    file_run(tmp_path, "bench run --solver random", run(every, "random"), verdicts(every, 1, 0.6))
    page = results_page("Results", read_filed(tmp_path), every, "## Replayed, not run\n\nmade up")
    assert page == results_page("Results", read_filed(tmp_path), every, "## Replayed, not run\n\nmade up")
    assert "    bench run --solver random" in page
    assert "McNemar" in page
    assert "Replayed, not run" in page


RESULTS = Path(__file__).parents[2] / "docs/results"


@pytest.mark.skipif(not (RESULTS / "data").exists(), reason="no run has been filed yet")
def test_the_committed_results_are_generated(tmp_path: Path) -> None:
    """Nobody edited a number: the page comes out of the filed runs again, to the letter."""
    folder = tmp_path / "results"
    shutil.copytree(RESULTS, folder)
    again = write_results(folder, load()).read_text(encoding="utf-8")
    assert again == (RESULTS / "README.md").read_text(encoding="utf-8")


def test_the_committed_dataset_is_generated(tmp_path: Path) -> None:
    """Rows and card come out of the filed runs and landscapes again, and the card explains every column."""
    parquet = pytest.importorskip("pyarrow.parquet")
    card = write_dataset(RESULTS, tmp_path, load())
    assert card.read_text("utf-8") == (RESULTS / "dataset" / CARD).read_text("utf-8")
    for name, meanings in ((RUNS, OF_RUNS), (TRIALS, OF_TRIALS)):
        made = parquet.read_table(tmp_path / name).to_pylist()
        assert made == parquet.read_table(RESULTS / "dataset" / name).to_pylist()
        assert list(made[0]) == list(meanings) and len(made) > 300
    with pytest.raises(UsageError, match="no landscapes"):
        write_dataset(tmp_path, tmp_path / "x", load())


def test_results_are_written_beside_their_runs(tmp_path: Path) -> None:
    every = tasks()
    file_run(tmp_path / "data", "bench run", run(every), verdicts(every))
    assert "diffagent" in write_results(tmp_path, every).read_text(encoding="utf-8")


def test_a_results_page_of_nothing_says_so() -> None:
    assert "No run has been filed yet." in results_page("Results", [], [])
