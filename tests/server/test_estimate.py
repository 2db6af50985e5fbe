"""`estimate`: an answer at once, with its chance, why, and what to type; never shown as a measurement."""

import json
import resource
import sys
from pathlib import Path
from subprocess import run as process

import pytest
from factories import CPU, LIBRARIES, evaluation, plan, profile, situation, step
from shell import run

from diffagent_mcp.knowledge.experience import Lesson, lesson_of
from diffagent_mcp.knowledge.types import Crashed, Environment, Interval, Target
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.estimating import Estimate, estimate
from diffagent_mcp.server.opening import open_script
from diffagent_mcp.server.place import Place
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools import device
from diffagent_mcp.tools.store import experience

EXAMPLE = Path(__file__).parents[2] / "examples" / "sd15_text2img.py"
HERE = Environment(device=CPU, python="3.11", libraries=LIBRARIES)
OPENED = open_script(EXAMPLE, None)
HALF = plan(step("sampler", name="dpmpp_2m", steps=20))
SECONDS = 1.5
"""of a processor, for an answer: a person waits for it"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("DIFFAGENT_HOME", str(tmp_path / "own"))
    return build(load({"models": "zoo"}))


def asked(app: App, **target: float) -> Estimate:
    here = situation(pipeline=OPENED.site, stages=None)
    return estimate(app, Place(here, OPENED), Target(**target))  # pyright: ignore[reportArgumentType]


def learned(speedup: float, environment: Environment = HERE) -> Lesson:
    return lesson_of(situation(pipeline=OPENED.site), environment, HALF, evaluation(speedup, 0.01, 0.1), 600)


def profiled(app: App) -> None:
    app.store.put("p", profile(latency_s=2.0))
    experience.keep_baseline(app.store, "p", OPENED.script.source_sha, OPENED.site.name, HERE)


def test_without_memory_it_leans_on_the_knowledge_base_and_says_so(app: App) -> None:
    found = asked(app, speedup=2.0)
    assert not found.measured and found.share_assumed and (found.here, found.elsewhere) == (0, 0)
    assert found.answer.startswith("2x ") and "%" in found.answer and "here" in found.answer
    assert "the knowledge base's figures alone" in found.leans
    assert found.next == f"diffagent-mcp optimize {EXAMPLE} --speedup 2"
    best = found.plans[0]
    assert best.speedup_interval.low < best.speedup < best.speedup_interval.high and best.judged == 0
    assert not app.remembers, "asking makes no store"


def test_experience_of_this_place_is_what_it_leans_on(app: App) -> None:
    before = asked(app, speedup=2.0)
    for n in range(3):
        experience.keep(app.store, f"k{n}", learned(2.4))
    elsewhere = HERE.model_copy(update={"libraries": {**LIBRARIES, "torch": "3.0"}})
    experience.keep(app.store, "other", learned(9.0, elsewhere))
    after = asked(app, speedup=2.0)
    assert (after.here, after.elsewhere) == (3, 1) and after.leans.startswith("3 experiences measured here")
    (mine,) = [p for p in asked(app, speedup=2.2).plans if p.plan == HALF] or [after.plans[0]]
    width = {p.sentence: p.speedup_interval.high / p.speedup_interval.low for p in (mine, before.plans[0])}
    assert width[mine.sentence] < width[before.plans[0].sentence], "surer where it was measured"


def test_elsewhere_alone_is_said_and_believed_less(app: App) -> None:
    elsewhere = HERE.model_copy(update={"libraries": {**LIBRARIES, "torch": "3.0"}})
    experience.keep(app.store, "other", learned(2.4, elsewhere))
    assert asked(app, speedup=2.0).leans.startswith("1 experience measured elsewhere")
    hub = HERE.model_copy(update={"models": "hub"})
    experience.keep(app.store, "hub", learned(2.4, hub))
    assert asked(app, speedup=2.0).elsewhere == 1, "the hub's models say nothing of the zoo's"


def test_a_stored_profile_of_the_same_text_gives_the_share_and_the_seconds(app: App) -> None:
    unknown = asked(app, latency_s=1.0)
    assert unknown.speedup is None and unknown.next == f"diffagent-mcp profile {EXAMPLE}"
    assert "nobody has measured" in unknown.because
    profiled(app)
    known = asked(app, latency_s=1.0)
    assert known.speedup == pytest.approx(2.0) and not known.share_assumed
    assert known.denoiser_share == pytest.approx(0.9) and known.next.endswith("--latency 1s")
    assert asked(app, latency_s=3.0).answer == "yes: it is met as it is"


def test_what_is_out_of_reach_is_said_with_the_reason_and_a_nearer_target(app: App) -> None:
    profiled(app)
    found = asked(app, speedup=20.0)
    assert found.answer == "20x very unlikely (under 5%)"
    assert "10.0x at the very most" in found.because and "--speedup 20" not in found.next
    strict = asked(app, speedup=2.0, max_loss=0.0, max_drift=0.001)
    assert strict.because.startswith("no plan is likely to keep loss within 0.0%")


def test_failures_are_counted_and_the_plan_is_left_out(app: App) -> None:
    crashed = Crashed(message="it crashed", stage="call", error="E")
    first = asked(app, speedup=2.0).plans[0].plan
    where = situation(pipeline=OPENED.site)
    experience.keep(app.store, "f", lesson_of(where, HERE, first, crashed, 600))
    found = asked(app, speedup=2.0)
    assert found.setbacks == 1 and "1 failure here" in found.leans
    assert first not in [p.plan for p in found.plans]


def test_on_the_command_line_whatever_the_answer_the_code_is_0() -> None:
    said = run("estimate", EXAMPLE, "--speedup", "50", "--device", "cuda", "--memory", "12GB")
    assert (
        said.returncode == 0 and said.stdout.startswith("50x very unlikely") and "nothing was measured" in said.stdout
    )
    told = json.loads(run("estimate", EXAMPLE, "--latency", "0.8s", "--models", "zoo", "--json").stdout)
    assert told["measured"] is False and {"answer", "because", "plans", "rungs", "leans", "next"} <= set(told)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere.py"], "cannot read nowhere.py"),
        ([EXAMPLE, "--speedup", "2", "--latency", "1s"], "not both"),
        ([EXAMPLE, "--speedup", "0.5"], "a number above 1"),
        ([EXAMPLE, "--device", "tpu"], "--device tpu"),
        ([EXAMPLE, "--max-drift", "-1"], "--max-drift"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str | Path], sentence: str) -> None:
    found = run("estimate", *words)
    assert found.returncode == 2 and found.stdout == "" and sentence in found.stderr and found.stderr.count("\n") == 1


def test_it_answers_at_once_and_without_torch(app: App) -> None:
    for n in range(120):
        many = plan(step("sampler", name="unipc", steps=4 + n % 40), step("tome", ratio=0.1 + n % 5 / 10))
        experience.keep(app.store, f"k{n}", learned(2.0).model_copy(update={"plan": many}))
    code = (
        "import sys\nfrom diffagent_mcp.server import cli\ntry: cli.main()\nexcept SystemExit: pass\n"
        "assert not {m.split('.')[0] for m in sys.modules} & {'torch', 'diffusers', 'transformers'}\n"
    )
    start = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = process(
        [sys.executable, "-c", code, "estimate", str(EXAMPLE)], capture_output=True, text=True, timeout=60, check=False
    )
    end = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.returncode == 0, ended.stderr
    spent = end.ru_utime - start.ru_utime + end.ru_stime - start.ru_stime
    assert spent < 2 * SECONDS, "twice, since a busy machine counts more"


def test_a_driver_names_its_devices(tmp_path: Path) -> None:
    assert device.nvidia_name(tmp_path) is None
    for n in range(2):
        (tmp_path / str(n)).mkdir()
        (tmp_path / str(n) / "information").write_text("Model: \t\t NVIDIA H100 80GB HBM3\nIRQ: 5\n")
    assert device.nvidia_name(tmp_path) == "NVIDIA H100 80GB HBM3"
    (tmp_path / "1" / "information").write_text("Model: another\n")
    assert device.nvidia_name(tmp_path) is None, "which of them is used is not known"


def test_an_interval_is_of_its_level(app: App) -> None:
    assert {p.speedup_interval.level for p in asked(app, speedup=2.0).plans} == {0.8}
    assert isinstance(asked(app, speedup=2.0).plans[0].speedup_interval, Interval)
