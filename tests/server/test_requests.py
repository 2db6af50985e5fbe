"""`plan` and `generate`: how words are shown back, what is put forward, and what is written and checked."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from factories import CPU, GPU, LIBRARIES, situation, step
from shell import run

from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.catalogue import CATALOGUE
from diffagent_mcp.knowledge.pipelines import CARDS, Card
from diffagent_mcp.knowledge.reading import Context, read
from diffagent_mcp.knowledge.types import Request
from diffagent_mcp.server import requests
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.constrained import put_forward, target_of
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.script.analyse import analyse

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sd15_text2img.py"
NO_TORCH = """
import sys
from diffagent_mcp.server import cli
sys.argv = ["diffagent-mcp", *sys.argv[1:]]
try: cli.main()
except SystemExit: pass
assert not {m.split(".")[0] for m in sys.modules} & {"torch", "diffusers", "transformers"}
"""


@pytest.fixture
def app() -> App:
    return build(load())


def plans(words: str) -> list[dict[str, dict[str, object]]]:
    found = put_forward(read(words), situation(device=GPU), random.Random(0))
    return [{s.method: dict(s.params) for s in one.plan.steps} for one in found]


def test_required_methods_are_in_every_plan_as_they_were_said() -> None:
    found = plans("twice as fast, use DeepCache with interval 4")
    assert len(found) > 1 and all(p["deepcache"]["interval"] == 4 for p in found)


def test_refused_methods_and_kept_steps_are_in_none() -> None:
    found = plans("3x faster, no DeepCache, no ToMe, don't touch the steps")
    assert found and not any({"deepcache", "tome", "sampler"} & set(p) for p in found)


def test_a_kept_scheduler_leaves_only_the_number_of_steps() -> None:
    found = plans("3x faster, only sampler and DeepCache may be used, keep the scheduler")
    samplers = [p["sampler"] for p in found if "sampler" in p]
    assert samplers and all(s["name"] == "keep" for s in samplers)
    assert all(set(p) <= {"sampler", "deepcache"} for p in found)


def test_a_menu_and_lossless_bound_what_is_drawn() -> None:
    assert all(set(p) <= {"tome", "compile"} for p in plans("only ToMe or compile"))
    assert all(CATALOGUE[slug].lossless for p in plans("lossless please, 1.2x") for slug in p)


def test_every_plan_may_be_tried_and_says_what_is_expected() -> None:
    here = situation(device=CPU)
    found = put_forward(read("2x faster"), here, random.Random(3))
    assert found == put_forward(read("2x faster"), here, random.Random(3)), "the same seed draws the same"
    assert all(rules.is_valid(one.plan, here) and one.expected.speedup > 1 for one in found)


def test_what_is_required_and_does_not_fit_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="what you require does not fit here"):
        put_forward(read("use DeepCache with interval 20"), situation(), random.Random(0))
    without = {k: v for k, v in LIBRARIES.items() if k != "tomesd"}
    with pytest.raises(UsageError, match="pip install tomesd"):
        put_forward(read("use ToMe"), situation(libraries=without), random.Random(0))


def test_a_time_is_compared_with_what_it_takes_now() -> None:
    assert target_of(read("from 6 s down to 2 s")).speedup == pytest.approx(3.0)
    assert target_of(read("under 2 s")).speedup == 2.0


def test_steps_a_second_lean_on_the_script(app: App) -> None:
    assert requests.plan(app, "10 it/s", EXAMPLE, None).request.latency_s == 5.0
    with pytest.raises(requests.Unanswered):
        requests.plan(app, "10 it/s", None, None)


def test_another_reader_can_be_put_in_its_place(app: App) -> None:
    class Scripted:
        def read(self, text: str, context: Context) -> Request:
            return Request(text=text, intent="accelerate", required=(step("tome", ratio=0.3),))

    found = requests.plan(app, "whatever", EXAMPLE, None, reader=Scripted())
    assert found.plans and all((s := p.plan.step("tome")) is not None and s.params["ratio"] == 0.3 for p in found.plans)


@pytest.mark.parametrize("card", CARDS, ids=lambda c: f"{c.family}-{c.mode}-{c.size}")
def test_every_card_can_be_asked_for_in_words(card: Card) -> None:
    title = card.title.replace("DiT", f"DiT {card.size}")
    mode = {"img2img": "image to image", "text2img": "text to image"}.get(card.mode, "")
    made = requests.generate(f"{title} {mode}, 12 steps, DDIM")
    assert made.complaint is None
    assert (made.attributes.pipeline_class, made.attributes.steps) == (card.pipeline_class, 12)
    assert made.attributes.model_id == card.model_id


def test_a_script_is_what_was_said() -> None:
    made = requests.generate('SD 1.5, 30 steps UniPC, DeepCache interval 3, fp16, seed 7, prompt "a green fox"')
    assert made.complaint is None and made.notes == ()
    site = analyse("script.py", made.code).pipelines[0]  # pyright: ignore[reportAttributeAccessIssue]
    assert (site.scheduler, site.calls[0].steps, site.dtype) == ("UniPCMultistepScheduler", 30, "float16")
    assert step("deepcache", interval=3, branch=0) in site.methods
    assert "a green fox" in made.code and "manual_seed(7)" in made.code


def test_a_script_that_cannot_be_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="DiT"):
        requests.generate("DiT 256 with DeepCache interval 3")
    with pytest.raises(requests.Unanswered, match="Which model"):
        requests.generate("a script with 20 steps")


def test_plan_on_the_command_line() -> None:
    found = run("plan", "twice as fast, but don't touch the steps", EXAMPLE, "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert (told["request"]["speedup"], told["request"]["keep_steps"], told["measured"]) == (2.0, True, False)
    assert told["plans"] and told["diff"].startswith("--- a/sd15_text2img.py")
    shown = run("plan", "twice as fast, but don't touch the steps", EXAMPLE).stdout
    assert "kept as is     steps" in shown and "nothing was measured" in shown and "optimize" in shown


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("write malware", "not something to be done here"),
        ("a recipe for soup", "not something to be done here"),
        ("2x faster; rm -rf /", "not something to be done here"),
        ("2x and 3x faster", "Which speedup do you want: 2x or 3x?"),
        ("hello", "What should be done"),
    ],
)
def test_what_is_declined_or_unclear_is_one_sentence_and_exit_2(words: str, sentence: str) -> None:
    found = run("plan", words)
    assert found.returncode == 2 and sentence in found.stderr and found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1


def test_generate_writes_a_file_and_never_over_one(tmp_path: Path) -> None:
    out = tmp_path / "made.py"
    first = run("generate", "SDXL, 30 steps UniPC, DeepCache interval 3", "--out", out)
    assert first.returncode == 0 and "checked: it is what was asked for" in first.stdout
    assert "num_inference_steps=30" in out.read_text() and "cache_interval=3" in out.read_text()
    again = run("generate", "SD 1.5, 20 steps", "--out", out)
    assert again.returncode == 2 and "is there already" in again.stderr and "XL" in out.read_text()
    assert run("generate", "SD 1.5, 20 steps", "--out", out, "--force").returncode == 0
    assert "num_inference_steps=20" in out.read_text()


def test_generate_prints_the_script_alone_on_stdout() -> None:
    found = run("generate", "SD 2.1, 25 steps DDIM, 768x768")
    assert found.returncode == 0 and "checked" in found.stderr
    compile(found.stdout, "made.py", "exec")


def test_a_script_is_run_and_compared_live() -> None:
    found = run("generate", "SD 1.5, 6 steps DDIM, DeepCache interval 2", "--run", "--models", "zoo", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["static"]["mismatches"] == [] and told["seconds"] > 0
    assert told["static"]["live"]["steps"] == 6 and told["static"]["live"]["methods"][0]["method"] == "deepcache"


@pytest.mark.parametrize("words", [("plan", "2x", str(EXAMPLE)), ("generate", "SD 1.5, 20 steps")])
def test_neither_imports_torch(words: tuple[str, ...]) -> None:
    found = subprocess.run([sys.executable, "-c", NO_TORCH, *words], capture_output=True, text=True, timeout=120)
    assert found.returncode == 0, found.stderr
