"""The smallest change of a person's own file: golden diffs, idempotence, and refusals instead of wrong edits."""

import ast
import difflib
from pathlib import Path

import golden
import pytest
from corpus import EVERY, SCRIPTS, analysed, situated, text
from factories import plan, situation, step

from diffagent_mcp.knowledge.catalogue import METHODS
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.types import Change, EditRefused, Import, Plan
from diffagent_mcp.tools.script.diff import unified
from diffagent_mcp.tools.script.edit import apply

FULL = plan(
    step("sampler", name="dpmpp_2m", steps=20),
    step("precision", dtype="bfloat16"),
    step("deepcache", interval=3, branch=0),
    step("guidance_cutoff", after=0.6),
)
GATED = plan(step("sampler", name="euler", steps=25), step("tgate", gate=0.5), step("channels_last"))
EACH = [plan(m().step()) for m in METHODS]


def edited(code: str, of: Plan, name: str | None = None) -> str:
    script = analysed(code)
    site = next(p for p in script.pipelines if name in (None, p.name))
    made = apply(code, script, site.name, change_for(of, situated(site, situation())))
    assert isinstance(made, str), made
    return made


def refused(code: str, of: Plan) -> str:
    script = analysed(code)
    made = apply(code, script, script.pipelines[0].name, change_for(of, situation()))
    assert isinstance(made, EditRefused), made
    return made.message


@pytest.mark.parametrize("kind", METHODS, ids=lambda m: m.slug)
def test_a_method_touches_only_what_it_must(kind: type[Method]) -> None:
    """On a script with comments, tabs, odd spacing and type hints."""
    code = text(SCRIPTS["typed_tabs"])
    golden.check(f"diffs/{kind.slug}.diff", unified(code, edited(code, plan(kind().step())), "typed_tabs.py"))


@EVERY
def test_a_whole_plan_in_every_script(path: Path) -> None:
    code = text(path)
    golden.check(f"diffs/scripts/{path.stem}.diff", unified(code, edited(code, FULL), path.name))


@EVERY
@pytest.mark.parametrize("of", [FULL, GATED, *EACH], ids=lambda p: "+".join(s.method for s in p.steps))
def test_an_edit_parses_is_idempotent_and_keeps_the_rest(path: Path, of: Plan) -> None:
    code = text(path)
    once = edited(code, of)
    ast.parse(once)
    (site,) = analysed(once).pipelines
    again = apply(once, analysed(once), site.name, change_for(of, situated(analysed(code).pipelines[0], situation())))
    assert again == once
    assert ("\r\n" in code) == ("\r\n" in once) and "\r\n" not in once.replace("\r\n", "") + ""
    assert code.endswith("\n") == once.endswith("\n")
    before, after = code.splitlines(keepends=True), once.splitlines(keepends=True)
    kept = sum(b.size for b in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks())
    assert len(before) - kept <= 8, "at most one line for each thing that had to change"


@EVERY
def test_what_was_asked_for_is_what_analysis_then_finds(path: Path) -> None:
    (site,) = analysed(edited(text(path), FULL)).pipelines
    assert site.scheduler == "DPMSolverMultistepScheduler" and site.dtype == "bfloat16"
    assert set(site.applied) == {"precision", "deepcache", "guidance_cutoff"}
    assert all(c.steps in (20, 2) for c in site.calls)
    (gated,) = analysed(edited(text(path), GATED)).pipelines
    assert all(c.method == "tgate" and "gate_step" in c.keywords for c in gated.calls)


HEAD = "from diffusers import StableDiffusionPipeline\n"
BUILD = 'StableDiffusionPipeline.from_pretrained("a/b")'
TWENTY = plan(step("sampler", name="dpmpp_2m", steps=20), step("fused_qkv"))


