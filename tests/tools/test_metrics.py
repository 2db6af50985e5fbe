"""Metrics of plugins: read by the scorer's process, bounded like loss and drift, and named where they fail."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import evaluation, trial

from diffagent_mcp.agents.promise import feedback
from diffagent_mcp.agents.selector import beyond, fitness
from diffagent_mcp.bench.zoo import cache
from diffagent_mcp.knowledge.plugins import Broken
from diffagent_mcp.knowledge.types import Bound, Evaluation, Plan, PromptScore, Reading, Target
from diffagent_mcp.server.app import build
from diffagent_mcp.server.opening import open_script
from diffagent_mcp.server.parsing import bounds
from diffagent_mcp.server.session import session
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import SetupError, UsageError
from diffagent_mcp.tools.measure import enough, metrics, report_card
from diffagent_mcp.tools.measure.metrics import Metric, Pixels
from diffagent_mcp.tools.measure.scorer import Scorer
from diffagent_mcp.tools.measure.start import Start
from diffagent_mcp.tools.report import summary

MODULE = """
def shift(before, after, prompts):
    return [abs(float(a.mean()) - float(b.mean())) / 255 for b, a in zip(before, after, strict=True)]

def broken(before, after, prompts):
    return shift(before, after, prompts)[1:]
"""
ENTRIES = "[diffagent_mcp.metrics]\nshift = ruler:shift\nbroken = ruler:broken\nabsent = ruler:absent\n"
SHAPE = (2, 16, 16, 3)
BLACK, GREY = bytes(2 * 16 * 16 * 3), bytes([51]) * (2 * 16 * 16 * 3)
SCRIPT = Path(__file__).parents[2] / "examples" / "sd15_text2img.py"
MODEL = f"local-dir:{cache.scorer_folder(cache.WEIGHTS)}"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with metrics, as pip would have left it, for processes that start from here."""
    about = tmp_path / "ruler-1.0.dist-info"
    about.mkdir()
    (tmp_path / "ruler.py").write_text(MODULE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ruler\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    yield tmp_path


def test_the_scorers_process_reads_them_and_names_what_fails(site: Path) -> None:
    scorer = Scorer(MODEL, metrics=("shift", "broken"))
    try:
        assert scorer.read("shift", BLACK, GREY, SHAPE, ["a", "b"]) == pytest.approx([0.2, 0.2])
        assert scorer.distances(GREY, GREY, SHAPE) == pytest.approx([0.0, 0.0]), "loss and drift are as ever"
        with pytest.raises(SetupError, match="metric broken cannot be used: of 2 pictures it gave 1 numbers"):
            scorer.read("broken", BLACK, GREY, SHAPE, ["a", "b"])
    finally:
        scorer.close()


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("absent", "plugin absent of ruler 1.0 is not used: it raised AttributeError"),
        ("nobody", "no plugin brings"),
    ],
)
def test_one_that_is_not_there_is_named_before_anything_is_measured(site: Path, name: str, sentence: str) -> None:
    scorer = Scorer(MODEL, metrics=(name,))
    try:
        with pytest.raises(SetupError, match=sentence):
            scorer.ready()
    finally:
        scorer.close()


def _raising(before: Pixels, after: Pixels, prompts: Sequence[str]) -> list[float]:
    return [1 / 0]


def _giving(answer: Any) -> Metric:
    return lambda before, after, prompts: answer


@pytest.mark.parametrize(
    ("metric", "sentence"),
    [
        (_raising, "ZeroDivisionError"),
        (_giving([float("nan")]), "1 numbers, 0 of them finite"),
        (_giving(None), "it gave NoneType, not numbers"),
        (_giving(["red"]), "it gave list, not numbers"),
    ],
)
def test_an_answer_that_is_no_number_for_each_prompt_is_none(metric: Metric, sentence: str) -> None:
    picture = np.zeros((1, 4, 4, 3), np.uint8)
    found = metrics.read(metric, picture, picture, ["a"])
    assert isinstance(found, Broken) and sentence in found.sentence


BOUNDED = Target(speedup=2.0, metrics=(Bound(metric="shift", most=0.1),))


def scores(value: float) -> list[PromptScore]:
    """Sixteen prompts with nothing lost, and this much shift on average."""
    return [
        PromptScore(prompt="p", seed=i, clip_before=90, clip_after=90, drift=0.1, metrics={"shift": value + i % 2 / 99})
        for i in range(16)
    ]


def read(value: float) -> Evaluation:
    return evaluation(3.0, metrics=(Reading(metric="shift", value=value, se=0.01),))


def test_a_bound_decides_like_those_on_loss_and_drift() -> None:
    assert [enough.quality(scores(v), BOUNDED) for v in (0.0, 0.095, 0.5)] == ["held", "open", "broken"]
    assert BOUNDED.met_by(read(0.05)) and not BOUNDED.met_by(read(0.2))
    assert not BOUNDED.met_by(evaluation(3.0)), "what was not read is no proof"
    assert beyond(read(0.05), BOUNDED) == 0.0 and beyond(read(0.2), BOUNDED) == pytest.approx(1.0)
    assert fitness(read(0.05), BOUNDED) > fitness(read(0.2), BOUNDED)
    assert "shift too high" in summary.judged(read(0.2), BOUNDED)
    assert "shift at most 0.1" in summary.target_sentence(BOUNDED)


def test_one_without_a_bound_is_shown_and_decides_nothing() -> None:
    shown = Target(speedup=2.0, metrics=(Bound(metric="shift"),))
    assert enough.quality(scores(0.9), shown) == "held" and shown.met_by(read(0.9))
    assert "shift 0.9" in summary.numbers(read(0.9)) and "shift" not in summary.target_sentence(shown)


def test_readings_are_means_over_prompts() -> None:
    (found,) = report_card.readings(scores(0.5))
    assert (found.metric, round(found.value, 4)) == ("shift", 0.5051) and found.se > 0


def test_a_verdict_is_kept_under_the_packages_that_bring_them(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a claim with one that is not installed here, as `verify` may read, is a sentence of the scorer's later."""
    monkeypatch.syspath_prepend(str(site))
    app = build(load({"models": "zoo", "home": tmp_path / "home"}))
    with session(app, open_script(SCRIPT, None), Start(), None, print, metrics=("shift", "gone")) as one:
        assert one.environment.scorer == "scorer, shift of ruler 1.0, gone of no package"


def test_words_of_the_command_line_are_bounds_or_a_sentence() -> None:
    found = bounds(["shift", "blur = 0.2"], {"shift", "blur"})
    assert found == (Bound(metric="shift"), Bound(metric="blur", most=0.2))
    for text in ("other", "shift=much", "shift=nan", "shift="):
        with pytest.raises(UsageError, match=f"--metric {text}"):
            bounds([text], {"shift"})
    with pytest.raises(UsageError, match="given twice"):
        bounds(["shift", "shift=1"], {"shift"})


def test_what_stands_in_the_way_names_it() -> None:
    lacking = trial(1, Plan(), read(0.2))
    assert "shift 0.2 where 0.1 is allowed" in feedback(lacking, BOUNDED)
