"""Where and how it was measured."""

from typing import Literal

from pydantic import Field

from .record import Record

Models = Literal["zoo", "hub"]
"""which models a number is of: the tiny ones that come along, or the hub's"""


class Device(Record):
    """The hardware a measurement was made on."""

    kind: Literal["cpu", "cuda", "mps"]
    name: str
    memory_mb: float
    threads: int | None = None
    bf16: bool = Field(default=False, description="bfloat16 arithmetic is native here")


class Environment(Record):
    """Everything outside the script that a number depends on."""

    device: Device
    python: str
    libraries: dict[str, str] = Field(default={}, description="package -> version, in the project's environment")
    models: Models = "zoo"
    models_version: str = ""
    scorer: str = ""

    def has(self, package: str) -> bool:
        return package in self.libraries


class Protocol(Record):
    """How a number is measured. Raise `version` when the meaning of a number changes."""

    name: Literal["quick", "final", "bench"]
    version: int = 3
    prompts: tuple[str, ...]
    seeds: tuple[int, ...]
    labels: tuple[int, ...] = Field(
        default=(), description="class ids beside the prompts, which caption them; empty for pipelines that read text"
    )
    looks: tuple[int, ...] = Field(
        default=(), description="numbers of prompts after which a candidate may be clear; empty: only after all"
    )
    pairs: int = Field(description="timed baseline/candidate pairs at most, in ABBA order")
    blocks: int = Field(default=1, description="fresh pairs of processes that the timed pairs are spread over")
    least: int | None = Field(default=None, description="blocks after which the speed may be clear; None: all of them")
    batch: int = Field(default=8, description="pictures made together for quality; timing is one call at a time")
    spread: int = Field(default=12, description="prompts drawn again with another seed, for the unit of drift")
    resamples: int = 2000

    def part(self, first: int, last: int) -> "Protocol":
        """The same with some of its prompts only."""
        cut = slice(first, last)
        few = {"prompts": self.prompts[cut], "seeds": self.seeds[cut], "labels": self.labels[cut]}
        return self.model_copy(update=few)

    def shortened(self, prompts: int, pairs: int, blocks: int, spread: int) -> "Protocol":
        """The same, of everything at most so much; looks beyond the last prompt have nothing to see."""
        few = {
            "looks": tuple(n for n in self.looks if n < prompts),
            "pairs": min(self.pairs, pairs),
            "blocks": min(self.blocks, blocks),
            "spread": min(self.spread, spread),
        }
        return self.part(0, prompts).model_copy(update=few)
