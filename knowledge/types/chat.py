"""What was asked of a language model, what it answered, and what that cost."""

from typing import Literal

from pydantic import Field

from .record import Record

Role = Literal["reader", "planner", "coder", "debugger", "direct"]
ChatFault = Literal["refused", "truncated", "invalid", "unavailable", "timed_out", "spent"]


class Caps(Record):
    """What a run may spend on language models. None is no bound. Time is bounded by `Budget`."""

    usd: float | None = Field(default=None, gt=0.0)
    tokens: int | None = Field(default=None, ge=1, description="in and out together")
    requests: int | None = Field(default=None, ge=1, description="calls of any model")


class Usage(Record):
    """What one question cost, all its requests together."""

    requests: int = Field(default=0, description="calls of the model: one, and one more for each answer sent back")
    input_tokens: int = 0
    cached_tokens: int = Field(default=0, description="of the input, read from the provider's cache")
    output_tokens: int = 0
    usd: float | None = Field(default=None, description="None: nobody knows the price of this model")

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def __add__(self, other: "Usage") -> "Usage":
        """Both together. One unknown price makes the sum unknown; what made no request costs nothing."""
        costs = [u.usd for u in (self, other) if u.requests]
        known = [c for c in costs if c is not None]
        usd = sum(known) if known and len(known) == len(costs) else None
        return Usage(
            requests=self.requests + other.requests,
            input_tokens=self.input_tokens + other.input_tokens,
            cached_tokens=self.cached_tokens + other.cached_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            usd=usd,
        )


class ChatFailure(Record):
    """Why a language model gave no usable answer. The agents go on without it, and say so."""

    kind: ChatFault
    message: str = Field(description="one sentence: which model, what happened, what to do")
    answered: str = Field(default="", description="the last answer as it came, where there was one")
    usage: Usage = Field(default_factory=Usage, description="what it cost all the same")


class SentBack(Record):
    """An answer that was sent back, and the sentences that went with it."""

    answered: str
    sentences: tuple[str, ...]


class Exchange(Record):
    """One question with its answer, for the trace, the store and the bill."""

    number: int = Field(default=0, description="1 for the first of a run")
    role: Role
    model: str = Field(description="anthropic:MODEL, openai:MODEL@URL, sampling, scripted:...")
    prompt: str = Field(description="name and version of the prompt's file: planner@3f9c1a2b")
    system: str
    asked: str
    answered: str = Field(default="", description="as it came; JSON where a form was asked for")
    sent_back: tuple[SentBack, ...] = Field(default=(), description="earlier answers to the same question")
    failure: ChatFailure | None = None
    usage: Usage = Field(default_factory=Usage)
    seconds: float = 0.0
    reused: bool = Field(default=False, description="from the store: paid for by an earlier run")
    simulated: bool = Field(default=False, description="by a scripted model; nothing it says is a measurement of one")
