"""Every method on a live pipeline: it shows in the record, changes what it says, and leaves nothing behind.

One of each method in the default suite; the others are the same methods on other pipelines.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from borrowed_weights import borrow
from factories import step
from live_methods import STEPS, Attempt, case_of, code_of, draw_all, shows_and_goes, where

from diffagent_mcp.knowledge.catalogue import METHODS, method_of
from diffagent_mcp.knowledge.method import Method

ON_CPU = (("enable_model_cpu_offload()", "enable_model_cpu_offload(device='cpu')"), ('pipe.to("cuda")', "pass"))
GROUPS = (('torch.device("cuda")', 'torch.device("cpu")'), ("use_stream=True", "use_stream=False"))
MARKED = "pipe.watermark = type('Mark', (), {'apply_watermark': lambda self, image: image})()"
_EAGER = ("compile_repeated_blocks(", 'compile_repeated_blocks(backend="eager", ')
_WHOLE = ("torch.compile(pipe.unet", 'torch.compile(pipe.unet, backend="eager"')
HIDDEN = ("none",)
"""it shows in other fields than in the list of methods"""
RUNS = (
    Attempt(step("sampler", name="deis", steps=5), "sd15", shows=HIDDEN, soon=True),
    Attempt(step("sampler", name="deis", steps=5), "dit", shows=HIDDEN),
    Attempt(step("sampler", name="dpmpp_2m", steps=5), "sdxl", shows=HIDDEN),
    Attempt(step("sampler", name="dpmpp_2m_karras", steps=5), "sd21", shows=HIDDEN),
    Attempt(step("sampler", name="dpmpp_2m_karras", steps=5), "alpha", shows=HIDDEN),
    Attempt(step("sampler", name="dpmpp_2m_sde", steps=5), "sd15", shows=HIDDEN),
    Attempt(step("sampler", name="dpmpp_2m_sde", steps=5), "sigma", shows=HIDDEN),
    Attempt(step("timestep_spacing", spacing="trailing"), "sd15", soon=True),
    Attempt(step("timestep_spacing", spacing="leading"), "alpha"),
    Attempt(step("timestep_spacing", spacing="linspace"), "dit"),
    Attempt(step("few_step_lora", few_steps=4), "sd15", soon=True),
    Attempt(step("few_step_lora", distilled="tcd", few_steps=3), "sdxl"),
    Attempt(step("precision", dtype="bfloat16"), "sd15", soon=True),
    Attempt(step("tf32"), "sd15", same=True, shows=HIDDEN, soon=True),
    Attempt(step("layerwise_casting"), "sd15", soon=True),
    Attempt(step("layerwise_casting", storage="float8_e5m2"), "dit"),
    Attempt(step("deepcache", interval=2), "sd15", soon=True),
    Attempt(step("deepcache", interval=2), "sd21"),
    Attempt(step("first_block_cache", threshold=0.3), "dit", soon=True),
    Attempt(step("first_block_cache", threshold=0.3), "sigma"),
    Attempt(step("taylorseer", interval=3), "sd15", soon=True),
    Attempt(step("taylorseer", interval=3, scope="whole"), "dit"),
    Attempt(step("taylorseer", interval=3, scope="whole"), "alpha"),
    Attempt(step("mag_cache", threshold=0.1), "dit", prepares=True, soon=True),
    Attempt(step("mag_cache", threshold=0.1), "sigma", prepares=True),
    Attempt(step("pyramid_attention"), "sd15-image"),
    Attempt(step("pyramid_attention"), "sdxl"),
    Attempt(step("pyramid_attention"), "dit", soon=True),
    Attempt(step("faster_cache"), "sigma", soon=True),
    Attempt(step("tome", ratio=0.5, max_downsample=1), "sd15", soon=True),
    Attempt(step("tome", ratio=0.5, max_downsample=1), "alpha"),
    Attempt(step("tome", ratio=0.5, max_downsample=2), "dit"),
    Attempt(step("tgate"), "sd15", soon=True),
    Attempt(step("tgate"), "sigma"),
    Attempt(step("guidance_cutoff"), "sdxl", soon=True),
    Attempt(step("guidance_interval", start=0.2), "sd15", soon=True),
    Attempt(step("guidance_interval", start=0.2), "sdxl-image"),
    Attempt(step("guidance_interval", start=0.2), "controlnet"),
    Attempt(step("layer_skip", blocks=1), "dit", soon=True),
    Attempt(step("fused_qkv"), "sd15", soon=True),
    Attempt(step("fused_qkv"), "alpha"),
    Attempt(step("channels_last"), "sd15", soon=True),
    Attempt(step("compile", scope="regional"), "sd15", instead=(_EAGER,), soon=True),
    Attempt(step("compile", scope="regional"), "alpha", instead=(_EAGER,)),
    Attempt(step("compile", scope="whole"), "sd15", instead=(_WHOLE,)),
    Attempt(step("tiny_vae"), "sd15", soon=True),
    Attempt(step("tiny_vae"), "dit"),
    Attempt(step("fp16_vae"), "sdxl", dtype="float16", soon=True),
    Attempt(step("vae_slicing"), "sd15", same=True, soon=True),
    Attempt(step("vae_tiling"), "sd21", soon=True),
    Attempt(step("prompt_cache"), "sd15", same=True, soon=True),
    Attempt(step("prompt_cache"), "sdxl", same=True),
    Attempt(step("prompt_cache"), "sigma", same=True),
    Attempt(step("batching", pictures=3), "sd15", same=True, shows=HIDDEN, soon=True),
    Attempt(step("progress_bar"), "dit", same=True, shows=HIDDEN, soon=True),
    Attempt(step("watermark"), "sdxl", before=MARKED, same=True, shows=HIDDEN, soon=True),
    Attempt(step("model_offload"), "sd15", instead=ON_CPU, same=True, soon=True),
    Attempt(step("group_offload"), "sd15", instead=GROUPS, same=True, soon=True),
)
ELSEWHERE = {
    "torchao": "torchao is not among our packages",
    "quanto": "optimum-quanto is not among our packages",
    "bitsandbytes": "bitsandbytes is not among our packages",
    "cache_dit": "cache-dit is not among our packages",
    "sdpa_kernel": "kernels of a GPU",
    "xformers": "kernels of a GPU",
    "sage_attention": "kernels of a GPU",
    "attention_backend": "kernels of a GPU",
    "context_parallel": "several GPUs",
    "sequential_offload": "accelerate refuses a CPU in the place of a GPU",
}
"""methods that nothing can be shown of here, and why"""
Drawing = Callable[[Attempt], dict[str, Any]]


@pytest.fixture(scope="module")
def found(zoo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Drawing:
    """What an attempt's drawing found; those of one pipeline are made together, once one of them is asked for."""
    kept: dict[tuple[str, bool], dict[str, dict[str, Any]]] = {}

    def of(one: Attempt) -> dict[str, Any]:
        group = (one.case, one.soon)
        if group not in kept:
            folder = tmp_path_factory.mktemp(one.case)
            kept[group] = together([a for a in RUNS if (a.case, a.soon) == group], zoo_home, folder)
        return kept[group][one.id]

    return of


