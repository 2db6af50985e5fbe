"""A method is described once; everything else is derived. These tests hold that for every method in the catalogue."""

import ast
import string
from pathlib import Path

import pytest
from factories import CPU, GPU, plan, situation

from diffagent_mcp.knowledge import catalogue, rules
from diffagent_mcp.knowledge.catalogue import CATALOGUE, METHODS, method_of
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.render import change_for

EVERY = pytest.mark.parametrize("kind", METHODS, ids=lambda m: m.slug)


def test_every_method_file_is_listed() -> None:
    files = {p.stem for p in (Path(catalogue.__file__).parent / "methods").glob("[!_]*.py")}
    assert {m.__module__.rpartition(".")[2] for m in METHODS} == files
    assert len(CATALOGUE) == len(METHODS)


@EVERY
def test_it_says_what_it_is(kind: type[Method]) -> None:
    assert kind.summary().endswith(".") and kind.gain and kind.sources and kind.title
    assert all(f.description for f in kind.model_fields.values())


@EVERY
def test_every_gene_value_is_accepted_by_the_constructor(kind: type[Method]) -> None:
    for name, values in kind.genes():
        assert len(values) > 1
        for value in values:
            assert getattr(kind(**{name: value}), name) == value  # type: ignore[arg-type]


@EVERY
def test_clashes_are_mutual_and_known(kind: type[Method]) -> None:
    for other in kind.clashes:
        assert kind.slug in CATALOGUE[other].clashes, f"{other} does not know that it clashes with {kind.slug}"


@EVERY
@pytest.mark.parametrize("device", [CPU, GPU], ids=lambda d: d.kind)
def test_what_it_renders_is_python(kind: type[Method], device: object) -> None:
    here = situation(device=device)
    change = change_for(plan(kind().step()), here)
    assert change.setup or change.scheduler or change.load_keywords or change.call_keywords
    for code in (*change.setup, *([change.scheduler] if change.scheduler else [])):
        fields = {f for _, f, _, _ in string.Formatter().parse(code) if f}
        assert fields <= {"pipe"}
        ast.parse(code.replace("{pipe}", "self.pipe"))
    for expression in (*change.call_keywords.values(), *change.load_keywords.values()):
        ast.parse(expression, mode="eval")


@EVERY
def test_effects_are_finite_and_positive(kind: type[Method]) -> None:
    for device in (CPU, GPU):
        e = kind().effect(situation(device=device))
        most = 1.5 if kind.searched else 10  # what saves memory may cost as much time as it does
        assert 0 < e.calls <= 1 and 0 < e.per_call < most and 0 < e.rest <= most
        assert 0 <= e.loss < 1 and 0 <= e.drift <= 1
        if kind.lossless:
            assert e.loss == 0 and e.drift == 0


@pytest.mark.parametrize("kind", [m for m in METHODS if m.package], ids=lambda m: m.slug)
def test_a_missing_package_is_said_with_its_install_line(kind: type[Method]) -> None:
    fitting = "StableDiffusionPipeline" if "unet" in kind.fits else "DiTPipeline"
    here = situation(libraries={}, device=CPU if "cpu" in kind.devices else GPU, pipeline_class=fitting)
    assert f"pip install {kind.package}" in str(rules.unusable(kind, here))


def test_an_unknown_method_or_knob_is_no_method() -> None:
    from factories import step

    assert method_of(step("warp_drive")) is None
    assert method_of(step("deepcache", interval=99)) is None
    assert method_of(step("deepcache", speed=2)) is None
