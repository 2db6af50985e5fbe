"""The page of the methods."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any

from ...agents import coder
from ...knowledge.catalogue import METHODS
from ...knowledge.method import Method
from ...knowledge.situation import Situation
from ...knowledge.types import Device, Plan, Script, Trace
from ...tools.script.analyse import analyse
from ...tools.script.diff import unified
from .tables import anchor, fenced, table

EXAMPLE = """\
from diffusers import StableDiffusionPipeline

pipe = StableDiffusionPipeline.from_pretrained("stable-diffusion-v1-5/stable-diffusion-v1-5").to("cuda")
image = pipe("a lighthouse at dusk", num_inference_steps=50).images[0]
"""
UNCHANGED = Trace(
    pipeline_class="StableDiffusionPipeline",
    denoiser_class="UNet2DConditionModel",
    denoiser_parameters=859_520_964,
    denoiser_dtype="float32",
    scheduler_class="PNDMScheduler",
    timesteps=51,
    guidance_scale=7.5,
    requested_steps=50,
    denoiser_calls=51,
    batch_sizes={"2": 51},
    latent_shape=(2, 4, 64, 64),
    mid_block_calls=51,
    self_attention_tokens=(64, 256, 1024, 4096),
    self_attention_calls=816,
    cross_attention_calls=816,
    vae_decodes=1,
    image_size=(512, 512),
)
"""what the runner would record of EXAMPLE as it is"""


def methods_page() -> str:
    """Every method of the catalogue: what it is, its knobs, what it writes, how it is proven and repaired."""
    rows = [(f"[`{m.slug}`](#{anchor(m.title)})", m.summary(), m.gain) for m in METHODS]
    intro = (
        "# Methods\n\nOne file a method, in `knowledge/methods/`. Gain and cost are what is known from the sources, "
        "before anything was measured; what a method does to your script is measured, never assumed. The example under "
        "*What it writes* is this script, with diffusers 0.42:\n\n" + fenced("python", EXAMPLE)
    )
    return "\n".join([intro, table(("method", "what it does", "gain and cost"), rows), *map(method_section, METHODS)])


def method_section(kind: type[Method]) -> str:
    """One method."""
    lines, body = [f"## {kind.title}\n", f"{kind.summary()}\n"], inspect.getdoc(kind) or ""
    if rest := body.partition("\n")[2].strip():
        lines.append(f"{rest}\n")
    lines += [table(("property", ""), _properties(kind)), "**Knobs**\n", _knobs(kind)]
    lines += ["**What it writes**, with its knobs as they are by default\n", fenced("diff", _example(kind))]
    lines += [f"**How it is proven.** Were it not at work, the verdict would be: *{_unproven(kind)}*\n"]
    if kind.symptoms:
        rows = [(f"`{s.pattern}`", _repair(s.params), s.sentence) for s in kind.symptoms]
        lines += ["**Known failures**\n", table(("in the failure's text", "repair", "because"), rows)]
    return "\n".join(lines)


def _properties(kind: type[Method]) -> Iterator[tuple[str, str]]:
    yield "slug", f"`{kind.slug}`"
    yield "fits denoisers", ", ".join(sorted(kind.fits))
    yield "needs", f"`pip install {kind.package}`" if kind.package else "nothing beyond torch and diffusers"
    yield "cannot be combined with", ", ".join(f"`{c}`" for c in sorted(kind.clashes)) or "any combination is allowed"
    yield "order", f"{kind.order} (lower is set up first)"
    yield "picture", "unchanged beyond rounding" if kind.lossless else "changes"
    yield "pictures in batches", "the same as one by one" if kind.batch_safe else "not the same; made one by one"
    yield "gain and cost", kind.gain
    yield "sources", "; ".join(kind.sources) or "none"


def _knobs(kind: type[Method]) -> str:
    values = dict(kind.genes())
    if not values:
        return "It has none.\n"
    fields = kind.model_fields
    rows = [(f"`{n}`", _range(v), f"`{fields[n].default}`", fields[n].description or "") for n, v in values.items()]
    return table(("knob", "values", "default", "meaning"), rows)


def _range(values: Sequence[Any]) -> str:
    if len(values) < 4 or isinstance(values[0], str | bool):
        return ", ".join(f"`{v}`" for v in values)
    return f"`{values[0]}` to `{values[-1]}` in steps of `{round(values[1] - values[0], 6)}`"


def _example(kind: type[Method]) -> str:
    """The diff that the method alone makes of EXAMPLE."""
    script = analyse("pipe.py", EXAMPLE)
    if not isinstance(script, Script):
        raise AssertionError(script.message)
    written = coder.write(Plan(steps=(kind().step(),)), EXAMPLE, script, _situation(script))
    return unified(EXAMPLE, getattr(written, "code", EXAMPLE), "pipe.py")


def _situation(script: Script) -> Situation:
    return Situation(
        pipeline=script.pipelines[0],
        pipeline_class="StableDiffusionPipeline",
        device=Device(kind="cuda", name="a GPU", memory_mb=24_000, bf16=True),
        libraries={"diffusers": "0.42.0"},
        scheduler="PNDMScheduler",
    )


def _unproven(kind: type[Method]) -> str:
    return kind().unproven(UNCHANGED, UNCHANGED) or "(its absence leaves no sign)"


def _repair(params: dict[str, Any] | None) -> str:
    return ", ".join(f"`{k}={v}`" for k, v in params.items()) if params else "leave it out"
