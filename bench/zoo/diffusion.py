"""What a denoiser is asked: noisy latents at drawn steps, the answer it should give, and how much each answer counts.

The weight is min(snr + 1, 5) on the error of the clean latents, so that high noise counts, where captions decide: on
epsilon that is min(snr + 1, 5) / snr (cut at `MAX_WEIGHT`), on v min(snr + 1, 5) / (snr + 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from .untyped import Scheduler

MAX_WEIGHT = 20.0
SNR_CUT = 5.0


@dataclass(frozen=True)
class Question:
    """One batch: what the denoiser sees, and what it should say."""

    noisy: Tensor
    step: Tensor
    wanted: Tensor
    weight: Tensor

    def loss(self, answer: Tensor) -> tuple[Tensor, Tensor]:
        """(weighted loss, plain squared error)."""
        error = (answer - self.wanted).square().mean((1, 2, 3))
        return (self.weight * error).mean(), error.detach().mean()


def ask(scheduler: Scheduler, clean: Tensor) -> Question:
    """Noise `clean` at steps spread evenly over the scheduler's range."""
    count = len(clean)
    step = ((torch.arange(count) + torch.rand(count)) / count * len(scheduler.alphas_cumprod)).long()
    signal = scheduler.alphas_cumprod[step].view(-1, 1, 1, 1)
    noise = torch.randn_like(clean)
    noisy = signal.sqrt() * clean + (1 - signal).sqrt() * noise
    snr = (signal / (1 - signal)).flatten()
    if scheduler.config.prediction_type == "v_prediction":
        wanted = signal.sqrt() * noise - (1 - signal).sqrt() * clean
        return Question(noisy, step, wanted, (snr + 1).clamp(max=SNR_CUT) / (snr + 1))
    return Question(noisy, step, noise, ((snr + 1).clamp(max=SNR_CUT) / snr).clamp(max=MAX_WEIGHT))


def variance_loss(scheduler: Scheduler, question: Question, answer: Tensor, spread: Tensor) -> Tensor:
    """KL divergence of a step with the learned variance from the true one, in nats, the mean held fixed.

    `spread` in -1..1 lies between the smallest and the largest log variance (Nichol and Dhariwal 2021).
    """
    signal, beta = scheduler.alphas_cumprod, scheduler.betas
    before = torch.cat([torch.ones(1), signal[:-1]])
    least = (beta * (1 - before) / (1 - signal))[1:].log()
    least = torch.cat([least[:1], least])[question.step].view(-1, 1, 1, 1)
    most = beta.log()[question.step].view(-1, 1, 1, 1)
    log_variance = least + (spread + 1) / 2 * (most - least)
    pull = (before.sqrt() * beta / (1 - signal) * ((1 - signal) / signal).sqrt())[question.step].view(-1, 1, 1, 1)
    off = (pull * (answer.detach() - question.wanted)).square()
    return 0.5 * (log_variance - least + (least - log_variance).exp() + off * (-log_variance).exp() - 1).mean()
