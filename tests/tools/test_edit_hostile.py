"""Scripts that a hostile tester wrote: what the edit wrote into them did not run, or did not reach the call."""

import ast
import os
from pathlib import Path

import pytest
from corpus import analysed, edited, refused
from factories import plan, step

from diffagent_mcp.knowledge.types import Change, EditRefused, Plan
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.script.analyse import Unreadable, analyse
from diffagent_mcp.tools.script.edit import apply
from diffagent_mcp.tools.textfile import read

IMPORT = "from diffusers import DDIMScheduler, StableDiffusionPipeline\n"
BUILD = 'StableDiffusionPipeline.from_pretrained("a/b")'
HEAD = f"{IMPORT}pipe = {BUILD}\n"
CALL = "pipe('x', num_inference_steps=50)\n"
OURS = "pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)\n"
TWENTY = plan(step("sampler", name="dpmpp_2m", steps=20))
LAST = plan(step("sampler", name="dpmpp_2m", steps=20), step("channels_last"))


def twice(code: str, of: Plan = TWENTY) -> str:
    """The edited script, which a second edit leaves alone."""
    made = edited(code, of)
    compile(made, "made.py", "exec")
    assert edited(made, of) == made
    return made


def runs_before(made: str, first: str, then: str) -> bool:
    return -1 < made.find(first) < made.find(then)


def test_an_import_that_comes_too_late_is_not_relied_on() -> None:
    made = twice(f"{IMPORT}pipe = {BUILD}\n{CALL}import torch\n", LAST)
    assert made.count("import torch\n") == 2 and runs_before(made, "import torch", "pipe =")


def test_a_local_import_that_comes_too_late_is_written_at_the_functions_top() -> None:
    code = f'{IMPORT}def main():\n    """Doc."""\n    pipe = {BUILD}\n    import torch\n    {CALL}main()\n'
    assert '    """Doc."""\n    import torch\n    pipe = ' in twice(code, LAST)


@pytest.mark.parametrize(
    "body", ["def main():\n    pipe = diffusers.{0}\n    {1}main()\n", "pipe = diffusers.{0}\n{1}"]
)
def test_only_an_import_above_the_use_is_extended(body: str) -> None:
    last = "from diffusers import DDIMScheduler\n"
    made = twice(f"import diffusers\n{body.format(BUILD, CALL)}{last}")
    assert made.startswith("import diffusers\nfrom diffusers import DPMSolverMultistepScheduler\n")
    assert made.endswith(last)


def test_an_import_under_the_main_guard_is_extended_there() -> None:
    code = f'if __name__ == "__main__":\n    {IMPORT}    pipe = {BUILD}\n    {CALL}'
    assert "    from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, Stable" in twice(code)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (f"{IMPORT}torch = None\npipe = {BUILD}\n{CALL}", 2),
        (f"{IMPORT}import torch\ntorch = None\npipe = {BUILD}\n{CALL}", 3),
        (f"{IMPORT}def main(torch=None):\n    pipe = {BUILD}\n    {CALL}main()\n", 2),
        (f"{IMPORT}def main():\n    pipe = {BUILD}\n    {CALL}main()\nclass torch: pass\n", 6),
        (f"{IMPORT}DPMSolverMultistepScheduler = None\npipe = {BUILD}\n{CALL}", 2),
    ],
)
def test_a_name_that_means_something_else_is_not_used(code: str, line: int) -> None:
    assert f"at line {line}, which the change needs as" in refused(code, LAST)


def test_what_stands_in_for_a_missing_library_is_no_other_meaning() -> None:
    code = f"try:\n    import torch\nexcept ImportError:\n    torch = None\n{HEAD}{CALL}"
    assert "channels_last" in twice(code, LAST)


def test_several_mappings_that_may_hold_the_key_become_one() -> None:
    made = twice(f"{HEAD}def o(): return {{}}\ndef q(): return {{}}\npipe('a', **o(), **q())\n")
    assert "pipe('a', **{**o(), **q(), \"num_inference_steps\": 20})" in made
    assert "put those last" in refused(f"{HEAD}pipe('a', **o(), eta=0.0, **q())\n", TWENTY)


@pytest.mark.parametrize("given", ["*('x', 512, 512, 50)", "*args", "'x', *('y', *args)"])
def test_arguments_by_star_are_refused_where_they_may_be_the_same(given: str) -> None:
    assert "passes arguments by *; name them first" in refused(f"{HEAD}pipe({given})\n", TWENTY)


