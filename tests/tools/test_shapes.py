"""Scripts as people write them, each with what analysis must say of it, and edits of them."""

import ast
import json
import random
from pathlib import Path

import golden
import pytest
from corpus import SHAPES, situated
from factories import plan, situation, step
from hypothesis import given, settings
from hypothesis import strategies as st

from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.rules import problems
from diffagent_mcp.knowledge.types import EditRefused, Plan, Script
from diffagent_mcp.tools.errors import UsageError
from diffagent_mcp.tools.script.analyse import Unreadable, analyse
from diffagent_mcp.tools.script.diff import unified
from diffagent_mcp.tools.script.edit import apply
from diffagent_mcp.tools.script.package import analyse_in_package, on_disk
from diffagent_mcp.tools.script.revert import revert
from diffagent_mcp.tools.textfile import TextFile, read

EVERY = pytest.mark.parametrize("path", SHAPES.values(), ids=SHAPES.keys())
PLANS = [
    plan(step("sampler", name="dpmpp_2m", steps=20), step("deepcache", interval=3)),
    plan(step("precision", dtype="bfloat16"), step("channels_last")),
    plan(step("guidance_cutoff", after=0.6)),
    plan(step("tgate", gate=0.5), step("fused_qkv")),
    plan(step("compile"), step("sampler", name="unipc", steps=12)),
]
NOTHING = {"broken", "no_pipeline", "notebook_without", "notebook_broken"}


def analysed(path: Path) -> tuple[TextFile, Script | Unreadable]:
    file = read(path)
    return file, analyse_in_package(path.name, file.text, on_disk(path))


@EVERY
def test_what_analysis_says(path: Path) -> None:
    try:
        _, found = analysed(path)
    except UsageError as e:
        found = Unreadable(message=str(e).replace(str(path), path.name))
    said = found.model_dump(mode="json", exclude_defaults=True, exclude={"source_sha", "elsewhere"})
    golden.check(f"shapes/{path.name}.json", json.dumps(said, indent=1) + "\n")


def test_the_corpus_is_large() -> None:
    assert len(SHAPES) >= 55


@EVERY
def test_only_what_has_a_pipeline_gets_a_proposal(path: Path) -> None:
    if path.stem == "notebook_broken":
        with pytest.raises(UsageError, match=r"notebook_broken\.ipynb, cell 1, line 2: not Python that can be parsed"):
            analysed(path)
        return
    _, found = analysed(path)
    assert (isinstance(found, Script) and bool(found.pipelines)) == (path.stem not in NOTHING)


@EVERY
@pytest.mark.parametrize("of", PLANS, ids=lambda p: "+".join(s.method for s in p.steps))
def test_an_edit_is_valid_minimal_idempotent_and_reversible(path: Path, of: Plan) -> None:
    try:
        file, script = analysed(path)
    except UsageError as e:
        assert "cell 1, line 2: not Python" in str(e)
        return
    if not isinstance(script, Script):
        assert path.stem == "broken"
        return
    for site in script.pipelines:
        here = situated(site, situation(pipeline_class=site.pipeline_class))
        if site.pipeline_class.startswith(("AutoPipeline", "DiffusionPipeline")):
            here = here.model_copy(update={"pipeline_class": "StableDiffusionXLPipeline"})
        if problems(of, here):
            continue
        assert not any(site.forbids(s.method, "") for s in of.steps)
        change = change_for(of, here)
        made = apply(file.text, script, site.name, change)
        if isinstance(made, EditRefused):
            assert "does not fit" not in made.message, made.message
            continue
        ast.parse(made)
        again = analyse_in_package(path.name, made, on_disk(path))
        assert isinstance(again, Script)
        names = [p.name for p in again.pipelines]
        name = site.name if site.name in names else names[script.pipelines.index(site)]
        assert apply(made, again, name, change) == made
        assert revert(made, unified(file.text, made, path.name)) == file.text
        before = file.text.splitlines()
        longest = max(120, *map(len, before)) + ("torch.bfloat16" in made)
        assert path.stem in ("kwargs", "load_options") or all(len(line) <= longest for line in made.splitlines())
        kept = sum(line in made.splitlines() for line in before)
        assert len(before) - kept <= 3 + len(site.calls)


@pytest.mark.parametrize(
    ("name", "method", "sentence"),
    [
        ("turbo", "sampler", "stabilityai/sdxl-turbo is distilled for few steps"),
        ("lora_lcm", "guidance_cutoff", "latent-consistency/lcm-lora-sdxl is distilled"),
        ("lightning", "sampler", "is distilled for few steps"),
        ("attention_processors", "tgate", "the script sets attention processors of its own"),
        ("ip_adapter", "tome", "an IP-Adapter brings attention processors of its own"),
        ("callback", "guidance_cutoff", "a step callback of its own"),
        ("callback_guidance", "deepcache", "changes guidance on the way"),
        ("callback_counts", "sampler", "counts steps"),
        ("components_shared", "deepcache", "text and image share the denoiser"),
        ("from_pipe", "tome", "text2img and img2img share the denoiser"),
        ("refiner", "sampler", "must walk the same steps"),
        ("bound_either", "sampler", "give them two names"),
        ("built_only", "sampler", "no call of pipe can be seen"),
    ],
)
def test_a_plan_that_a_hazard_forbids_is_refused_with_its_sentence(name: str, method: str, sentence: str) -> None:
    _, script = analysed(SHAPES[name])
    assert isinstance(script, Script)
    site = script.pipelines[0]
    here = situation(pipeline=site, pipeline_class="StableDiffusionXLPipeline", steps=50)
    found = problems(plan(step(method)), here)
    assert any(sentence in p.message for p in found), found


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6))
def test_an_edit_of_mixed_shapes_is_right_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    texts = [read(p).text for p in rng.sample(list(SHAPES.values()), 2) if "broken" not in p.stem]
    lines, others = ([*t.splitlines(keepends=True), "\n"] for t in (*texts, *texts, "x = 1\n", "y = 2\n")[:2])
    for _ in range(rng.randrange(1, 5)):
        at, other = rng.randrange(len(lines)), rng.randrange(len(others))
        lines[at : at + rng.randrange(3)] = others[other : other + rng.randrange(8)] or ["\n"]
    code = "".join(lines)
    script = analyse("mixed.py", code)
    for site in script.pipelines if isinstance(script, Script) else ():
        change = change_for(rng.choice(PLANS), situation(pipeline=site))
        made = apply(code, script, site.name, change)  # pyright: ignore[reportArgumentType]
        if isinstance(made, EditRefused):
            assert "does not fit" not in made.message, made.message
            continue
        assert revert(made, unified(code, made, "mixed.py")) == code
        again = analyse("mixed.py", made)
        if isinstance(again, Script) and _is_plain(site.name) and site.name in [p.name for p in again.pipelines]:
            assert apply(made, again, site.name, change) == made


def _is_plain(name: str) -> bool:
    return not set("<(#.") & set(name)


def test_files_that_cannot_be_read_are_answered(tmp_path: Path) -> None:
    for name, text in (
        ("a.ipynb", "{"),
        ("b.ipynb", "[]"),
        ("c.ipynb", '{"cells": 3}'),
        ("d.ipynb", '{"nbformat": 3}'),
    ):
        (tmp_path / name).write_text(text)
        try:
            assert read(tmp_path / name).text == ""
        except UsageError as e:
            assert "notebook" in str(e)
