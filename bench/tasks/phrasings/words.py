"""Parts of a request: a model, a size, a method with its parameters, in the ways in which people write them."""

import random
from collections.abc import Sequence
from types import MappingProxyType

from ....knowledge.pipelines import Card
from ....knowledge.scripts import INPUT
from ....knowledge.types import Attributes, Step

_SD15 = (
    "SD1.5",
    "Stable Diffusion 1.5",
    "Stable Diffusion v1.5",
    "SD 1.5",
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
    "runwayml/stable-diffusion-v1-5",
)
_MODELS = MappingProxyType(
    {
        "sd15": _SD15,
        "sd21": ("SD2.1", "Stable Diffusion 2.1", "SD 2.1", "stabilityai/stable-diffusion-2-1"),
        "sdxl": ("SDXL", "Stable Diffusion XL", "SDXL base 1.0", "stabilityai/stable-diffusion-xl-base-1.0"),
        "pixart_alpha": ("PixArt-alpha", "PixArt-α", "PixArt-alpha/PixArt-XL-2-1024-MS"),
        "pixart_sigma": ("PixArt-Sigma", "PixArt-Σ", "PixArt-alpha/PixArt-Sigma-XL-2-1024-MS"),
        "controlnet": _SD15[:4],
    }
)
_SAMPLERS = MappingProxyType(
    {
        "DDIMScheduler": ("DDIM", "the DDIM scheduler", "DDIMScheduler", "DDIM sampling"),
        "DPMSolverMultistepScheduler": (
            "DPM-Solver++",
            "the DPM-Solver scheduler",
            "DPMSolverMultistepScheduler",
            "the DPM-Solver++ 2M sampler",
        ),
        "UniPCMultistepScheduler": ("UniPC", "the UniPC scheduler", "UniPCMultistepScheduler", "UniPC sampling"),
        "EulerDiscreteScheduler": ("the Euler scheduler", "EulerDiscreteScheduler", "Euler sampling"),
    }
)
_OWN = ("its default scheduler", "the checkpoint's own scheduler", "the scheduler it ships with")
_SHORT = MappingProxyType({"DPMSolverMultistepScheduler": "DPM-Solver", "UniPCMultistepScheduler": "UniPC"})
_MENU = MappingProxyType(
    {
        "deepcache": ("DeepCache",),
        "tome": ("ToMe", "token merging (ToMe)", "ToMe token merging"),
        "tgate": ("T-GATE", "T-Gate"),
        "precision": ("FP16/BF16", "half precision (FP16 or BF16)", "16-bit weights (FP16/BF16)"),
        "fused_qkv": ("fused QKV projections", "QKV fusion"),
        "channels_last": ("channels-last memory format", "the channels-last layout"),
        "sampler": (
            "a different sampler or fewer steps",
            "sampler and step changes",
            "another scheduler with fewer steps",
        ),
    }
)


def pipeline(card: Card, rng: random.Random) -> str:
    """The pipeline as a noun without an article, with what it reads."""
    if card.family == "dit":
        names = (card.model_id, f"DiT-XL/2 {card.size}x{card.size} class-to-image", f"class-conditional {_dit(card)}")
        return rng.choice(names)
    model = rng.choice(_MODELS[card.family])
    if card.controlnet_id:
        ways = (
            f"{model} with a Canny ControlNet on the edges of {INPUT}",
            f"{model} plus ControlNet (Canny edges of {INPUT})",
            f"{model} with {card.controlnet_id}, edges taken from {INPUT}",
        )
        return rng.choice(ways)
    if card.mode == "img2img":
        ways = (
            f"{model} image-to-image from {INPUT}",
            f"{model} img2img (starting from {INPUT})",
            f"{model} in image-to-image mode with {INPUT} as the input",
        )
        return rng.choice(ways)
    return rng.choice((model, model, f"{model} text-to-image"))


def _dit(card: Card) -> str:
    return f"DiT-XL-2-{card.size}"


def at_size(card: Card, attributes: Attributes, rng: random.Random) -> str:
    """` at 512x512`; empty where it need not be said, and now and then said all the same."""
    if card.mode == "class2img" or (attributes.width == card.size and rng.random() < 0.7):
        return ""
    w, h = attributes.width, attributes.height
    return rng.choice((f" at {w}x{h}", f" at {w}x{h} pixels", f" at {w} by {h}", f" ({w}x{h})"))


