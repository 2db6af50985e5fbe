"""`explain`, `doctor` and `revert`, as a person meets them."""

import json
import shutil
from pathlib import Path

import pytest
from shell import run

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.library import Document
from diffagent_mcp.knowledge.method import Method, Symptom
from diffagent_mcp.knowledge.pipelines import CARDS
from diffagent_mcp.server.app import App, build
from diffagent_mcp.server.explaining import Explained, explain, normal, shown
from diffagent_mcp.server.place import at_file, bare
from diffagent_mcp.server.settings import load
from diffagent_mcp.tools.errors import UsageError

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sd15_text2img.py"
EVERY = pytest.mark.parametrize("kind", METHODS, ids=lambda m: m.slug)


@pytest.fixture
def app() -> App:
    return build(load())


@EVERY
def test_every_method_is_explained_whole(app: App, kind: type[Method]) -> None:
    found = explain(app, kind.slug, at_file(app, EXAMPLE, None))
    assert isinstance(found, Explained) and found.slug == kind.slug and found.kind == kind.kind
    assert {k.name for k in found.knobs} == set(kind.model_fields)
    assert all(k.meaning and k.direction for k in found.knobs)
    assert found.gain == kind.gain and found.sources and found.failures == kind.symptoms
    assert kind.clashes <= set(found.clashes)
    said = shown(kind, at_file(app, EXAMPLE, None))
    assert said is None or said.diff or said.note


def test_the_diff_is_of_the_persons_file(app: App) -> None:
    found = explain(app, "deepcache", at_file(app, EXAMPLE, None))
    assert isinstance(found, Explained) and found.shown is not None
    assert found.shown.where == EXAMPLE.name and f"+++ b/{EXAMPLE.name}" in found.shown.diff


def test_what_does_not_fit_the_file_is_shown_where_it_fits(app: App) -> None:
    found = explain(app, "mag_cache", at_file(app, EXAMPLE, None))
    assert isinstance(found, Explained) and found.shown is not None
    assert "needs a dit denoiser" in str(found.why_not)
    assert found.shown.where.startswith("the plain script of") and found.shown.diff


def test_pipelines_are_explained_by_any_of_their_names(app: App) -> None:
    for name, title in (
        ("SDXL", "Stable Diffusion XL"),
        ("flux", "FLUX.1 dev"),
        ("PixArtSigmaPipeline", "PixArt-Sigma"),
    ):
        page = explain(app, name, None)
        assert isinstance(page, Document) and page.shelf == "pipeline" and page.title.startswith(title)


def test_a_failure_says_what_to_do(app: App) -> None:
    for name in ("OutOfMemory", "out of memory"):
        page = explain(app, name, None)
        assert isinstance(page, Document) and "model_offload" in page.text and "quoted" not in page.text


@pytest.mark.parametrize(("name", "near"), [("fp8", "torchao"), ("taesd", "tiny_vae"), ("deepcahce", "deepcache")])
def test_a_name_that_is_none_leads_to_what_speaks_of_it(app: App, name: str, near: str) -> None:
    with pytest.raises(UsageError, match=near):
        explain(app, name, None)


def test_a_known_failure_is_shown_by_its_plain_texts() -> None:
    odd = Symptom(pattern=r"g\+\+|Config\.use_x|(a|b).*c|CUDA error", sentence="it fails")
    assert odd.signs == ("g++", "Config.use_x", "CUDA error")


def test_few_steps_count_against_the_scripts_own(app: App) -> None:
    found = explain(app, "few_step_lora", None)
    assert isinstance(found, Explained) and found.shown is not None and found.shown.expected.speedup > 3
    assert any(k.name == "few_steps" and k.direction.startswith("lower is faster") for k in found.knobs)


def test_names_are_read_as_people_write_them(app: App) -> None:
    for name in ("Deep Cache", "deep-cache", "DeepCache", "DEEPCACHE"):
        slugs = {"deepcache", "deep_cache"}
        assert normal(name) in slugs
    assert isinstance(explain(app, "DeepCache", None), Explained)
    assert getattr(explain(app, "hidden-second-call", None), "slug") == "hidden_second_call"  # noqa: B009
    assert getattr(explain(app, "out_of_memory", None), "shelf") == "failure"  # noqa: B009


def test_an_unknown_name_gets_the_nearest(app: App) -> None:
    with pytest.raises(UsageError, match="nothing is named 'deepcach'; the nearest names are deepcache"):
        explain(app, "deepcach", None)
    with pytest.raises(UsageError, match="`diffagent-mcp methods` lists what is known"):
        explain(app, "qqqqqq", None)


def test_on_the_command_line() -> None:
    said = run("explain", "tome", "--for", EXAMPLE)
    assert said.returncode == 0, said
    for part in ("Usable here", "Knobs", "Gain and cost", "Proof that it ran", "Undone", "+import tomesd"):
        assert part in said.stdout
    told = json.loads(run("explain", "tome", "--json").stdout)
    assert told["slug"] == "tome" and told["knobs"][0]["direction"]
    wrong = run("explain", "tomme")
    assert wrong.returncode == 2 and wrong.stdout == "" and wrong.stderr.count("\n") == 1 and "tome" in wrong.stderr
    missing = run("explain", "tome", "--for", "nowhere.py")
    assert missing.returncode == 2 and "cannot read nowhere.py" in missing.stderr


def test_a_silent_failure_on_the_command_line() -> None:
    said = run("explain", "tgate_stays_patched")
    assert said.returncode == 0 and "caught by" in said.stdout and "instead" in said.stdout


def test_doctor_shows_every_method_with_its_kind() -> None:
    said = run("doctor", EXAMPLE)
    for kind in METHODS:
        assert any(line.split()[:2] == [kind.slug, kind.kind] for line in said.stdout.splitlines())
    told = json.loads(run("doctor", EXAMPLE, "--json").stdout)
    assert told["kinds"] == {m.slug: m.kind for m in METHODS} and set(told["unusable"]) == set(told["kinds"])


def test_revert_takes_out_what_was_added_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "draw.py"
    shutil.copy(EXAMPLE, file)
    nothing = run("revert", file)
    assert (
        nothing.returncode == 2 and nothing.stderr.count("\n") == 1 and "nothing is known of draw.py" in nothing.stderr
    )
    shutil.copy(EXAMPLE, tmp_path / "draw.py.orig")
    same = run("revert", file)
    assert same.returncode == 0 and same.stdout.startswith("nothing is to be reverted")
    original = file.read_text()
    file.write_text("import tomesd\n" + original)
    shutil.copy(file, tmp_path / "draw.accelerated.py")
    look = run("revert", file, "--show")
    assert "-import tomesd" in look.stdout and file.read_text().startswith("import tomesd")
    done = run("revert", file)
    assert done.returncode == 0 and "reverted:" in done.stdout and file.read_text() == original


def test_a_card_has_a_bare_situation() -> None:
    from factories import GPU

    for card in CARDS:
        here = bare(card, GPU, {})
        assert here.pipeline_class == card.pipeline_class and here.steps == card.steps
