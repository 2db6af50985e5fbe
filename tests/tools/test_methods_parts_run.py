"""Samplers, precision, compilation, VAE and memory on live pipelines: they show in the record, and can be taken away.

A process of its own makes the same picture four times: as it is, twice with the method, and when it is undone. What
needs a GPU is told to take the CPU for one, and what needs other weights is given random ones.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from factories import GPU, LIBRARIES, call_site, plan, site, situation, step
from pipelines import CASES, Case

from diffagent_mcp.knowledge.borrowed import DISTILLED, FP16_VAE, TINY_VAES, family_of
from diffagent_mcp.knowledge.catalogue import method_of
from diffagent_mcp.knowledge.method import Method
from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.render import change_for
from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import Step, Trace
from diffagent_mcp.tools import models

STEPS = 6
DRIVER = """\
import json, warnings
warnings.filterwarnings("ignore")
import torch
import diffusers
from diffagent_mcp.tools.measure.worker import record, replay
{imports}
{definitions}

torch.set_num_threads(1)
pipe = diffusers.{pipeline_class}.from_pretrained("{model_id}", dtype=torch.{dtype})
{before}
request = {{"prompts": ["a red circle on a white background"], "seeds": [1], "labels": [5]}}


def draw(**more):
    # A meter of its own for each, since the VAE may be another one.
    meter = record.Meter(pipe)
    call = replay.Call(pipe, type(pipe).__call__, (), {{**{arguments}, **more}})
    with meter.measuring(deep=True, precise=False) as reading:
        pixels = call.pictures(request)
    return call.trace(reading, pixels), pixels.astype(int)


