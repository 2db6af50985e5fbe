"""Feature reuse, tokens, attention and guidance on live pipelines: they show in the record, and leave nothing behind.

A process of its own makes the same picture four times: as it is, twice with the method, and when it is undone.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from factories import call_site, plan, site, situation, step
from pipelines import CASES, Case

from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.rules import problems
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Plan, Step, Trace
from diffagent_mcp.tools import models

STEPS = 10
DRIVER = """\
import json, sys, warnings
warnings.filterwarnings("ignore")
import numpy
import torch
import diffusers
from PIL import Image
from diffagent_mcp.tools.measure.worker import record, replay
{imports}
{definitions}

torch.set_num_threads(1)
pipe = diffusers.{pipeline_class}.from_pretrained("{model_id}", {loading})
pipe.set_progress_bar_config(disable=True)
{scheduler}
meter = record.Meter(pipe)
request = {{"prompts": ["a red circle on a white background"], "seeds": [1], "labels": [5]}}
image = Image.new("RGB", (128, 128), "white")
image.paste("red", (64, 64, 128, 128))


def draw(method="__call__", **more):
    function = type(pipe).__call__ if method == "__call__" else getattr(pipe, method).__func__
    call = replay.Call(pipe, function, (), {{**{arguments}, **more}})
    with meter.measuring(deep=True, precise=False) as reading:
        pixels = call.pictures(request)
    return call.trace(reading, pixels), pixels.astype(int)


