"""An inert method is a failure, not a speedup: what the runner counted must show the plan, and nothing else."""

from typing import Any

import pytest
from factories import plan, step, trace

from diffagent_mcp.knowledge.proof import unproven
from diffagent_mcp.knowledge.types import Step

BEFORE = trace()


@pytest.mark.parametrize(
    ("one", "shown", "inert"),
    [
        (
            step("sampler", name="dpmpp_2m", steps=20),
            {"scheduler_class": "DPMSolverMultistepScheduler", "denoiser_calls": 20, "timesteps": 20},
            "the live scheduler is DDIMScheduler",
        ),
        (step("precision", dtype="bfloat16"), {"denoiser_dtype": "bfloat16"}, "weights are float32"),
        (step("deepcache", interval=3, branch=0), {"mid_block_calls": 17}, "nothing was reused"),
        (step("tome", ratio=0.5), {"self_attention_tokens": (16, 64, 128)}, "nothing was merged"),
        (
            step("tgate", gate=0.5),
            {"cross_attention_calls": 175, "batch_sizes": {"2": 25, "1": 25}},
            "the gate never closed",
        ),
        (step("guidance_cutoff", after=0.5), {"batch_sizes": {"2": 25, "1": 25}}, "never switched off"),
        (step("fused_qkv"), {"fused_qkv": True}, "no attention layer"),
        (step("channels_last"), {"channels_last": True}, "not channels-last"),
        (step("compile", scope="regional"), {"compiled": True}, "neither the denoiser nor any block"),
    ],
    ids=lambda v: v.method if isinstance(v, Step) else "",
)
def test_a_method_is_proven_by_its_counter_and_refused_without(one: Step, shown: dict[str, Any], inert: str) -> None:
    assert unproven(plan(one), trace(**shown), BEFORE) == []
    found = unproven(plan(one), BEFORE, BEFORE)
    assert any(f.method == one.method and inert in f.message for f in found), found


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"denoiser_calls": 25}, "25 denoiser calls instead of 50"),
        ({"latent_shape": (2, 4, 8, 8)}, "another resolution"),
        ({"denoiser_parameters": 500}, "500 parameters instead of 1000"),
        ({"image_size": (256, 256)}, "pictures are (256, 256)"),
        ({"guidance_scale": 1.0}, "guidance scale 1.0 instead of 7.5"),
        ({"batch_sizes": {"1": 50}}, "guidance or batching was changed"),
        ({"swallowed": ("gate_step",)}, "swallows gate_step"),
        ({"vae_decodes": 0}, "did not come from the model"),
        ({"denoiser_calls": 0}, "did not come from the model"),
    ],
)
def test_what_the_plan_does_not_explain_is_refused(changed: dict[str, Any], sentence: str) -> None:
    found = [f.message for f in unproven(plan(), trace(**changed), BEFORE)]
    assert any(sentence in f for f in found), found


def test_a_cache_that_skips_too_much_is_refused() -> None:
    """Heun with DeepCache interval 2 ran one full step of fifteen: fast, and wrong."""
    found = unproven(plan(step("deepcache", interval=2, branch=0)), trace(mid_block_calls=1), BEFORE)
    assert "ran 1 times where interval 2 needs 25" in found[0].message


def test_the_script_as_it_is_needs_no_proof() -> None:
    assert unproven(plan(), BEFORE, BEFORE) == []
