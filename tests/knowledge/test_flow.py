"""Samplers and flow matching, and pipelines that ask the denoiser twice a step."""

import pytest
from factories import plan, site, situation, step, trace

from diffagent_mcp.knowledge import rules
from diffagent_mcp.knowledge.catalogue import CATALOGUE
from diffagent_mcp.knowledge.flow import foreign_sampler
from diffagent_mcp.knowledge.steps import calls_a_step
from diffagent_mcp.knowledge.types import DenoiserFacts

FLOW, DPM, UNIPC = "FlowMatchEulerDiscreteScheduler", "DPMSolverMultistepScheduler", "UniPCMultistepScheduler"


@pytest.mark.parametrize(
    ("pipeline_class", "own", "asked", "fits"),
    [
        ("StableDiffusion3Pipeline", FLOW, DPM, False),
        ("FluxPipeline", FLOW, "DDIMScheduler", False),
        ("FluxPipeline", FLOW, FLOW, True),
        ("SanaPipeline", DPM, UNIPC, True),
        ("WanPipeline", UNIPC, DPM, True),
        ("WanPipeline", UNIPC, "DDIMScheduler", False),
        ("StableDiffusionPipeline", "PNDMScheduler", DPM, True),
        ("OurOwnPipeline", FLOW, DPM, False),
    ],
)
def test_a_sampler_of_another_kind_is_kept_out(pipeline_class: str, own: str, asked: str, fits: bool) -> None:
    here = situation(pipeline_class=pipeline_class, pipeline=site(pipeline_class=pipeline_class), scheduler=own)
    assert (foreign_sampler(asked, here) is None) is fits


def test_fewer_steps_with_its_own_sampler_are_open_to_every_flow_model() -> None:
    here = situation(pipeline_class="FluxPipeline", pipeline=site(pipeline_class="FluxPipeline"), scheduler=FLOW)
    assert rules.unusable(CATALOGUE["sampler"], here) is None
    assert rules.problems(plan(step("sampler", name="keep", steps=12)), here) == []
    short = here.model_copy(update={"steps": 10})
    assert rules.unusable(CATALOGUE["sampler"], short) is None, "two knobs have to be turned at once"
    assert "trained by flow matching" in rules.problems(plan(step("sampler", name="ddim")), here)[0].message


def test_a_pipeline_inside_another_keeps_its_own_scheduler() -> None:
    facts = DenoiserFacts(
        attribute="unet", denoiser_class="UNet2DConditionModel", backbone="unet", cross_attention=True, blocks=1,
        inner=("decoder_pipe",),
    )  # fmt: skip
    here = situation(pipeline_class="KandinskyV22CombinedPipeline", scheduler="DDPMScheduler", facts=facts)
    found = rules.problems(plan(step("sampler", name="dpmpp_2m", steps=20)), here)
    assert "decoder_pipe, which keeps its own scheduler" in found[0].message
    assert rules.problems(plan(step("sampler", name="keep", steps=20)), here) == []


def test_guidance_apart_is_two_calls_a_step() -> None:
    before = trace(scheduler_class="UniPCMultistepScheduler", denoiser_calls=20, requested_steps=10)
    assert calls_a_step(before) == 2 and calls_a_step(trace(denoiser_calls=13, requested_steps=10)) == 1
    sampler = CATALOGUE["sampler"](name="keep", steps=5)  # type: ignore[call-arg]
    after = before.model_copy(update={"denoiser_calls": 10, "requested_steps": 5})
    assert sampler.unproven(after, before) is None
    assert "5 steps need 10" in str(sampler.unproven(after.model_copy(update={"denoiser_calls": 5}), before))
