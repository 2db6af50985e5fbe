"""Values for tests: small, valid, and easy to vary."""

from typing import Any

from diffagent_mcp.knowledge.situation import Situation
from diffagent_mcp.knowledge.types import (
    CallSite,
    Device,
    Evaluation,
    Interval,
    PipelineSite,
    Plan,
    Position,
    Profile,
    Proposal,
    Scalar,
    Stages,
    Step,
    Threshold,
    Trace,
    Trial,
    Verdict,
)

CPU = Device(kind="cpu", name="test cpu", memory_mb=8000, threads=1, bf16=True)
GPU = Device(kind="cuda", name="test gpu", memory_mb=24000, bf16=True)
LIBRARIES = {"torch": "2.14.1", "diffusers": "0.42.1", "DeepCache": "0.1.1", "tomesd": "0.1.3", "tgate": "1.0.0"}
STAGES = Stages(text_encoder_s=0.01, denoiser_s=0.9, vae_s=0.08, rest_s=0.01, denoiser_calls=50)


def site(**changes: Any) -> PipelineSite:
    at = Position(line=5, column=0)
    call = CallSite(start=at, end=at, receiver="pipe", keywords={"num_inference_steps": "50"}, steps=50)
    return PipelineSite(
        name="pipe", start=at, end=at, pipeline_class="StableDiffusionPipeline", calls=(call,)
    ).model_copy(update=changes)


def call_site(**changes: Any) -> CallSite:
    at = Position(line=6, column=0)
    keywords = dict.fromkeys(changes, "x")
    return CallSite(start=at, end=at, receiver="pipe", keywords=keywords).model_copy(update=changes)


def situation(**changes: Any) -> Situation:
    return Situation(
        pipeline=site(),
        pipeline_class="StableDiffusionPipeline",
        device=CPU,
        libraries=LIBRARIES,
        scheduler="DDIMScheduler",
        stages=STAGES,
    ).model_copy(update=changes)


def step(method: str, **params: Scalar) -> Step:
    return Step(method=method, params=params)


def plan(*steps: Step) -> Plan:
    return Plan(steps=steps)


def trace(**changes: Any) -> Trace:
    return Trace(
        pipeline_class="StableDiffusionPipeline",
        denoiser_class="UNet2DConditionModel",
        denoiser_parameters=1000,
        denoiser_dtype="float32",
        scheduler_class="DDIMScheduler",
        timesteps=50,
        guidance_scale=7.5,
        requested_steps=50,
        denoiser_calls=50,
        batch_sizes={"2": 50},
        latent_shape=(2, 4, 16, 16),
        mid_block_calls=50,
        self_attention_tokens=(16, 64, 256),
        self_attention_calls=350,
        cross_attention_calls=350,
        vae_decodes=1,
        image_size=(512, 512),
    ).model_copy(update=changes)


def profile(**changes: Any) -> Profile:
    return Profile(
        latency_s=1.0,
        interval=Interval(low=0.98, high=1.02),
        samples=4,
        load_s=0.3,
        first_image_s=1.2,
        peak_mb=600,
        stages=STAGES,
        trace=trace(),
        clip=90,
        clip_sd=3,
        clip_scores=(90.0,) * 16,
        seed_distance=0.3,
        prompts=16,
    ).model_copy(update=changes)


def evaluation(speedup: float = 2.0, loss: float = 0.01, drift: float = 0.1, **changes: Any) -> Evaluation:
    return Evaluation(
        protocol="quick",
        speedup=speedup,
        speedup_interval=Interval(low=speedup * 0.98, high=speedup * 1.02),
        pairs=4,
        latency_s=1.0 / speedup,
        baseline_s=1.0,
        loss=loss,
        loss_se=0.002,
        drift=drift,
        drift_se=0.01,
        prompts=16,
        clip=90 * (1 - loss),
        clip_before=90,
        load_s=0.3,
        first_image_s=1.0,
        peak_mb=600,
        stages=STAGES,
        trace=trace(),
    ).model_copy(update=changes)


def threshold(**changes: Any) -> Threshold:
    """Stage 2's bound for two pictures of one pipeline."""
    return Threshold(
        card="sd15 text2img",
        threshold=20.0,
        lowest=50,
        median=60,
        pictures=4,
        scripts=("L1-900",),
        prompts=("a red circle on a white background", "a green square on a pink background"),
        seeds=(3, 4),
    ).model_copy(update=changes)


def trial(number: int, of: Plan, verdict: Verdict) -> Trial:
    return Trial(number=number, proposal=Proposal(plan=of), verdict=verdict, seconds=1.0)
