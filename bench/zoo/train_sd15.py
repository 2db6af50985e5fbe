"""Step 3: Stable Diffusion 1.5 in small: a denoiser that predicts epsilon, and the text tower that steers it.

UNet2DConditionModel (32, 64, 64) with attention on the two upper levels, where SD1.5 has it too; CLIPTextModel with
two layers of 64. Both are trained together on cached latents. Two things make captions bind: a loss weight of
min(snr + 1, 5) in x0 space, i.e. min(snr + 1, 5) / snr on epsilon (cut at `MAX_WEIGHT`), so that high noise counts;
and a helper loss that makes the end-of-text and padding states name what stands where.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .latents import LatentSet, random_scenes
from .tokenizer import MAX_TOKENS, build_tokenizer
from .training import Budget, follow, learning_rate, load_checkpoint, save_checkpoint, say, set_rate
from .untyped import TextTower, Unet, diffusers, transformers
from .world import PLACE_SIZES, Scene, caption, places

CHANNELS = (32, 64, 64)
HEADS = 4
TEXT_WIDTH = 64
BATCH = 32
PEAK_RATE = 1.5e-3
TEXT_RATE = 0.4
NO_CAPTION = 0.1
MAX_WEIGHT = 20.0
HELPER_WEIGHT = 0.01
TEXT_SECONDS = 90.0
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def build_unet() -> Unet:
    """The denoiser, untrained."""
    return diffusers.UNet2DConditionModel(
        sample_size=16,
        in_channels=4,
        out_channels=4,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=HEADS,
        norm_num_groups=8,
    )


def build_text_tower(vocabulary: int) -> TextTower:
    """The text tower, untrained; the last two ids of the vocabulary are start and end."""
    config = transformers.CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=TEXT_WIDTH,
        intermediate_size=4 * TEXT_WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=MAX_TOKENS,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
        projection_dim=TEXT_WIDTH,
        hidden_act="quick_gelu",
    )
    model = transformers.CLIPTextModel(config)
    for name, weight in model.named_parameters():
        if "position_embedding" in name:
            nn.init.normal_(weight, std=0.1)
        elif "token_embedding" in name:
            nn.init.normal_(weight, std=0.3)
        elif weight.ndim == 2:
            nn.init.xavier_uniform_(weight)
    return model


class Trainer:
    """One training run: the two models, their moving averages, the helper head and the optimizer."""

    def __init__(self, out: Path, seed: int) -> None:
        torch.manual_seed(seed)
        self.out, self.rng, self.iteration = out, Random(seed), 0
        self.tokenizer = build_tokenizer()
        self.unet, self.text = build_unet(), build_text_tower(len(self.tokenizer))
        self.head = nn.Linear(TEXT_WIDTH, sum(PLACE_SIZES))
        self.mean_unet, self.mean_text = build_unet(), build_text_tower(len(self.tokenizer))
        self.unet.to(memory_format=torch.channels_last)
        self.mean_unet.to(memory_format=torch.channels_last)
        text_side = [*self.text.parameters(), *self.head.parameters()]
        groups = [{"params": list(self.unet.parameters()), "scale": 1.0}, {"params": text_side, "scale": TEXT_RATE}]
        self.optimizer = torch.optim.AdamW(groups, lr=PEAK_RATE, betas=(0.9, 0.99), weight_decay=1e-3)
        self.signal = diffusers.PNDMScheduler(**BETAS).alphas_cumprod
        self.ids_of: dict[str, Tensor] = {}

    def ids(self, texts: list[str]) -> Tensor:
        """Token ids [n, 77], remembered by text."""
        for text in {text for text in texts if text not in self.ids_of}:
            found = self.tokenizer(text, padding="max_length", truncation=True, max_length=MAX_TOKENS)
            self.ids_of[text] = torch.tensor(found.input_ids)
        return torch.stack([self.ids_of[text] for text in texts])

    def helper_loss(self, states: Tensor, ids: Tensor, scenes: list[Scene]) -> Tensor:
        """Cross-entropy of what stands where, read from the end-of-text state and from one padding state."""
        rows = torch.arange(len(ids))
        end = (ids == self.tokenizer.eos_token_id).int().argmax(1)
        pad = end + (torch.rand(len(ids)) * (MAX_TOKENS - end)).long()
        wanted = torch.tensor([places(scene) for scene in scenes])
        losses = [
            F.cross_entropy(part, wanted[:, k])
            for spot in (end, pad)
            for k, part in enumerate(self.head(states[rows, spot]).split(PLACE_SIZES, -1))
        ]
        return torch.stack(losses).sum()

    def loss(self, data: LatentSet) -> tuple[Tensor, Tensor]:
        """(training loss, plain epsilon error) of one batch."""
        clean, scenes = data.draw(BATCH)
        kept = torch.rand(BATCH) >= NO_CAPTION
        kept[0] = True
        ids = self.ids([caption(scene) if keep else "" for scene, keep in zip(scenes, kept.tolist(), strict=True)])
        states = self.text(ids)[0]
        helper = self.helper_loss(
            states[kept], ids[kept], [s for s, keep in zip(scenes, kept.tolist(), strict=True) if keep]
        )
        step = ((torch.arange(BATCH) + torch.rand(BATCH)) / BATCH * 1000).long()
        noise, signal = torch.randn_like(clean), self.signal[step].view(-1, 1, 1, 1)
        noisy = (signal.sqrt() * clean + (1 - signal).sqrt() * noise).contiguous(memory_format=torch.channels_last)
        error = (self.unet(noisy, step, states).sample - noise).square().mean((1, 2, 3))
        snr = self.signal[step] / (1 - self.signal[step])
        weight = ((snr + 1).clamp(max=5) / snr).clamp(max=MAX_WEIGHT)
        return (weight * error).mean() + HELPER_WEIGHT * helper, error.detach().mean()

    def step(self, loss: Tensor) -> None:
        """One optimizer step, and one for the averages."""
        self.optimizer.zero_grad()
        loss.backward()
        weights = [*self.unet.parameters(), *self.text.parameters()]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        self.optimizer.step()
        follow([*self.mean_unet.parameters(), *self.mean_text.parameters()], weights, self.iteration)
        self.iteration += 1

    def parts(self) -> dict[str, nn.Module]:
        """The modules a checkpoint holds."""
        names = ("unet", "text", "head", "mean_unet", "mean_text")
        return {name: getattr(self, name) for name in names}

    def save(self, spent: float) -> None:
        """Checkpoint, and the pipeline as it stands (moving averages, fp32)."""
        state: dict[str, Any] = {name: part.state_dict() for name, part in self.parts().items()}
        state |= {"optimizer": self.optimizer.state_dict(), "spent": spent, "iteration": self.iteration}
        save_checkpoint(self.out / "sd15.pt", state)
        save_pipeline(self, self.out / "sd15")

    def restore(self, state: dict[str, Any]) -> float:
        """Take a checkpoint up again; returns the CPU seconds it had used."""
        for name, part in self.parts().items():
            part.load_state_dict(state[name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.iteration = state["iteration"]
        torch.manual_seed(self.iteration)
        return state["spent"]


def teach_text(run: Trainer) -> None:
    """First lessons for the text tower alone: `TEXT_SECONDS` of naming what stands where."""
    weights = [*run.text.parameters(), *run.head.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    budget, iteration = Budget(TEXT_SECONDS), 0
    while budget.part < 1:
        set_rate(optimizer, learning_rate(budget.part, iteration, 2e-3))
        scenes = random_scenes(64, run.rng)
        ids = run.ids([caption(scene) for scene in scenes])
        loss = run.helper_loss(run.text(ids)[0], ids, scenes)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        iteration += 1
        if iteration % 100 == 0:
            say(f"text {iteration} cpu {budget.spent:.0f}s loss {loss.item():.3f}")


def train_sd15(out: Path, minutes: float, seed: int = 303) -> None:
    """Train for `minutes` of CPU on `out/latents` and write `out/sd15`, a pipeline that decodes by `out/vae`."""
    run = Trainer(out, seed)
    if (state := load_checkpoint(out / "sd15.pt")) is not None:
        budget = Budget(minutes * 60, run.restore(state))
    else:
        teach_text(run)
        run.mean_text.load_state_dict(run.text.state_dict())
        run.mean_unet.load_state_dict(run.unet.state_dict())
        run.save(0.0)
        budget = Budget(minutes * 60)
    data, shown = LatentSet(out / "latents"), 1.0
    while budget.part < 1:
        set_rate(run.optimizer, learning_rate(budget.part, run.iteration, PEAK_RATE))
        loss, error = run.loss(data)
        run.step(loss)
        shown += 0.02 * (float(error) - shown)
        if run.iteration % 50 == 0:
            data.refresh()
            say(f"sd15 {run.iteration} cpu {budget.spent:.0f}s epsilon error {shown:.4f} of {len(data.scenes)} latents")
        if run.iteration % 250 == 0:
            run.save(budget.spent)
    run.save(budget.spent)


def save_pipeline(run: Trainer, folder: Path) -> None:
    """Write the pipeline with SD1.5's own scheduler settings."""
    vae = diffusers.AutoencoderKL.from_pretrained(run.out / "vae")
    scheduler = diffusers.PNDMScheduler(
        **BETAS, num_train_timesteps=1000, skip_prk_steps=True, set_alpha_to_one=False, steps_offset=1
    )
    scheduler.register_to_config(clip_sample=False)  # PNDM ignores it; DDIM, built from this config, would clip latents
    diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=run.mean_text,
        tokenizer=run.tokenizer,
        unet=run.mean_unet,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