@pytest.mark.parametrize(
    "code",
    [
        f"(pipe := {BUILD})('x')\n",
        f"pipe, n = {BUILD}, 3\npipe('x')\n",
        f"make = lambda: {BUILD}\nmake()('x')\n",
        f"pipes = [{BUILD} for _ in range(2)]\n",
        f"if True: ready = bool({BUILD})\n",
    ],
)
def test_where_there_is_no_room_the_edit_is_refused(code: str) -> None:
    assert "bind it to a name first" in refused(HEAD + code, TWENTY)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"pipe = {BUILD}; img = pipe('x')\n", "; pipe.fuse_qkv_projections(); img = pipe("),
        (f"if True: pipe = {BUILD}\npipe('x')\n", f"if True: pipe = {BUILD}\npipe.scheduler ="),
        (f"if fast:\n    pipe = {BUILD}\nelse:\n    pipe = {BUILD}\npipe('x')\n", ")\npipe.scheduler ="),
        (f"img = {BUILD}('x').images[0]\n", f"pipe = {BUILD}\npipe.scheduler ="),
        (f"with open('f') as f:\n  pipe = {BUILD}\n  pipe('x')\n", "\n  pipe.scheduler ="),
        (f"pipe = {BUILD}\npipe = pipe.to('cpu')  # here\nprint(1)\npipe('x')\n", "# here\npipe.scheduler ="),
        (f"async def f():\n    p = {BUILD}\n    return p('x')\n", ")\n    p.scheduler ="),
        (f"class A:\n    pipe = {BUILD}\n    def f(self): return self.pipe('x')\n", ")\n    pipe.scheduler ="),
        (f"x = 1\npipe = {BUILD}\npipe('x')", "pipe('x', num_inference_steps=20)"),
        (f"pipe = {BUILD}\npipe(\n)\n", "pipe(num_inference_steps=20\n)"),
    ],
)
def test_set_up_goes_where_the_pipeline_is_ready(code: str, expected: str) -> None:
    made = edited(HEAD + code, TWENTY)
    assert expected in made, made


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("pipe('x', num_inference_steps=n)", "pipe('x', num_inference_steps=20)"),
        ("pipe('x', 512, 512, 50)", "pipe('x', 512, 512, 20)"),
        ("pipe('x', **more)", "pipe('x', **{**more, \"num_inference_steps\": 20})"),
        ("pipe('x', **{'num_inference_steps': 30})", "pipe('x', **{'num_inference_steps': 20})"),
        ("pipe('x', **dict(eta=0.0))", "pipe('x', **dict(eta=0.0), num_inference_steps=20)"),
        ("pipe(\n    'x',\n    eta=0.0,  # why\n)", "eta=0.0,  # why\n    num_inference_steps=20,\n)"),
        ("pipe(\n    'x',\n    eta=0.0  # why\n)", "eta=0.0,  # why\n    num_inference_steps=20\n)"),
        ("pipe('x', num_inference_steps=20)", "pipe('x', num_inference_steps=20)"),
        ("pipe('x', num_inference_steps=4)", "pipe('x', num_inference_steps=4)"),
    ],
)
def test_arguments_in_the_style_of_the_call(call: str, expected: str) -> None:
    made = edited(f"{HEAD}pipe = {BUILD}\n{call}\n", TWENTY)
    assert expected in made, made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#!/usr/bin/env python\n# coding: utf-8\n", "#!/usr/bin/env python\n# coding: utf-8\n"),
        ('"""Doc."""\nfrom __future__ import annotations\n', '"""Doc."""\nfrom __future__ import annotations\n'),
        ("import os\nimport torch\n", "import os\nimport torch\n"),
    ],
)
def test_imports_come_after_what_must_stand_first(before: str, after: str) -> None:
    change = Change(imports=(Import(module="torch"), Import(module="DeepCache", name="DeepCacheSDHelper")))
    code = f"{before}{HEAD}pipe = {BUILD}\npipe('x')\n"
    made = apply(code, analysed(code), "pipe", change)
    assert isinstance(made, str) and made.startswith(after)
    assert made.count("import torch") == 1 and "from DeepCache import DeepCacheSDHelper\n" in made
    compile(made, "made.py", "exec")


def test_a_local_import_of_diffusers_is_extended_where_it_is() -> None:
    code = f"def f():\n    from diffusers import StableDiffusionPipeline\n    pipe = {BUILD}\n    return pipe('x')\n"
    made = edited(code, TWENTY)
    assert "    from diffusers import StableDiffusionPipeline, DPMSolverMultistepScheduler\n" in made


def test_a_byte_order_mark_stays() -> None:
    made = edited(f"\ufeff{HEAD}pipe = {BUILD}\npipe('x')\n", TWENTY)
    assert made.startswith("\ufefffrom diffusers") and made.count("\ufeff") == 1


def test_the_pipeline_that_is_meant_is_the_one_that_changes() -> None:
    code = f"{HEAD}a = {BUILD}\nb = {BUILD}\na('x')\nb('y')\n"
    made = edited(code, TWENTY, "b")
    assert "a('x')" in made and "b('y', num_inference_steps=20)" in made and "a.scheduler" not in made


def test_a_diff_says_where_a_newline_is_missing() -> None:
    missing = "\\ No newline at end of file\n"
    assert unified("a\nb", "a\nc", "f.py").endswith(f"-b\n{missing}+c\n{missing}")
    assert unified("a\n", "a\n", "f.py") == ""
