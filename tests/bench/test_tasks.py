"""The 604 tasks are what the paper publishes, never change, and say in words whatever they fix."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from diffagent_mcp.bench.tasks import marginals
from diffagent_mcp.bench.tasks.allocate import combinations
from diffagent_mcp.bench.tasks.baselines import BASELINES
from diffagent_mcp.bench.tasks.generate import as_lines, generate
from diffagent_mcp.bench.tasks.inputs import lay, source
from diffagent_mcp.bench.tasks.load import FILE, find, load, mini, request_for, select
from diffagent_mcp.bench.tasks.page import PAGE, with_table
from diffagent_mcp.bench.tasks.phrasings.methods import METHODS
from diffagent_mcp.bench.tasks.phrasings.pictures import PICTURES
from diffagent_mcp.bench.tasks.phrasings.targets import LATENCIES, SPEEDUPS
from diffagent_mcp.knowledge.pipelines import CARDS, Card, card_for
from diffagent_mcp.knowledge.types import Calibrated, Scalar, Task
from diffagent_mcp.tools.errors import UsageError

TASKS = load()
FIRST_BASELINE = Calibrated(
    baseline="B01", environment="e", baseline_s=1.0, medium=2.5, trials=50, samples=36, best=2.75
)


def card_of(task: Task) -> Card:
    card = card_for(task.attributes.pipeline_class, task.attributes.model_id)
    assert card is not None
    return card


def test_the_file_is_the_one_of_version_1() -> None:
    assert (
        hashlib.sha256(FILE.read_bytes()).hexdigest()
        == "b8a30b7ac4f480140780c7c92b18e44c0d74386b0c6888936ca6966f625bc1ea"
    )


def test_the_seed_gives_the_same_bytes() -> None:
    assert as_lines(generate()).encode() == FILE.read_bytes()


def test_levels_hold() -> None:
    assert marginals.levels(TASKS) == dict(marginals.LEVELS)
    assert len(TASKS) == 604


def test_pipelines_hold() -> None:
    assert marginals.pipelines(TASKS) == dict(marginals.PIPELINES)


def test_methods_that_requests_name_hold() -> None:
    assert marginals.methods(TASKS) == dict(marginals.NAMED)


def test_modes_and_sizes_are_those_of_the_paper() -> None:
    assert set(marginals.modes(TASKS)) == set(marginals.MODES)
    assert (min(marginals.sizes(TASKS)), max(marginals.sizes(TASKS))) == marginals.SIZES


def test_31_baselines_have_three_difficulties_in_both_levels() -> None:
    seen = Counter((t.level, t.baseline, t.difficulty) for t in TASKS if t.relative)
    assert len(BASELINES) == marginals.BASELINES
    assert seen == {(n, b, d): 1 for n in (4, 5) for b in BASELINES for d in ("easy", "medium", "hard")}
    for name in BASELINES:
        assert len({t.reference for t in TASKS if t.baseline == name}) == 1


def test_ids_and_requests_are_unique() -> None:
    assert len({t.id for t in TASKS}) == len({t.request for t in TASKS}) == 604
    assert len({t.reference for t in TASKS if not t.relative}) == 418


def test_slow_arithmetic_is_rare() -> None:
    slow = [t for t in TASKS if (s := t.attributes.method("precision")) and s.params["dtype"] == "float16"]
    assert 0 < len(slow) <= 24
    assert all(t.attributes.steps <= 20 for t in slow)


def test_templates_are_many_and_a_third_is_held_out() -> None:
    pictures, targets = (*PICTURES, *METHODS), (*SPEEDUPS, *LATENCIES)
    assert len(pictures) >= 36 and len(targets) >= 18
    for templates in (pictures, targets):
        assert 0.3 <= sum(t.held_out for t in templates) / len(templates) <= 0.34
    used = {t.phrasing for t in TASKS}
    assert used == {t.id for t in (*pictures, *targets)}
    held = {t.id for t in (*pictures, *targets) if t.held_out}
    assert {t.phrasing for t in TASKS if t.held_out} == held


def test_what_is_fixed_is_said() -> None:
    offenders = [f"{t.id}: {missing}" for t in TASKS if not t.relative for missing in unsaid(t)]
    assert not offenders, offenders


def unsaid(task: Task) -> Iterator[str]:
    """What the task fixes and its request does not say."""
    a, card = task.attributes, card_of(task)
    words = {w.rstrip(".") for w in re.findall(r"[\w.%]+", task.request)}
    if str(a.steps) not in words:
        yield "steps"
    if a.width != card.size and not {f"{a.width}x{a.height}", str(a.width)} & words:
        yield "size"
    if card.mode == "class2img" and str(a.width) not in task.request:
        yield "checkpoint"
    if "scheduler" in task.fixed and (SCHEDULERS[a.scheduler] if a.scheduler else "scheduler") not in task.request:
        yield "scheduler"
    for step in a.methods:
        yield from (f"{step.method}.{n}" for n, v in step.params.items() if not said(n, v, a.steps) & words)


SCHEDULERS = {
    "DDIMScheduler": "DDIM",
    "DPMSolverMultistepScheduler": "DPM",
    "UniPCMultistepScheduler": "UniPC",
    "EulerDiscreteScheduler": "Euler",
}


def said(name: str, value: Scalar, steps: int) -> set[str]:
    """The words in which a parameter's value is written."""
    if name == "dtype":
        return {"FP16", "fp16", "float16"} if value == "float16" else {"BF16", "bfloat16"}
    if name == "gate":
        return {str(round(float(value) * steps))}
    return {str(value), f"{round(float(value) * 100)}%"}