plain, before = draw()
{setup}
draw("{method}", {keywords})
trace, after = draw("{method}", {keywords})
_, again = draw("{method}", {keywords})
{undo}
undone, back = draw()
print(json.dumps({{
    "plain": plain, "trace": trace, "undone": undone, "changed": int(abs(after - before).max()),
    "repeats": bool((after == again).all()), "restored": bool((back == before).all()),
}}))
"""
LOADING = {"StableDiffusionControlNetPipeline": 'controlnet=diffusers.ControlNetModel.from_pretrained("{}")'}
RUNS = [
    ("first_block_cache", {"threshold": 0.3}, "dit"),
    ("first_block_cache", {"threshold": 0.3}, "sigma"),
    ("taylorseer", {"interval": 3}, "sd15"),
    ("taylorseer", {"interval": 3, "scope": "whole"}, "dit"),
    ("taylorseer", {"interval": 3, "scope": "whole"}, "alpha"),
    ("mag_cache", {"threshold": 0.1}, "dit"),
    ("mag_cache", {"threshold": 0.1}, "sigma"),
    ("pyramid_attention", {}, "sd15-image"),
    ("pyramid_attention", {}, "sdxl"),
    ("pyramid_attention", {}, "dit"),
    ("faster_cache", {}, "sigma"),
    ("layer_skip", {"blocks": 1}, "dit"),
    ("guidance_interval", {"start": 0.2}, "sd15"),
    ("guidance_interval", {"start": 0.2}, "sdxl-image"),
    ("guidance_interval", {"start": 0.2}, "controlnet"),
    ("guidance_cutoff", {}, "sdxl"),
    ("deepcache", {"interval": 2}, "sd21"),
    ("tome", {"ratio": 0.5, "max_downsample": 1}, "sd15"),
    ("tome", {"ratio": 0.5, "max_downsample": 1}, "alpha"),
    ("tome", {"ratio": 0.5, "max_downsample": 2}, "dit"),
    ("tgate", {}, "sd15"),
    ("tgate", {}, "sigma"),
    ("fused_qkv", {}, "sd15"),
    ("fused_qkv", {}, "alpha"),
]


def case_of(name: str) -> Case:
    return next(c for c in CASES if c.name == name)


def where(case: Case, scheduler: str | None = None, **changes: Any) -> Situation:
    image = 0.6 if "image" in case.name else None
    call = call_site(steps=STEPS, strength=image)
    return situation(
        pipeline=site(pipeline_class=case.pipeline_class, calls=(call.model_copy(update={"keywords": {}}),)),
        pipeline_class=case.pipeline_class,
        scheduler=scheduler or case.scheduler,
        steps=STEPS,
        strength=image,
        guidance_scale=4.5,
    ).model_copy(update=changes)


def arguments(case: Case) -> str:
    if case.name == "dit":
        return f"dict(class_labels=[5], num_inference_steps={STEPS})"
    picture = ", image=image" if "image" in case.name or case.name == "controlnet" else ""
    strength = ", strength=0.6" if "image" in case.name else ""
    return f"dict(prompt='a red circle', num_inference_steps={STEPS}{picture}{strength})"


def driver(case: Case, asked: Plan, here: Situation) -> str:
    change = change_for(asked, here)
    undo = [line for s in asked.steps if (m := method(s)) for line in m.undo(here) or ()]
    imports = [f"from {i.module} import {i.name}" if i.name else f"import {i.module}" for i in change.imports]
    swap = f"pipe.scheduler = diffusers.{here.scheduler}.from_config(pipe.scheduler.config)"
    return DRIVER.format(
        imports="\n".join(imports),
        definitions="\n\n".join(change.definitions),
        pipeline_class=case.pipeline_class,
        model_id=case.model_id,
        loading=LOADING.get(case.pipeline_class, "").format("lllyasviel/sd-controlnet-canny"),
        scheduler=swap if here.scheduler != case.scheduler else "",
        setup="\n".join(change.setup).replace("{pipe}", "pipe"),
        undo="\n".join(undo).replace("{pipe}", "pipe"),
        method=change.call_method or "__call__",
        keywords=", ".join(f"{k}={v}" for k, v in change.call_keywords.items()),
        arguments=arguments(case),
    )


def method(one: Step) -> Any:
    from diffagent_mcp.knowledge.catalogue import method_of

    return method_of(one)


def run(code: str, home: Path, folder: Path) -> dict[str, Any]:
    path = folder / "driver.py"
    path.write_text(code)
    source = str(Path(__file__).parents[2] / "src")
    environment = {"PATH": "/usr/bin", "HF_HOME": str(home), "HF_HUB_OFFLINE": "1"}
    environment |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": source}
    ended = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        timeout=280,
        env={"PATH": "/usr/bin", **environment},
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "knobs", "name"), RUNS, ids=lambda v: v if isinstance(v, str) else "")
def test_it_shows_in_the_record_and_leaves_nothing_behind(
    slug: str, knobs: dict[str, Any], name: str, zoo_home: Path, tmp_path: Path
) -> None:
    case, asked = case_of(name), plan(step(slug, **knobs))
    here = where(case)
    if models.snapshot(zoo_home, case.model_id) is None:
        pytest.skip(f"the zoo has no {case.model_id} yet")
    assert problems(asked, here) == []
    found = run(driver(case, asked, here), zoo_home, tmp_path)
    before, after, undone = (Trace.model_validate(found[k]) for k in ("plain", "trace", "undone"))
    assert unproven(asked, after, before) == [] and slug in after.methods
    assert (found["changed"] > 1) is (slug != "fused_qkv")
    assert found["repeats"], "the same seed gives the same picture"
    assert found["restored"] and undone.methods == {}
    assert undone.denoiser_parameters == before.denoiser_parameters
    assert undone.self_attention_calls == before.self_attention_calls


@pytest.mark.slow
@pytest.mark.parametrize("safe", [False, True], ids=["the library's", "ours"])
def test_a_sampler_that_visits_twice_needs_our_deepcache(safe: bool, zoo_home: Path, tmp_path: Path) -> None:
    case, asked = case_of("sd15"), plan(step("deepcache", interval=2))
    here = where(case, "HeunDiscreteScheduler")
    code = driver(case, asked, here)
    assert "SafeDeepCache(pipe=pipe)" in code
    code = code if safe else code.replace("SafeDeepCache(pipe=pipe)", "DeepCacheSDHelper(pipe=pipe)")
    found = run(code, zoo_home, tmp_path)
    before, after = (Trace.model_validate(found[k]) for k in ("plain", "trace"))
    assert before.denoiser_calls == 2 * STEPS - 1 and found["restored"]
    assert after.mid_block_calls == (STEPS if safe else 1)
    assert bool(unproven(asked, after, before)) is not safe


@pytest.mark.slow
@pytest.mark.parametrize("safe", [False, True], ids=["the library's", "ours"])
def test_offloading_takes_the_librarys_deepcache_away(safe: bool, zoo_home: Path, tmp_path: Path) -> None:
    """After every picture the denoiser's old forward is put back, and with it goes what counted the steps."""
    case, asked = case_of("sd21"), plan(step("deepcache", interval=2))
    here = where(case)
    here = here.model_copy(update={"pipeline": here.pipeline.model_copy(update={"applied": ("model_offload",)})})
    code = driver(case, asked, here)
    code = code.replace("pipe.set_progress", "pipe.enable_model_cpu_offload(device='cpu')\npipe.set_progress", 1)
    code = code if safe else code.replace("SafeDeepCache(pipe=pipe)", "DeepCacheSDHelper(pipe=pipe)")
    found = run(code, zoo_home, tmp_path)
    before, after = (Trace.model_validate(found[k]) for k in ("plain", "trace"))
    assert after.mid_block_calls == (STEPS // 2 if safe else 0), "all deep features are the last picture's"
    assert bool(unproven(asked, after, before)) is not safe


@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("TaylorSeerCacheConfig(cache_interval=3)", "sd15"),
        ("TaylorSeerCacheConfig(cache_interval=3)", "dit"),
        ("MagCacheConfig(mag_ratios=[1.0] * 10, num_inference_steps=10)", "sd15"),
        ("SeaCacheConfig(0.5)", "dit"),
    ],
)
def test_what_the_library_does_in_silence_is_caught(config: str, name: str, zoo_home: Path, tmp_path: Path) -> None:
    """The library's own call is accepted, and the counters say that nothing was reused."""
    case = case_of(name)
    slug = {"T": "taylorseer", "M": "mag_cache", "S": "first_block_cache"}[config[0]]
    code = driver(case, plan(step("taylorseer")), where(case))
    lines = [
        f"keep_features(pipe.{where(case).denoiser}, diffusers.{config})" if "keep_features(pipe" in c else c
        for c in code.splitlines()
    ]
    found = run("\n".join(lines), zoo_home, tmp_path)
    before, after = (Trace.model_validate(found[k]) for k in ("plain", "trace"))
    doubts = unproven(plan(step(slug)), after, before)
    assert found["changed"] == 0 and "nothing was reused" in doubts[0].message


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setup", "kernels"),
    [
        ("pass", ("flash",)),
        ("torch.backends.cuda.enable_flash_sdp(False)", ("math",)),
        ("pipe.unet.set_attention_backend('_native_math')", ("flash",)),
    ],
    ids=["as it is", "switched in PyTorch", "switched in diffusers"],
)
def test_the_kernel_behind_attention_is_recorded(
    setup: str, kernels: tuple[str, ...], zoo_home: Path, tmp_path: Path
) -> None:
    """diffusers' own switch does not reach a U-Net's attention: the same kernel runs."""
    case = case_of("sd15")
    code = driver(case, plan(), where(case)).replace('draw("__call__", )', f"{setup}\ndraw()", 1)
    code = code.replace('draw("__call__", )', "draw()")
    found = run(code, zoo_home, tmp_path)
    assert tuple(found["plain"]["attention_kernels"]) == ("flash",)
    assert tuple(found["trace"]["attention_kernels"]) == kernels
