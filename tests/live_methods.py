"""Methods on live pipelines: a process loads a pipeline and draws with it, and a child of it draws with each method.

The same picture is made four times: as it is, twice with the method, and when the method is undone. What needs a GPU
is told to take the CPU for one.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from factories import GPU, LIBRARIES, call_site, plan, site, situation
from pipelines import CASES, Case

from diffagent_mcp.knowledge.catalogue import method_of
from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Plan, Step, Trace

PARENT = """\
import json, os, sys, warnings
warnings.filterwarnings("ignore")
import numpy
import torch
import diffusers
from PIL import Image
from diffagent_mcp.tools.measure.worker import record, replay

torch.set_num_threads(1)
pipe = diffusers.{pipeline_class}.from_pretrained("{model_id}", {loading})
request = {{"prompts": ["a red circle on a white background"], "seeds": [1], "labels": [5]}}
image = Image.new("RGB", (128, 128), "white")
image.paste("red", (64, 64, 128, 128))


def draw(steps, method="__call__", deep=False, **more):
    # A meter of its own for each, since the VAE may be another one.
    meter = record.Meter(pipe)
    function = type(pipe).__call__ if method == "__call__" else getattr(pipe, method).__func__
    call = replay.Call(pipe, function, (), {{**{arguments}, **more}})
    with meter.measuring(deep=deep, precise=False) as reading:
        pixels = call.pictures(request)
    return call.trace(reading, pixels), pixels.astype(int)


plain, first = draw({steps}, deep=True)
for name, text in json.load(open("children.json")).items():
    print("child", name, file=sys.stderr, flush=True)
    child = os.fork()
    if child == 0:
        exec(compile(text, name, "exec"))
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)
"""
CHILD = """\
{imports}
{definitions}
{before}
{scheduler}
{setup}
{preparing}
_, after = draw({asked})
trace, again = draw({asked}, deep=True)
{undo}
undone, back = draw({steps})
print(json.dumps({{
    "name": name, "plain": plain, "trace": trace, "undone": undone, "changed": int(abs(after - first).max()),
    "repeats": bool((after == again).all()), "restored": bool((back == first).all()),
}}))
"""
STEPS = 8
"""enough for features to be reused, and few enough to be quick"""
_CONTROLNET = 'controlnet=diffusers.ControlNetModel.from_pretrained("lllyasviel/sd-controlnet-canny")'


@dataclass(frozen=True)
class Attempt:
    """A method on a case, and what has to be said otherwise on a CPU."""

    one: Step | None
    case: str
    steps: int = STEPS
    dtype: str = "float32"
    instead: tuple[tuple[str, str], ...] = ()
    """pieces of the code that is written, and what stands there in this test"""
    before: str = ""
    scheduler: str | None = None
    """its class, where it is not the checkpoint's own"""
    same: bool = False
    """the picture stays as it is to the last bit"""
    shows: tuple[str, ...] = ()
    """slugs in the record; empty: its own"""
    prepares: bool = False
    """it spends a first picture on itself"""
    soon: bool = False
    """it runs in the default suite, as one of each method does"""

    @property
    def id(self) -> str:
        return "-".join((self.one.method, *map(str, self.one.params.values()), self.case)) if self.one else self.case

    @property
    def plan(self) -> Plan:
        return plan(self.one) if self.one else plan()


def case_of(name: str) -> Case:
    return next(c for c in CASES if c.name == name)


def where(one: Attempt, **changes: Any) -> Situation:
    """Where it is tried: on a GPU, as far as the knowledge base knows."""
    case, strength = case_of(one.case), 0.6 if "image" in one.case else None
    call = call_site(steps=one.steps, strength=strength).model_copy(update={"keywords": {}})
    there = site(pipeline_class=case.pipeline_class, model_id=case.model_id, dtype=one.dtype, calls=(call,))
    return situation(
        pipeline=there,
        pipeline_class=case.pipeline_class,
        device=GPU,
        libraries={**LIBRARIES, "peft": "0.21.2", "accelerate": "1.15.0"},
        scheduler=one.scheduler or case.scheduler,
        steps=one.steps,
        strength=strength,
        guidance_scale=4.5,
    ).model_copy(update=changes)


