"""What went wrong, as values that an agent can read."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from .measurement import Evaluation
from .record import Record


class _Failure(Record):
    """A failure is a value that an agent, and a person, can read."""

    message: str = Field(description="one sentence: what is wrong, where, what to do")
    evidence: str = Field(default="", description="the last lines of stderr, quoted, never interpreted")
    settled: ClassVar[bool] = True  # would the same candidate fail the same way tomorrow?
    fault: ClassVar[Literal["script", "candidate", "machine"]] = "candidate"
    remedy: ClassVar[str]  # what to do about it, for people

    def holds(self) -> bool:
        """Would this very failure come again, so that a verdict that is kept may be served?"""
        return self.settled


class InvalidPlan(_Failure):
    """The rules forbid the plan, or it does not fit this script or device."""

    kind: Literal["invalid_plan"] = "invalid_plan"
    remedy: ClassVar[str] = (
        "Take the method out, or change what the message names; `methods --for FILE` says what fits."
    )
    method: str | None = None


class EditRefused(_Failure):
    """The plan cannot be written into this script."""

    kind: Literal["edit_refused"] = "edit_refused"
    remedy: ClassVar[str] = (
        "Write the call in plain keywords, in a file of yours, and try again; the message names the place."
    )


class Crashed(_Failure):
    """The code raised, or its process died, while loading or during a call."""

    kind: Literal["crashed"] = "crashed"
    remedy: ClassVar[str] = (
        "The evidence ends with the script's own traceback: `explain METHOD` lists the failures that are "
        "known of a method, with their repair."
    )
    stage: Literal["load", "call"]
    error: str = Field(description="exception class name, or the signal")
    line: int | None = None

    def holds(self) -> bool:
        """A process that was killed from outside says nothing of its code."""
        return self.error != "SIGKILL"


class OutOfMemory(_Failure):
    """The device or the memory limit was exhausted."""

    kind: Literal["out_of_memory"] = "out_of_memory"
    remedy: ClassVar[str] = (
        "Half precision takes half of the weights' memory; then vae_tiling and vae_slicing for the decoder, "
        "model_offload or group_offload for the weights, quanto or torchao for a denoiser that does not fit "
        "even alone; fewer pictures a call (batching) and smaller ones. `search` with the model and the "
        "card's memory ranks them."
    )
    fault: ClassVar[Literal["script", "candidate", "machine"]] = "machine"
    stage: Literal["load", "call"]
    limit_mb: float | None = None


class TimedOut(_Failure):
    """No answer within the limit; the process tree was killed."""

    kind: Literal["timed_out"] = "timed_out"
    remedy: ClassVar[str] = (
        "It may only have been slow: a busy machine, a compilation, a download. Measure again with nothing "
        "else running."
    )
    stage: Literal["load", "call"]
    after_s: float
    settled: ClassVar[bool] = False


class NotProven(_Failure):
    """It ran, but what the runner counted does not show the method at work, or shows something not in the plan."""

    kind: Literal["not_proven"] = "not_proven"
    remedy: ClassVar[str] = (
        "Do not count on its speed. `explain METHOD` says what its proof looks at, and the silent failures "
        "that look like this."
    )
    method: str | None = None
    check: str | None = Field(default=None, description="the check of `audit` that it fails, by its slug")


class Tampered(_Failure):
    """It works on the measurement rather than on the pictures: its numbers would not be those of its use."""

    kind: Literal["tampered"] = "tampered"
    remedy: ClassVar[str] = (
        "Take out what the message names: a speedup that needs it is none. `audit FILE` runs every check alone."
    )
    check: str = Field(description="the check of `audit` that it fails, by its slug")


class ModelMissing(_Failure):
    """A model id does not resolve offline."""

    kind: Literal["model_missing"] = "model_missing"
    remedy: ClassVar[str] = (
        "Download the model into the cache first (`hf download ID`), or measure on the tiny stand-ins with "
        "--models zoo."
    )
    model_id: str | None = None
    fault: ClassVar[Literal["script", "candidate", "machine"]] = "machine"
    settled: ClassVar[bool] = False


class NeverCalled(_Failure):
    """The script ended, or left through sys.exit, before a pipeline was called."""

    kind: Literal["never_called"] = "never_called"
    remedy: ClassVar[str] = (
        "Give the script its arguments after --, or where a server makes the call, name it with --call."
    )
    fault: ClassVar[Literal["script", "candidate", "machine"]] = "script"


class NeedsInput(_Failure):
    """The script asks for arguments or waits for someone to type."""

    kind: Literal["needs_input"] = "needs_input"
    remedy: ClassVar[str] = (
        "Give the arguments after --; what is asked for on the terminal must come from an argument or a constant."
    )
    fault: ClassVar[Literal["script", "candidate", "machine"]] = "script"


class Unscorable(_Failure):
    """It runs, but quality cannot be computed: no text prompt, or no picture comes back."""

    kind: Literal["unscorable"] = "unscorable"
    remedy: ClassVar[str] = "Let the call have a text prompt, and give pictures back instead of latents."


Failure = (
    InvalidPlan
    | EditRefused
    | Crashed
    | OutOfMemory
    | TimedOut
    | NotProven
    | Tampered
    | ModelMissing
    | NeverCalled
    | NeedsInput
    | Unscorable
)
Verdict = Evaluation | Failure
AnyVerdict = Annotated[Verdict, Field(discriminator="kind")]
