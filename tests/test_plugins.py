"""Packages from outside: the example is installed and used; broken ones are named, and break nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from diffagent_mcp.knowledge import plugged, plugins
from diffagent_mcp.knowledge.catalogue import OURS
from diffagent_mcp.knowledge.methods.tome import ToMe
from diffagent_mcp.knowledge.plugins import Broken, Plugin, guarded
from diffagent_mcp.knowledge.types import ChatFailure, Record, Trace
from diffagent_mcp.tools.chat import names
from diffagent_mcp.tools.chat.chat import Answer, Question
from diffagent_mcp.tools.chat.opening import open_chat
from diffagent_mcp.tools.chat.provider import Bounds
from diffagent_mcp.tools.errors import SetupError, UsageError
from diffagent_mcp.tools.measure.runner import Live, Pictures, Runner

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "plugin"
SCRIPT = ROOT / "examples" / "sd15_text2img.py"


class Form(Record):
    """What a model is asked to fill in."""

    times: int


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip put the example alone, without a network."""
    folder = tmp_path_factory.mktemp("plugins")
    source = tmp_path_factory.mktemp("source") / "plugin"
    subprocess.run(["cp", "-r", str(EXAMPLE), str(source)], check=True)
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return folder


def run(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line with one more folder of packages."""
    paths = [str(site), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in paths if p)}
    command = [sys.executable, "-m", "diffagent_mcp", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def test_the_example_is_a_method_like_any_other(installed: Path) -> None:
    explained = run(installed, "explain", "unguided").stdout
    assert "+    guidance_scale=1.0," in explained and "as large as with guidance" in explained


DRAW = """
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5")
pipe("a red circle", num_inference_steps=2, guidance_scale=7.5)
"""


def recorded(runner: Runner, folder: Path, code: str) -> Trace:
    """What the runner says of one picture of a script on the zoo."""
    script = folder / "script.py"
    script.write_text(code)
    told = {"code": code, "script": "script.py", "arguments": [], "sites": []}
    one = runner.start({**told, "pipeline_class": "StableDiffusionPipeline"}, script, None)
    assert isinstance(one, Live), one
    try:
        made = one.pictures(["a red circle"], [1], deep=True)
        assert isinstance(made, Pictures), made
        return Trace.model_validate(made.record["trace"])
    finally:
        one.close()


def test_its_method_proves_itself_on_the_zoo(
    installed: Path, runner: Runner, tmp_path: Path, beside: Callable[[Path], None]
) -> None:
    beside(installed)
    kind: Any = next(p.given for p in plugins.found(plugins.METHODS))
    before = recorded(runner, tmp_path, DRAW)
    after = recorded(runner, tmp_path, DRAW.replace("7.5", "1.0"))
    assert kind().unproven(after, before) is None
    assert kind().unproven(before, before) == "the denoiser's batch is as large as with guidance"
    assert kind.explains == {"batch", "guidance"} and after.guidance_scale == 1.0


def test_words_ask_for_it_and_a_plan_uses_it(installed: Path) -> None:
    said = run(installed, "plan", "1.5x faster with unguided", str(SCRIPT))
    assert "unguided()" in said.stdout and "+    image = pipe(PROMPT" in said.stdout, said.stderr
    assert "guidance_scale=1.0" in said.stdout


def test_doctor_names_what_is_installed(installed: Path) -> None:
    facts = json.loads(run(installed, "doctor", "--json").stdout)["facts"]
    names = "unguided (methods, {0}), program (chats, {0}), colour (metrics, {0})"
    assert facts["plugins"] == names.format("diffagent-example 0.1.0")


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Puts a folder of packages beside those of this process, and forgets what was found before and after."""

    def put(site: Path) -> None:
        monkeypatch.syspath_prepend(str(site))
        plugins.found.cache_clear()

    yield put
    plugins.found.cache_clear()


def asked(name: str) -> Answer[Form] | ChatFailure:
    """What the plugin's model makes of one question."""
    chat = open_chat(names.parse(name), {}, Bounds())
    assert chat is not None and chat.model == name and not chat.simulated
    return chat.ask(Question(role="reader", prompt="p@1", system="You read.", user="2x faster", form=Form))


def test_its_language_model_is_asked_and_may_fail(
    installed: Path, tmp_path: Path, beside: Callable[[Path], None]
) -> None:
    beside(installed)
    program, kept = tmp_path / "says.py", tmp_path / "asked.txt"
    answer = 'print(json.dumps({"times": 2}))'
    keep = f"pathlib.Path({str(kept)!r}).write_text(sys.stdin.read())"
    program.write_text(f"#!{sys.executable}\nimport json, pathlib, sys\n{keep}\n{answer}\n")
    program.chmod(0o755)
    found = asked(f"plugin:program:{program}")
    assert isinstance(found, Answer) and found.value == Form(times=2) and "2x faster" in kept.read_text()
    gone = asked("plugin:program:/nowhere/at/all")
    assert isinstance(gone, ChatFailure) and "FileNotFoundError" in gone.message and gone.kind == "unavailable"
    with pytest.raises(UsageError, match="those that do: program"):
        asked("plugin:nobody")
    with pytest.raises(SetupError, match="cannot be asked: it raised ValueError: name a command"):
        open_chat(names.Named("plugin", "program"), {}, Bounds())


def package(site: Path, name: str, code: str, entries: str) -> None:
    """A package as pip would have left it."""
    (site / f"{name}.py").write_text(code)
    about = site / f"{name}-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(entries)


BROKEN = {
    "raises": ("1 / 0", "it raised ZeroDivisionError: division by zero"),
    "leaves": ("raise SystemExit(7)", "it raised SystemExit: 7"),
    "unread": ("def (", "it raised SyntaxError"),
    "needs": ("import no_such_library", "it raised ModuleNotFoundError: No module named 'no_such_library'"),
    "empty": ("", "it raised AttributeError"),
    "chatty": ("print('[1]')\nMethod = 3", "it is no class of diffagent_mcp.knowledge.method.Method"),
}


def test_broken_plugins_are_named_and_break_nothing(tmp_path: Path) -> None:
    for name, (code, _) in BROKEN.items():
        package(tmp_path, name, code, f"[diffagent_mcp.methods]\n{name} = {name}:Method\n")
    said = run(tmp_path, "methods", "--json")
    assert said.returncode == 0 and set(json.loads(said.stdout)) == {m.slug for m in OURS}
    for name, (_, sentence) in BROKEN.items():
        assert f"the plugin {name} of {name} 1.0 is not used: {sentence}" in said.stderr


class Wild(ToMe):
    """Raises as soon as it is asked anything."""

    slug = "wild"

    def effect(self, situation: object) -> object:  # type: ignore[override]
        raise RuntimeError("no idea")


class Mute(ToMe):
    slug = "mute"


class Torn(ToMe):
    """Writes what is no Python."""

    slug = "torn"

    def change(self, situation: object, plan: object) -> object:  # type: ignore[override]
        return super().change(situation, plan).model_copy(update={"setup": ("{pipe}.(",)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        (Wild, "wild", "it raised RuntimeError: no idea"),
        (Wild, "other", "its slug is 'wild'; it must be the entry point's name"),
        (ToMe, "tome", "there is a method tome already"),
        (Mute, "mute", "it has no docstring"),
        (Torn, "torn", "it raised SyntaxError"),
        (dict, "dict", "it is no class of"),
    ],
)
def test_a_method_is_tried_before_it_is_let_in(kind: object, name: str, sentence: str) -> None:
    found = plugged.admitted(Plugin("diffagent_mcp.methods", name, "somebody 1.0", kind), {"tome"})
    assert isinstance(found.given, Broken) and sentence in found.given.sentence
    assert f"the plugin {name} of somebody 1.0 is not used" in str(found.complaint)


def test_what_a_plugin_prints_stays_out_of_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(lambda: print("hello")) is None
    assert capsys.readouterr() == ("", "hello\n")


def test_two_packages_with_one_name_are_told_apart(tmp_path: Path, beside: Callable[[Path], None]) -> None:
    for name in ("first", "second"):
        package(tmp_path, name, "Method = int", "[diffagent_mcp.chats]\nsame = " + name + ":Method\n")
    beside(tmp_path)
    assert [p.complaint for p in plugins.found(plugins.CHATS)] == [
        None,
        "the plugin same of second 1.0 is not used: first 1.0 brings one of that name",
    ]
