"""The schedulers, with the settings each hub repository ships."""

from __future__ import annotations

from typing import Any

from .untyped import Scheduler, diffusers

LATENT_BETAS: dict[str, Any] = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
PIXEL_BETAS: dict[str, Any] = {"beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear"}


def sd15_scheduler() -> Scheduler:
    """PNDM, as in `stable-diffusion-v1-5`."""
    scheduler = diffusers.PNDMScheduler(
        **LATENT_BETAS, num_train_timesteps=1000, skip_prk_steps=True, set_alpha_to_one=False, steps_offset=1
    )
    scheduler.register_to_config(clip_sample=False)  # PNDM ignores it; DDIM, built from this config, would clip latents
    return scheduler


def sd21_scheduler() -> Scheduler:
    """DDIM that expects v, as in `stable-diffusion-2-1`."""
    scheduler = diffusers.DDIMScheduler(
        **LATENT_BETAS,
        num_train_timesteps=1000,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
        prediction_type="v_prediction",
    )
    scheduler.register_to_config(skip_prk_steps=True)
    return scheduler


def sdxl_scheduler() -> Scheduler:
    """Euler, as in `stable-diffusion-xl-base-1.0`."""
    scheduler = diffusers.EulerDiscreteScheduler(
        **LATENT_BETAS, num_train_timesteps=1000, steps_offset=1, timestep_spacing="leading", use_karras_sigmas=False
    )
    scheduler.register_to_config(clip_sample=False, set_alpha_to_one=False, skip_prk_steps=True, sample_max_value=1.0)
    return scheduler


def dit_scheduler() -> Scheduler:
    """DDIM over linear betas, as in `DiT-XL-2-256`."""
    return diffusers.DDIMScheduler(**PIXEL_BETAS, num_train_timesteps=1000, clip_sample=False)


def pixart_scheduler() -> Scheduler:
    """DPM-Solver++ 2M over linear betas, as in both `PixArt` repositories."""
    return diffusers.DPMSolverMultistepScheduler(
        **PIXEL_BETAS, num_train_timesteps=1000, algorithm_type="dpmsolver++", solver_order=2
    )