plain, first = draw()
{scheduler}
{setup}
draw({keywords})
trace, after = draw({keywords})
_, again = draw({keywords})
{undo}
undone, back = draw()
print(json.dumps({{
    "plain": plain, "trace": trace, "undone": undone, "changed": int(abs(after - first).max()),
    "repeats": bool((after == again).all()), "restored": bool((back == first).all()),
}}))
"""
_EAGER = ("compile_repeated_blocks(", 'compile_repeated_blocks(backend="eager", ')
_WHOLE = ("torch.compile(pipe.unet", 'torch.compile(pipe.unet, backend="eager"')


@dataclass(frozen=True)
class Attempt:
    """A method on a case, and what has to be said otherwise on a CPU."""

    one: Step
    case: str
    dtype: str = "float32"
    instead: tuple[tuple[str, str], ...] = ()
    before: str = ""
    same: bool = False
    """the picture stays as it is to the last bit"""
    shows: tuple[str, ...] = field(default=())
    """slugs in the record; empty: its own"""

    @property
    def id(self) -> str:
        return "-".join((self.one.method, *map(str, self.one.params.values()), self.case))


ON_CPU = (("enable_model_cpu_offload()", "enable_model_cpu_offload(device='cpu')"), ('pipe.to("cuda")', "pass"))
GROUPS = (('torch.device("cuda")', 'torch.device("cpu")'), ("use_stream=True", "use_stream=False"))
MARKED = "pipe.watermark = type('Mark', (), {'apply_watermark': lambda self, image: image})()"
RUNS = (
    Attempt(step("sampler", name="deis", steps=5), "sd15", shows=("none",)),
    Attempt(step("sampler", name="deis", steps=5), "dit", shows=("none",)),
    Attempt(step("sampler", name="dpmpp_2m", steps=5), "sdxl", shows=("none",)),
    Attempt(step("sampler", name="dpmpp_2m_karras", steps=5), "sd21", shows=("none",)),
    Attempt(step("sampler", name="dpmpp_2m_karras", steps=5), "alpha", shows=("none",)),
    Attempt(step("sampler", name="dpmpp_2m_sde", steps=5), "sd15", shows=("none",)),
    Attempt(step("sampler", name="dpmpp_2m_sde", steps=5), "sigma", shows=("none",)),
    Attempt(step("timestep_spacing", spacing="trailing"), "sd15"),
    Attempt(step("timestep_spacing", spacing="leading"), "alpha"),
    Attempt(step("timestep_spacing", spacing="linspace"), "dit"),
    Attempt(step("few_step_lora", few_steps=4), "sd15"),
    Attempt(step("few_step_lora", distilled="tcd", few_steps=3), "sdxl"),
    Attempt(step("precision", dtype="bfloat16"), "sd15"),
    Attempt(step("tf32"), "sd15", same=True, shows=("none",)),
    Attempt(step("layerwise_casting"), "sd15"),
    Attempt(step("layerwise_casting", storage="float8_e5m2"), "dit"),
    Attempt(step("channels_last"), "sd15"),
    Attempt(step("compile", scope="regional"), "sd15", instead=(_EAGER,)),
    Attempt(step("compile", scope="regional"), "alpha", instead=(_EAGER,)),
    Attempt(step("compile", scope="whole"), "sd15", instead=(_WHOLE,)),
    Attempt(step("vae_slicing"), "sd15", same=True),
    Attempt(step("vae_tiling"), "sd21"),
    Attempt(step("tiny_vae"), "sd15"),
    Attempt(step("tiny_vae"), "dit"),
    Attempt(step("fp16_vae"), "sdxl", dtype="float16"),
    Attempt(step("prompt_cache"), "sd15", same=True),
    Attempt(step("prompt_cache"), "sdxl", same=True),
    Attempt(step("prompt_cache"), "sigma", same=True),
    Attempt(step("batching", pictures=3), "sd15", same=True, shows=("none",)),
    Attempt(step("progress_bar"), "dit", same=True, shows=("none",)),
    Attempt(step("watermark"), "sdxl", before=MARKED, same=True, shows=("none",)),
    Attempt(step("model_offload"), "sd15", instead=ON_CPU, same=True),
    Attempt(step("group_offload"), "sd15", instead=GROUPS, same=True),
)


def case_of(name: str) -> Case:
    return next(c for c in CASES if c.name == name)


def where(case: Case, dtype: str) -> Situation:
    call = call_site(steps=STEPS).model_copy(update={"keywords": {}})
    here = site(pipeline_class=case.pipeline_class, model_id=case.model_id, dtype=dtype, calls=(call,))
    return situation(
        pipeline=here,
        pipeline_class=case.pipeline_class,
        device=GPU,
        libraries={**LIBRARIES, "peft": "0.21.2", "accelerate": "1.15.0"},
        scheduler=case.scheduler,
        steps=STEPS,
        guidance_scale=4.5,
    )


def driver(one: Attempt, method: Method, case: Case, here: Situation) -> str:
    change = change_for(plan(one.one), here)
    imports = [f"from {i.module} import {i.name}" if i.name else f"import {i.module}" for i in change.imports]
    asked = "class_labels=[5]" if case.name == "dit" else "prompt='a red circle'"
    setup, undo = ("\n".join(s).replace("{pipe}", "pipe") for s in (change.setup, method.undo(here) or ()))
    if "dtype" in change.load_keywords:
        setup = f"pipe.to(dtype={change.load_keywords['dtype']})"
    for old, new in one.instead:
        setup, undo = setup.replace(old, new), undo.replace(old, new)
    return DRIVER.format(
        imports="\n".join(imports),
        definitions="\n\n".join(change.definitions),
        pipeline_class=case.pipeline_class,
        model_id=case.model_id,
        dtype=one.dtype,
        before=one.before,
        scheduler=(change.scheduler or "").replace("{pipe}", "pipe"),
        setup=setup,
        undo=undo,
        keywords=", ".join(f"{k}={v}" for k, v in change.call_keywords.items()),
        arguments=f"dict({asked}, num_inference_steps={STEPS})",
    )


def run(code: str, home: Path, folder: Path) -> dict[str, Any]:
    path = folder / "driver.py"
    path.write_text(code)
    ended = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        timeout=280,
        env={
            "PATH": "/usr/bin",
            "HF_HOME": str(home),
            "HF_HUB_OFFLINE": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        },
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def lay_out(home: Path, model_id: str, save: Callable[[Path], None]) -> None:
    """Save weights where `from_pretrained` looks for their hub id."""
    folder, revision = home / "hub" / f"models--{model_id.replace('/', '--')}", "0" * 40
    (folder / "snapshots" / revision).mkdir(parents=True)
    save(folder / "snapshots" / revision)
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text(revision)


def borrow(home: Path, one: Step, case: Case, zoo: Path) -> None:
    """What the method loads: random weights, or the zoo's own VAE without its mark."""
    family = family_of(where(case, "float32"))
    if one.method == "tiny_vae":
        lay_out(home, TINY_VAES[family], lambda folder: save_tiny_vae(folder, zoo, case.model_id))
    elif one.method == "few_step_lora":
        kind = str(one.params.get("distilled", "lcm"))
        lay_out(home, DISTILLED[kind][family], lambda folder: save_lora(folder, zoo, case.model_id))
    elif one.method == "fp16_vae":
        lay_out(home, FP16_VAE, lambda folder: save_fp16_vae(folder, zoo, case.model_id))


