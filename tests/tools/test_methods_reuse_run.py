"""What the libraries do wrong, or in silence, on live pipelines when features are reused, and what is seen of it."""

from pathlib import Path

import pytest
from factories import plan, step
from live_methods import Attempt, case_of, code_of, draw_all, drawn, traces, where

from diffagent_mcp.knowledge.proof import unproven

STEPS = 10
LIBRARYS = ("SafeDeepCache(pipe=pipe)", "DeepCacheSDHelper(pipe=pipe)")


@pytest.mark.slow
@pytest.mark.parametrize("safe", [False, True], ids=["the library's", "ours"])
def test_a_sampler_that_visits_twice_needs_our_deepcache(safe: bool, zoo_home: Path, tmp_path: Path) -> None:
    one = Attempt(
        step("deepcache", interval=2), "sd15", STEPS,
        instead=() if safe else (LIBRARYS,), scheduler="HeunDiscreteScheduler",
    )  # fmt: skip
    assert "SafeDeepCache(pipe=pipe)" in code_of(Attempt(one.one, "sd15", scheduler=one.scheduler), where(one))
    found = drawn(one, zoo_home, tmp_path)
    before, after = traces(found)
    assert before.denoiser_calls == 2 * STEPS - 1 and found["restored"]
    assert after.mid_block_calls == (STEPS if safe else 1)
    assert bool(unproven(one.plan, after, before)) is not safe


@pytest.mark.slow
@pytest.mark.parametrize("safe", [False, True], ids=["the library's", "ours"])
def test_offloading_takes_the_librarys_deepcache_away(safe: bool, zoo_home: Path, tmp_path: Path) -> None:
    """After every picture the denoiser's old forward is put back, and with it goes what counted the steps."""
    one = Attempt(
        step("deepcache", interval=2), "sd21", STEPS,
        instead=() if safe else (LIBRARYS,), before="pipe.enable_model_cpu_offload(device='cpu')",
    )  # fmt: skip
    offloaded = where(one).pipeline.model_copy(update={"applied": ("model_offload",)})
    before, after = traces(drawn(one, zoo_home, tmp_path, pipeline=offloaded))
    assert after.mid_block_calls == (STEPS // 2 if safe else 0), "all deep features are the last picture's"
    assert bool(unproven(one.plan, after, before)) is not safe


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
    slug = {"T": "taylorseer", "M": "mag_cache", "S": "first_block_cache"}[config[0]]
    one = Attempt(step("taylorseer"), name, STEPS)
    lines = [
        f"keep_features(pipe.{where(one).denoiser}, diffusers.{config})" if "keep_features(pipe" in c else c
        for c in code_of(one, where(one)).splitlines()
    ]
    found = draw_all(case_of(name), STEPS, {"silent": "\n".join(lines)}, zoo_home, tmp_path)["silent"]
    before, after = traces(found)
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
    asked = f'_, after = draw({STEPS}, "__call__")'
    before, after = traces(
        drawn(Attempt(None, "sd15", STEPS, instead=((asked, f"{setup}\n{asked}"),)), zoo_home, tmp_path)
    )
    assert (before.attention_kernels, after.attention_kernels) == (("flash",), kernels)
