"""`methods --for`: ranked by what is expected, corrected by what was measured, without torch."""

import json
import sys
from pathlib import Path
from subprocess import run as process

import pytest
from factories import CPU, GPU, LIBRARIES, evaluation, plan, situation, step
from shell import run

from diffagent_mcp.agents.calibration import Calibration
from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.experience import Experience, experience_of, same_place
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Environment
from diffagent_mcp.server.advising import advise, best_setting, is_within
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.parsing import megabytes
from diffagent_mcp.server.place import Place, device_named
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.store import experience
from diffagent_mcp.tools.store.store import Store

EXAMPLE = Path(__file__).parents[2] / "examples" / "sd15_text2img.py"
HERE = Environment(device=CPU, python="3.11", libraries=LIBRARIES)
NO_TORCH = (
    "import sys\nfrom diffagent_mcp.server import cli\nsys.argv = ['diffagent-mcp', *sys.argv[1:]]\n"
    "try: cli.main()\nexcept SystemExit: pass\n"
    "assert not {m.split('.')[0] for m in sys.modules} & {'torch', 'diffusers', 'transformers'}\n"
)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("DIFFAGENT_HOME", str(tmp_path / "own"))
    return build(load())


def learned(speedup: float, environment: Environment = HERE) -> Experience:
    of = plan(step("deepcache", interval=3, branch=0))
    return experience_of(situation(), environment, of, evaluation(speedup, 0.01, 0.1), 600)


def test_every_method_is_in_one_place(app: App) -> None:
    found = advise(app, Place(situation()))
    told = [m.slug for m in (*found.try_first, *found.beside, *found.not_here)]
    assert sorted(told) == sorted(m.slug for m in METHODS)
    ranks = [(is_within(m.expected), m.expected.speedup) for m in found.try_first]
    assert ranks == sorted(ranks, reverse=True) and all(speedup > 1 for _, speedup in ranks)
    assert all(m.reasons for m in found.try_first) and all(m.why for m in found.not_here)
    assert not (app.settings.home / "store.sqlite").exists(), "asking makes no store"


def test_settings_keep_to_the_usual_bounds_where_one_does() -> None:
    kind = next(m for m in METHODS if m.slug == "sampler")
    best = best_setting(kind, situation(), Calibration(situation()))
    assert best is not None and is_within(best[1]) and best[1].speedup > 2


def test_history_corrects_what_is_expected(app: App) -> None:
    before = {m.slug: m for m in advise(app, Place(situation())).try_first}["deepcache"]
    for n in range(4):
        experience.keep(app.store, f"k{n}", learned(1.05))
    found = advise(app, Place(situation()))
    after = next(m for m in (*found.try_first, *found.beside) if m.slug == "deepcache")
    assert found.experiences == 4 and after.measured == 4
    assert after.expected.speedup < before.expected.speedup
    assert any(r.startswith("measured here on zoo models: 1.05x") for r in after.reasons)


def test_history_of_another_place_is_no_history(app: App) -> None:
    elsewhere = HERE.model_copy(update={"device": GPU})
    newer = HERE.model_copy(update={"libraries": {**LIBRARIES, "torch": "3.0"}})
    real = HERE.model_copy(update={"models": "hub"})
    for n, environment in enumerate((elsewhere, newer, real)):
        experience.keep(app.store, f"k{n}", learned(3.0, environment))
        assert not same_place(learned(3.0, environment), CPU, LIBRARIES, "zoo")
    assert advise(app, Place(situation())).experiences == 0
    xl: Situation = situation(pipeline_class="StableDiffusionXLPipeline")
    experience.keep(app.store, "same", learned(3.0))
    assert advise(app, Place(xl)).experiences == 0 and advise(app, Place(situation())).experiences == 1


def test_an_experience_survives_the_store_and_an_unreadable_one_is_left() -> None:
    store = Store()
    experience.keep(store, "a", learned(2.0))
    experience.keep(store, "a", learned(2.0))
    store.db.execute(
        "insert into experiences (key, pipeline_class, body) values ('b', 'StableDiffusionPipeline', '{}')"
    )
    assert experience.of_class(store, "StableDiffusionPipeline") == [learned(2.0)]
    assert experience.of_class(store, "DiTPipeline") == []


def test_a_missing_package_is_a_line_to_type(app: App) -> None:
    found = advise(app, Place(situation(libraries={"diffusers": "0.42.1"})))
    cache = next(m for m in found.try_first if m.slug == "deepcache")
    assert cache.install == "pip install DeepCache"


def test_what_saves_memory_comes_first_where_the_weights_do_not_fit(app: App) -> None:
    xl = situation(pipeline_class="StableDiffusionXLPipeline", device=GPU)
    tight, wide = advise(app, Place(xl), 12_000), advise(app, Place(xl), 24_000)
    assert tight.try_first[0].saves_memory and "half precision" in tight.notes[-1]
    assert "they fit into 24 GB" in wide.notes[-1]


def test_devices_and_memory_as_people_write_them(app: App) -> None:
    assert device_named(app, "cuda", 12_000).memory_mb == 12_000
    with pytest.raises(UsageError, match="--device tpu: give cpu, cuda or mps"):
        device_named(app, "tpu", None)
    assert [megabytes(t, "--memory") for t in ("12GB", "12", "8000 MB", "1.5g")] == [12_000, 12_000, 8_000, 1_500]
    for wrong in ("much", "0GB", "-3GB", "12 apples", ""):
        with pytest.raises(UsageError, match="--memory"):
            megabytes(wrong, "--memory")


def test_on_the_command_line() -> None:
    said = run("methods", "--for", EXAMPLE, "--device", "cuda", "--memory", "12GB")
    assert said.returncode == 0, said
    assert "Try first" in said.stdout and "Not here" in said.stdout and "nothing was measured" in said.stdout
    told = json.loads(run("methods", "--for", EXAMPLE, "--json").stdout)
    assert {"try_first", "beside", "not_here", "notes"} <= set(told)
    assert "deepcache" in run("methods").stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--for", "nowhere.py"], "cannot read nowhere.py"),
        (["--for", EXAMPLE, "--device", "tpu"], "--device tpu"),
        (["--for", EXAMPLE, "--memory", "lots"], "--memory lots"),
        (["--memory", "12GB"], "name it with --for FILE"),
    ],
)
def test_bad_input_is_one_sentence(words: list[str | Path], sentence: str) -> None:
    found = run("methods", *words)
    assert found.returncode == 2 and found.stdout == "" and sentence in found.stderr and found.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [("methods", "--for", str(EXAMPLE)), ("explain", "tome"), ("search", "SDXL memory")])
def test_torch_is_not_imported(words: tuple[str, ...]) -> None:
    ended = process([sys.executable, "-c", NO_TORCH, *words], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