def test_arguments_by_star_that_can_be_counted_are_left() -> None:
    assert "pipe(*('x', 512), num_inference_steps=20)" in twice(f"{HEAD}pipe(*('x', 512))\n")


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("pipe.scheduler: object = DDIMScheduler.from_config(pipe.scheduler.config)\n", ""),
        ("setattr(pipe, 'scheduler', DDIMScheduler.from_config(pipe.scheduler.config))\n", OURS),
        ("pipe.scheduler, x = DDIMScheduler.from_config(pipe.scheduler.config), 1\n", OURS),
        ("pipe.register_modules(scheduler=DDIMScheduler())\n", OURS),
        ("pipe.scheduler = kept = DDIMScheduler.from_config(pipe.scheduler.config)\n", OURS),
        ("try:\n    pipe.scheduler = No.from_config(pipe.scheduler.config)\nexcept NameError:\n    pass\n", OURS),
        ("match n:\n    case 1:\n        pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)\n", OURS),
        ("with suppress(E):\n    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)\n", OURS),
        ("pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, timestep_spacing='trailing')\n", OURS),
        ("pipe.scheduler = DDIMScheduler(beta_start=0.00085)\n", OURS),
        ("pipe.scheduler = DDIMScheduler.from_pretrained('other', subfolder='scheduler')\n", OURS),
    ],
)
def test_the_scheduler_stands_behind_what_the_script_sets(theirs: str, ours: str) -> None:
    made = twice(HEAD + theirs + CALL)
    if ours:
        assert theirs + ours + "pipe('x', num" in made, made
    else:
        assert "pipe.scheduler: object = DPMSolverMultistepScheduler.from_config(" in made
    assert analysed(made).pipelines[0].scheduler == "DPMSolverMultistepScheduler"


def test_the_models_own_scheduler_of_another_class_is_exchanged() -> None:
    made = twice(f"{HEAD}pipe.scheduler = DDIMScheduler.from_pretrained('a/b', subfolder='scheduler')\n{CALL}")
    assert "DDIMScheduler.from_pretrained" not in made and made.count("pipe.scheduler =") == 1


def test_a_function_that_may_never_be_called_sets_nothing_for_sure() -> None:
    swap = "def swap(p):\n    p.scheduler = DDIMScheduler(beta_start=0.1)\n"
    made = twice(f"{HEAD}{swap}if False:\n    swap(pipe)\n{CALL}")
    assert f"{BUILD}\n{OURS}" in made
    assert "beta_start=0.1)\n    p.scheduler = DPMSolverMultistepScheduler.from_config(p.scheduler.config)\n" in made


def test_a_scheduler_that_is_set_between_two_calls_is_followed() -> None:
    theirs = "pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, clip_sample=False)\n"
    made = twice(f"{HEAD}{CALL}{theirs}{CALL}")
    assert made.count(OURS) == 2 and theirs + OURS in made


def test_a_scheduler_set_in_the_calling_function_is_the_only_one_changed() -> None:
    theirs = "    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)\n"
    made = twice(f"{IMPORT}def load():\n    return {BUILD}\ndef main():\n    pipe = load()\n{theirs}    {CALL}main()\n")
    assert made.count("scheduler =") == 1 and "DPMSolverMultistepScheduler.from_config(pipe" in made


@pytest.mark.parametrize(
    ("theirs", "sentence"),
    [
        ("for cls in (DDIMScheduler,):\n    pipe.scheduler = cls()\n    ", "in a loop at line 4"),
        ("with make() as pipe.scheduler:\n    ", "inside another expression at line 3"),
        ("swap = lambda s: setattr(pipe, 'scheduler', s)\n", "inside another expression at line 3"),
    ],
)
def test_a_scheduler_that_cannot_be_followed_is_refused(theirs: str, sentence: str) -> None:
    assert sentence in refused(HEAD + theirs + CALL, TWENTY)


def test_the_calls_own_parenthesis_is_found() -> None:
    assert "(pipe  # (hi\n )(num_inference_steps=20)" in twice(f"{HEAD}im = (pipe  # (hi\n )()\n")


@pytest.mark.parametrize("build", ["StableDiffusionPipeline(**parts)", "StableDiffusionPipeline.from_pipe(other)"])
def test_keywords_of_loading_are_for_what_loads(build: str) -> None:
    change = Change(load_keywords={"torch_dtype": "torch.float16"})
    code = f"{IMPORT}pipe = {build}\n{CALL}"
    made = apply(code, analysed(code), "pipe", change)
    assert isinstance(made, EditRefused) and "which takes no torch_dtype" in made.message


def test_deep_nesting_is_called_that() -> None:
    script = analyse("deep.py", f"x = q{'.f()' * 50_000}\n")
    assert isinstance(script, Unreadable) and "nested too deeply" in script.message


def test_thousands_of_calls_are_changed_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    code, parse, parsed = HEAD + CALL * 500, ast.parse, list[int]()
    script = analysed(code)

    def counting(text: str, *more: object, **named: object) -> ast.AST:
        parsed.append(len(text))
        return parse(text, *more, **named)  # pyright: ignore

    monkeypatch.setattr(ast, "parse", counting)
    made = apply(code, script, "pipe", Change(call_keywords={"num_inference_steps": "20"}))
    assert isinstance(made, str) and made.count("num_inference_steps=20") == 500
    assert len([n for n in parsed if n > 1000]) == 2, "once as it is, once as it has become"


def test_what_is_no_ordinary_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    fifo, big = tmp_path / "fifo.py", tmp_path / "big.py"
    os.mkfifo(fifo)
    with big.open("wb") as stream:
        stream.truncate(30_000_000)
    for path in (fifo, big, Path("/dev/zero"), tmp_path / ("n" * 300), Path("/".join("n" * 3000)), Path("nul\0.py")):
        with pytest.raises(UsageError) as refusal:
            read(path)
        assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 400