def size(card: Card, attributes: Attributes, rng: random.Random) -> str:
    """For a form with a field for it."""
    given = f"{attributes.width}x{attributes.height}"
    native = attributes.width == card.size
    return rng.choice((given, "the model's native resolution")) if native else given


def sampling(scheduler: str | None, rng: random.Random) -> str:
    """The scheduler, in one of the ways people name it."""
    return rng.choice(_SAMPLERS[scheduler] if scheduler else _OWN)


def subject(card: Card, prompt: str, rng: random.Random) -> str:
    """What the picture shows."""
    if card.mode == "class2img":
        return rng.choice((f'the ImageNet class "{prompt}"', f'class "{prompt}"'))
    return f'"{prompt}"'


def using(attributes: Attributes, rng: random.Random) -> str:
    """Scheduler and methods, in any order: `DeepCache with interval 3, ToMe at ratio 0.5 and UniPC`."""
    parts = [_method(step, attributes.steps, rng) for step in attributes.methods]
    if attributes.scheduler:
        parts.append(sampling(attributes.scheduler, rng))
    rng.shuffle(parts)
    return listed(parts, "and")


def menu(slugs: Sequence[str], suggested: Sequence[str], rng: random.Random) -> str:
    """What may be used: `DeepCache, ToMe or a different sampler or fewer steps (DPM-Solver, UniPC)`."""
    parts = [rng.choice(_MENU[slug]) for slug in slugs if slug != "sampler"]
    if "sampler" in slugs:
        hint = f" (for example {' or '.join(_SHORT[s] for s in suggested)})" if suggested else ""
        parts.append(rng.choice(_MENU["sampler"]) + hint)
    return ", ".join(parts)


def kept(slugs: Sequence[str], rng: random.Random) -> str:
    """Said where the sampler is not on the menu."""
    if "sampler" in slugs:
        return ""
    return rng.choice(("Scheduler and number of steps stay as they are. ", "Don't change the scheduler or the steps. "))


def listed(parts: Sequence[str], last: str) -> str:
    """`a, b and c`."""
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def _method(step: Step, steps: int, rng: random.Random) -> str:
    return rng.choice(_ways(step, steps))


def _ways(step: Step, steps: int) -> tuple[str, ...]:
    """Every way in which a method is written with the parameters that are to be said."""
    p = step.params
    match step.method:
        case "deepcache":
            return _deepcache(p.get("interval"), p.get("branch"))
        case "tome":
            return _tome(p.get("ratio"), p.get("max_downsample"))
        case "tgate":
            gate = p.get("gate")
            return _tgate(
                None if gate is None else round(float(gate) * steps), p.get("sp_interval"), p.get("fi_interval")
            )
        case "precision":
            half = ("FP16", "half precision (float16)", "fp16 weights")
            return half if p["dtype"] == "float16" else ("BF16", "bfloat16", "bfloat16 weights")
        case "fused_qkv":
            return ("fused QKV projections", "fuse_qkv_projections()")
        case _:
            return ("the channels-last memory format", "channels_last on the UNet")


def _deepcache(interval: object, branch: object) -> tuple[str, ...]:
    if interval is None:
        return ("DeepCache",)
    if branch is not None:
        both = f"cache_interval={interval} and cache_branch_id={branch}"
        return (f"DeepCache (interval {interval}, branch {branch})", f"DeepCache with {both}")
    return (
        f"DeepCache with interval {interval}",
        f"DeepCache (cache_interval={interval})",
        f"DeepCache with a cache interval of {interval}",
    )


def _tome(ratio: object, deepest: object) -> tuple[str, ...]:
    if ratio is None:
        return ("ToMe", "token merging (tomesd)", "ToMe token merging")
    if deepest is not None:
        return (
            f"ToMe (ratio {ratio}, max_downsample={deepest})",
            f"tomesd with ratio={ratio}, max_downsample={deepest}",
        )
    return (
        f"ToMe at ratio {ratio}",
        f"token merging with a ratio of {ratio}",
        f"ToMe merging {round(100 * float(str(ratio)))}% of the tokens",
    )


def _tgate(gate: int | None, before: object, after: object) -> tuple[str, ...]:
    if gate is None:
        return ("T-GATE", "T-Gate")
    if before is not None:
        return (f"T-GATE (gate_step={gate}, sp_interval={before}, fi_interval={after})",)
    return (f"T-GATE with gate_step={gate}", f"T-Gate gating at step {gate}", f"T-GATE (gate step {gate})")
