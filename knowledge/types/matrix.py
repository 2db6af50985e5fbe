"""What works with what: every method on every pipeline, tried."""

from typing import Literal

from pydantic import Field

from .record import Record, Scalar


class Tried(Record):
    """One method on one pipeline."""

    method: str
    pipeline: str
    outcome: Literal["works", "misfit", "broken", "elsewhere"] = Field(
        description="works: ran, proved itself, went away; misfit: a rule keeps it out; broken: it was tried, and "
        "failed; elsewhere: needs a device or a library that the machine of this run has not"
    )
    reason: str = ""
    params: dict[str, Scalar] = Field(default={}, description="knobs that it was tried with")
    undone: Literal["exactly", "nearly", "no", "anew"] | None = Field(
        default=None, description="the picture after it was taken away; anew: the pipeline is loaded again"
    )
    of: str = Field(description="fingerprint of the method's file and the script, to try only what has changed")


class Row(Record):
    """One pipeline of the matrix."""

    name: str
    title: str
    pipeline_class: str
    denoiser_class: str
    weights: Literal["trained", "random"]


class Matrix(Record):
    """One run over all of it."""

    command: str
    date: str
    python: str
    device: str
    libraries: dict[str, str]
    rows: tuple[Row, ...] = ()
    tried: tuple[Tried, ...] = ()