def code_of(one: Attempt, here: Situation) -> str:
    """What a child runs. Every piece that is to be replaced must be there."""
    change, method = change_for(one.plan, here), method_of(one.one) if one.one else None
    keywords = "".join(f", {k}={v}" for k, v in change.call_keywords.items())
    imports = [f"from {i.module} import {i.name}" if i.name else f"import {i.module}" for i in change.imports]
    swap = f"pipe.scheduler = diffusers.{one.scheduler}.from_config(pipe.scheduler.config)" if one.scheduler else ""
    cast = f"pipe.to(dtype=torch.{one.dtype})" if one.dtype != "float32" else ""
    before = [line for line in (swap, cast, one.before) if line]
    asked = f'{one.steps}, "{change.call_method or "__call__"}"{keywords}'
    dtype = change.load_keywords.get("dtype")
    code = CHILD.format(
        imports="\n".join(imports),
        definitions="\n\n".join(change.definitions),
        before="\n".join((*before, f"plain, first = draw({one.steps}, deep=True)")) if before else "",
        steps=one.steps,
        preparing=f"draw({asked})" if one.prepares else "",
        scheduler=(change.scheduler or "").replace("{pipe}", "pipe"),
        setup=f"pipe.to(dtype={dtype})" if dtype else "\n".join(change.setup).replace("{pipe}", "pipe"),
        asked=asked,
        undo="\n".join((method.undo(here) if method else None) or ()).replace("{pipe}", "pipe"),
    )
    for old, new in one.instead:
        assert old in code, old
        code = code.replace(old, new)
    return code


def draw_all(
    case: Case, steps: int, children: Mapping[str, str], home: Path, folder: Path
) -> dict[str, dict[str, Any]]:
    """What each child found, by its name; where one failed, what it said."""
    picture = ", image=image" if "image" in case.name or case.name == "controlnet" else ""
    strength = ", strength=0.6" if "image" in case.name else ""
    asked = "class_labels=[5]" if case.name == "dit" else "prompt='a red circle'"
    parent = PARENT.format(
        pipeline_class=case.pipeline_class,
        model_id=case.model_id,
        loading=_CONTROLNET if case.name == "controlnet" else "",
        steps=steps,
        arguments=f"dict({asked}, num_inference_steps=steps{picture}{strength})",
    )
    (folder / "parent.py").write_text(parent)
    (folder / "children.json").write_text(json.dumps(children))
    source, hub = str(Path(__file__).parents[1] / "src"), {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    ended = subprocess.run(
        [sys.executable, "parent.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        env={"PATH": "/usr/bin", "OMP_NUM_THREADS": "1", "PYTHONPATH": source, **hub},
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    said = {name: text for name, _, text in (p.partition("\n") for p in ended.stderr.split("child "))}
    found = {f["name"]: f for f in map(json.loads, ended.stdout.splitlines())}
    return {name: found.get(name, {"failed": said[name][-3000:]}) for name in children}


def drawn(one: Attempt, home: Path, folder: Path, **changes: Any) -> dict[str, Any]:
    """The same for one alone."""
    code = code_of(one, where(one, **changes))
    return draw_all(case_of(one.case), one.steps, {one.id: code}, home, folder)[one.id]


def traces(found: Mapping[str, Any]) -> tuple[Trace, Trace]:
    """The records without and with the method. Raises AssertionError where there is none."""
    assert "failed" not in found, found["failed"]
    return Trace.model_validate(found["plain"]), Trace.model_validate(found["trace"])


def shows_and_goes(one: Attempt, found: Mapping[str, Any]) -> None:
    """Assert that it shows in the record, changes what it may change, and leaves nothing behind when it is undone."""
    before, after = traces(found)
    undone = Trace.model_validate(found["undone"])
    method = method_of(one.one) if one.one else None
    assert method is not None
    assert unproven(one.plan, after, before) == []
    assert method.unproven(before, before) is not None, "the baseline does not show it"
    own = {s for s in one.shows or (method.slug,) if s != "none"}
    assert set(after.methods) - set(before.methods) == own
    assert found["repeats"], "the same seed gives the same picture"
    if one.same:
        assert found["changed"] == 0
    elif not method.lossless:
        assert found["changed"] > 0
    if method.undo(where(one)) is None:
        return
    assert found["restored"], "without it, the picture is the first one again"
    assert (undone.methods, undone.adapters, undone.solver) == (before.methods, before.adapters, before.solver)
    assert (undone.denoiser_calls, undone.batch_sizes) == (before.denoiser_calls, before.batch_sizes)
    assert undone.denoiser_parameters == before.denoiser_parameters
    assert undone.timestep_spacing == before.timestep_spacing and undone.scheduler_class == before.scheduler_class
