"""What every trainer here shares: the loop, budgets that survive restarts, atomic checkpoints, schedules, averages."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn


@dataclass
class Budget:
    """CPU time to spend, counted in this process and in the runs before it."""

    seconds: float
    spent_before: float = 0.0
    started: float = field(default_factory=time.process_time)

    @property
    def spent(self) -> float:
        """CPU seconds used so far."""
        return self.spent_before + time.process_time() - self.started

    @property
    def part(self) -> float:
        """Fraction used, 0..1."""
        return min(1.0, self.spent / self.seconds) if self.seconds else 1.0


@dataclass
class Run:
    """One training run, as the common loop sees it. A checkpoint lies in `folder/NAME.pt`.

    `loss` is given the part of the budget used, and returns the loss and the number to show. `prepare` runs before the
    first iteration only, `write` with every checkpoint. `averages` pairs each module with the one that follows it.
    """

    name: str
    folder: Path
    parts: dict[str, nn.Module]
    optimizer: torch.optim.Optimizer
    rate: Callable[[float, int], float]
    loss: Callable[[float], tuple[Tensor, Tensor]]
    write: Callable[[], object]
    prepare: Callable[[], object] = lambda: None
    averages: tuple[tuple[nn.Module, nn.Module], ...] = ()
    decay: float = 0.998
    save_every: int = 250
    iteration: int = 0

    def save(self, spent: float) -> None:
        """Checkpoint everything, and write the model as it stands."""
        for average, module in self.averages:  # parameters are averaged, buffers are taken over
            for own, other in zip(average.buffers(), module.buffers(), strict=True):
                own.copy_(other)
        state: dict[str, Any] = {name: part.state_dict() for name, part in self.parts.items()}
        state |= {"optimizer": self.optimizer.state_dict(), "spent": spent, "iteration": self.iteration}
        save_checkpoint(self.folder / f"{self.name}.pt", state)
        self.write()

    def begin(self) -> float:
        """Take the checkpoint up again, or prepare; returns the CPU seconds used before."""
        state = load_checkpoint(self.folder / f"{self.name}.pt")
        if state is None:
            self.prepare()
            for average, module in self.averages:
                average.load_state_dict(module.state_dict())
            return 0.0
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.iteration = state["iteration"]
        torch.manual_seed(self.iteration)
        return state["spent"]

    def step(self, loss: Tensor) -> None:
        """One optimizer step, and one for the averages."""
        self.optimizer.zero_grad()
        loss.backward()
        weights = [weight for group in self.optimizer.param_groups for weight in group["params"]]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        self.optimizer.step()
        for average, module in self.averages:
            follow(average.parameters(), module.parameters(), self.iteration, self.decay)
        self.iteration += 1


class Lesson(Protocol):
    """What a single model learns from, with its running mean."""

    model: nn.Module
    mean: nn.Module

    def loss(self, _part: float) -> tuple[Tensor, Tensor]: ...
    def write(self) -> None: ...


def model_run(name: str, folder: Path, lesson: Lesson, peak: float, save_every: int = 250) -> Run:
    """The run that trains a lesson's model, and averages it."""
    return Run(
        name=name,
        folder=folder,
        parts={"model": lesson.model, "mean": lesson.mean},
        optimizer=torch.optim.AdamW(lesson.model.parameters(), betas=(0.9, 0.99), weight_decay=1e-3),
        rate=partial(learning_rate, peak=peak),
        loss=lesson.loss,
        write=lesson.write,
        averages=((lesson.mean, lesson.model),),
        save_every=save_every,
    )


def train(run: Run, minutes: float) -> None:
    """Go on until `minutes` of CPU are spent, those of earlier runs included."""
    budget, shown = Budget(minutes * 60, run.begin()), 0.0
    if run.iteration == 0:
        run.save(budget.spent)
    began = run.iteration
    while budget.part < 1:
        set_rate(run.optimizer, run.rate(budget.part, run.iteration))
        loss, number = run.loss(budget.part)
        run.step(loss)
        shown += max(0.02, 1 / (run.iteration - began)) * (float(number) - shown)
        if run.iteration % 50 == 0:
            say(f"{run.name} {run.iteration} cpu {budget.spent:.0f}s of {budget.seconds:.0f}s error {shown:.4f}")
        if run.iteration % run.save_every == 0:
            run.save(budget.spent)
    run.save(budget.spent)


def learning_rate(part: float, iteration: int, peak: float, hold: float = 0.4, warm_up: int = 100) -> float:
    """Linear warm-up by iterations, `peak` until `hold` of the budget, then a straight line down to 1% of it."""
    rise = min(1.0, (iteration + 1) / warm_up)
    return peak * rise * (1.0 if part < hold else max(0.01, (1 - part) / (1 - hold)))


def cosine_rate(part: float, iteration: int, peak: float, warm_up: int = 50) -> float:
    """Linear warm-up by iterations, then a cosine over the budget down to 2% of `peak`."""
    return peak * min(1.0, (iteration + 1) / warm_up) * (0.5 * (1 + math.cos(math.pi * part)) * 0.98 + 0.02)


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Give every group `rate`, times the group's own `scale` if it has one."""
    for group in optimizer.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)


@torch.no_grad()
def follow(averages: Iterable[Tensor], weights: Iterable[Tensor], iteration: int, decay: float = 0.998) -> None:
    """Move exponential averages towards the weights; the decay starts small so that early noise is forgotten."""
    step = 1 - min(decay, (1 + iteration) / (10 + iteration))
    for average, weight in zip(averages, weights, strict=True):
        average.lerp_(weight, step)


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a crash leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any] | None:
    """The checkpoint's state, or None if there is none."""
    return torch.load(path, weights_only=True) if path.exists() else None


def balanced_init(model: nn.Module, quiet: str, loud: str) -> None:
    """Zero biases and unit-gain convolutions, `loud` ones at 1.4 and the residual branches' last (`quiet`) at 0.3.

    Starts small VAEs about five times faster than PyTorch's default.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            gain = 0.3 if name.endswith(quiet) else 1.4 if name.endswith(loud) else 1.0
            if module.bias is not None:
                nn.init.zeros_(module.bias)
            nn.init.normal_(module.weight, std=gain * module.weight[0].numel() ** -0.5)


def say(text: str) -> None:
    """Progress goes to stderr; stdout belongs to whoever called."""
    print(text, file=sys.stderr, flush=True)