def save_tiny_vae(folder: Path, zoo: Path, model_id: str) -> None:
    """With as many halvings as the zoo's own VAE has."""
    import torch

    from diffagent_mcp.bench.zoo.untyped import diffusers

    torch.manual_seed(0)
    snapshot = models.snapshot(zoo, model_id)
    assert snapshot is not None
    levels = len(json.loads((snapshot / "vae" / "config.json").read_text())["block_out_channels"])
    channels, blocks = (8,) * levels, (1,) * levels
    diffusers.AutoencoderTiny(
        encoder_block_out_channels=channels,
        decoder_block_out_channels=channels,
        num_encoder_blocks=blocks,
        num_decoder_blocks=blocks,
    ).save_pretrained(folder)


def save_lora(folder: Path, zoo: Path, model_id: str) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    torch.manual_seed(0)
    snapshot = models.snapshot(zoo, model_id)
    assert snapshot is not None
    found: dict[str, Any] = {}
    for name, weight in load_file(snapshot / "unet" / "diffusion_pytorch_model.safetensors").items():
        if name.endswith("attn1.to_q.weight"):
            layer = f"unet.{name.removesuffix('.weight')}"
            found[f"{layer}.lora_A.weight"] = torch.randn(2, weight.shape[1])
            found[f"{layer}.lora_B.weight"] = torch.randn(weight.shape[0], 2)
    save_file(found, folder / "pytorch_lora_weights.safetensors")


def save_fp16_vae(folder: Path, zoo: Path, model_id: str) -> None:
    snapshot = models.snapshot(zoo, model_id)
    assert snapshot is not None
    for file in (snapshot / "vae").iterdir():
        shutil.copy(file, folder / file.name)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "force_upcast": False}))


def attempted(one: Attempt, zoo: Path, folder: Path) -> tuple[Method, Situation, dict[str, Any]]:
    case, method = case_of(one.case), method_of(one.one)
    if models.snapshot(zoo, case.model_id) is None:
        pytest.skip(f"the zoo has no {case.model_id} yet")
    assert method is not None
    home, here = folder / "home", where(case, one.dtype)
    (home / "hub").mkdir(parents=True)
    for there in (zoo / "hub").iterdir():
        (home / "hub" / there.name).symlink_to(there)
    borrow(home, one.one, case, zoo)
    assert method.misfit(here, plan(one.one)) is None
    return method, here, run(driver(one, method, case, here), home, folder)


@pytest.mark.slow
@pytest.mark.parametrize("one", RUNS, ids=lambda a: a.id)
def test_it_shows_in_the_record_and_can_be_taken_away(one: Attempt, zoo_home: Path, tmp_path: Path) -> None:
    method, here, found = attempted(one, zoo_home, tmp_path)
    before, after, undone = (Trace.model_validate(found[k]) for k in ("plain", "trace", "undone"))
    assert unproven(plan(one.one), after, before) == []
    assert method.unproven(before, before) is not None, "the baseline does not show it"
    assert set(after.methods) - set(before.methods) == {s for s in one.shows or (one.one.method,) if s != "none"}
    assert found["repeats"], "the same seed gives the same picture"
    if one.same:
        assert found["changed"] == 0
    elif not method.lossless:
        assert found["changed"] > 0
    if method.undo(here) is not None:
        assert found["restored"] and undone.methods == before.methods
        assert undone.scheduler_class == before.scheduler_class and undone.solver == before.solver
        assert undone.timestep_spacing == before.timestep_spacing