def together(attempts: list[Attempt], zoo: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Draw with each of them, all on the same pipeline."""
    (folder / "home" / "hub").mkdir(parents=True)
    for there in (zoo / "hub").iterdir():
        (folder / "home" / "hub" / there.name).symlink_to(there)
    for one in attempts:
        borrow(folder / "home", one, zoo)
    return draw_all(
        case_of(attempts[0].case), STEPS, {a.id: code_of(a, where(a)) for a in attempts}, folder / "home", folder
    )


@pytest.mark.timeout(900)  # the first of a pipeline waits for all of it
@pytest.mark.parametrize("one", [pytest.param(a, id=a.id, marks=() if a.soon else pytest.mark.slow) for a in RUNS])
def test_it_shows_in_the_record_and_leaves_nothing_behind(one: Attempt, found: Drawing) -> None:
    method = method_of(one.one) if one.one else None
    assert method is not None and method.misfit(where(one), one.plan) is None
    shows_and_goes(one, found(one))


def test_every_method_is_tried_or_cannot_be() -> None:
    """A new method needs a line in RUNS with `soon`, or in ELSEWHERE the reason why it has none."""
    tried = {a.one.method for a in RUNS if a.soon and a.one}
    assert tried | set(ELSEWHERE) == {m.slug for m in METHODS} and not tried & set(ELSEWHERE)


@pytest.mark.parametrize("kind", [m for m in METHODS if m.slug in ELSEWHERE], ids=lambda m: m.slug)
def test_what_is_not_tried_lacks_a_gpu_or_a_package(kind: type[Method]) -> None:
    ours = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert "cpu" not in kind.devices or (kind.package is not None and f'"{kind.package}' not in ours)