def test_a_target_is_asked_for_with_its_menu() -> None:
    for task in (t for t in TASKS if t.relative):
        assert task.request.count("{target}") == 1, task.id
        assert "5%" in task.request and task.max_loss == 0.05
        assert str(task.attributes.steps) in task.request
        assert task.menu and task.attributes.methods == ()
        assert ("scheduler" in task.fixed) == ("steps" in task.fixed) == ("sampler" not in task.menu)
        number = request_for(task, FIRST_BASELINE)
        assert ("x" if task.level == 4 else " s an image") in number and "{" not in number


def test_targets_follow_the_difficulty() -> None:
    wanted = {"L4-001": "2.00x", "L4-002": "2.50x", "L4-003": "3.00x", "L5-001": "0.5 s an image"}
    for id, words in wanted.items():
        assert words in request_for(find(TASKS, id), FIRST_BASELINE)


@pytest.mark.parametrize("card", CARDS, ids=lambda c: f"{c.family}-{c.mode}-{c.size}")
def test_only_combinations_that_work_are_named(card: Card) -> None:
    every = [set(names) for names in combinations(3, card)]
    assert every
    assert not any({"tgate", "deepcache"} <= names for names in every)
    if card.backbone == "dit":
        assert not any({"deepcache", "tome", "fused_qkv"} & names for names in every)
    if card.mode != "text2img" or card.controlnet_id:
        assert not any("tgate" in names for names in every)


def test_the_small_suite_has_some_of_everything() -> None:
    chosen = mini(TASKS)
    assert marginals.levels(chosen) == {1: 4, 2: 12, 3: 27, 4: 9, 5: 9}
    assert set(marginals.pipelines(chosen)) == set(marginals.PIPELINES)
    assert set(marginals.methods(chosen)) == set(marginals.NAMED)
    assert set(marginals.modes(chosen)) == set(marginals.MODES)
    assert hashlib.sha256(" ".join(t.id for t in chosen).encode()).hexdigest()[:16] == "5f91a0794f2e3956"


def test_select_thins_out_evenly() -> None:
    assert len(select(TASKS)) == 604
    assert {t.level for t in select(TASKS, levels=(4, 5))} == {4, 5}
    assert len(select(TASKS, suite="mini")) == 61
    assert {t.level for t in select(TASKS, limit=10)} == {1, 2, 3, 4, 5}


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "tasks.jsonl"
    broken.write_text("{}\n", encoding="utf-8")
    for path in (broken, tmp_path / "none.jsonl"):
        with pytest.raises(UsageError, match=r"tasks|none"):
            load(path)
    with pytest.raises(UsageError, match="L9-999"):
        find(TASKS, "L9-999")


def test_input_pictures_lie_beside_the_script(tmp_path: Path) -> None:
    from PIL import Image

    task = next(t for t in TASKS if t.inputs and t.attributes.width == 768)
    (picture,) = lay(task, tmp_path)
    with Image.open(picture) as image:
        assert image.size == (768, 768) and image.mode == "RGB"
    assert picture.name in task.reference and picture.name in task.request
    assert all(source(t).is_file() for t in TASKS if t.inputs)
    assert lay(TASKS[-1], tmp_path) == ()


def test_the_page_shows_the_counted_marginals() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert with_table(text, TASKS) == text