def drawn(one: Attempt, zoo: Path, folder: Path, *instead: tuple[str, str]) -> dict[str, Any]:
    """The same for what a rule would refuse, with the code changed."""
    case, method = case_of(one.case), method_of(one.one)
    if models.snapshot(zoo, case.model_id) is None:
        pytest.skip(f"the zoo has no {case.model_id} yet")
    assert method is not None
    code = driver(one, method, case, where(case, one.dtype))
    for old, new in instead:
        assert old in code
        code = code.replace(old, new)
    return run(code, zoo, folder)


@pytest.mark.slow
def test_tiling_does_nothing_for_a_picture_of_the_vaes_own_size(zoo_home: Path, tmp_path: Path) -> None:
    one = Attempt(step("vae_tiling"), "sd15")
    found = drawn(one, zoo_home, tmp_path)
    before, after = (Trace.model_validate(found[k]) for k in ("plain", "trace"))
    assert found["changed"] == 0 and after.vae_tiling and after.vae_passes == 1
    assert "no larger than one tile" in unproven(plan(one.one), after, before)[0].message


@pytest.mark.slow
def test_a_stochastic_sampler_of_dit_ignores_the_seed(zoo_home: Path, tmp_path: Path) -> None:
    one = Attempt(step("sampler", name="dpmpp_2m_sde", steps=5), "dit")
    assert not drawn(one, zoo_home, tmp_path)["repeats"]


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False], ids=["taken back by name", "left to from_config"])
def test_a_samplers_settings_go_along_with_its_configuration(named: bool, zoo_home: Path, tmp_path: Path) -> None:
    """From DPM-Solver++ with Karras sigmas back to Euler, which knows them too."""
    one = Attempt(step("sampler", name="dpmpp_2m_karras", steps=5), "sdxl")
    found = drawn(one, zoo_home, tmp_path, *(() if named else ((", use_karras_sigmas=False)", ")"),)))
    assert found["undone"]["solver"]["use_karras_sigmas"] is not named
    assert found["restored"] is named


@pytest.mark.slow
def test_few_steps_without_the_lora_are_refused(zoo_home: Path, tmp_path: Path) -> None:
    one = Attempt(step("few_step_lora"), "sd15")
    found = drawn(
        one,
        zoo_home,
        tmp_path,
        *(("pipe." + n + "(", "(lambda *a, **k: None)(") for n in ("load_lora_weights", "delete_adapters")),
    )
    before, after = (Trace.model_validate(found[k]) for k in ("plain", "trace"))
    assert "few steps draw mush" in unproven(plan(one.one), after, before)[0].message


def test_quantised_layers_are_counted_by_whose_they_are() -> None:
    """By classes that are named like the libraries' own, which are not installed here."""
    import torch

    from diffagent_mcp.tools.measure.worker import record_parts

    layer = type("QLinear", (torch.nn.Linear,), {"__module__": "optimum.quanto.nn.qlinear"})
    weight = type("Int8Tensor", (torch.nn.Parameter,), {"__module__": "torchao.quantization"})
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), layer(2, 2), torch.nn.Linear(2, 2), torch.nn.ReLU())
    assert record_parts.quantised(model[:1]) == {}
    model[2].weight = weight(torch.ones(2, 2))
    assert record_parts.quantised(model) == {"quanto": 1, "torchao": 1}
    assert record_parts.weights(model) == {"float32": 3}


@pytest.mark.parametrize("mode", ["default", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune"])
def test_the_mode_of_a_compiled_denoiser_is_read_back(mode: str) -> None:
    import torch

    from diffagent_mcp.tools.measure.worker import record_parts

    plain = torch.nn.Sequential(torch.nn.Linear(2, 2))
    assert record_parts.compile_mode(plain) is None
    assert record_parts.compile_mode(torch.compile(plain, mode=mode)) == mode
    plain[0].compile(mode=mode)
    assert record_parts.compile_mode(plain) == mode
