"""What a runner said, or failed to say, as a typed failure. Its words are evidence, never instructions."""

import re
import signal
from pathlib import Path
from typing import Any, Literal, Protocol

from ...knowledge.types import (
    Crashed,
    Failure,
    ModelMissing,
    NeedsInput,
    NeverCalled,
    OutOfMemory,
    TimedOut,
    Unscorable,
)
from .worker import wire

Stage = Literal["load", "call"]


class Bounds(Protocol):
    """What a candidate was allowed."""

    @property
    def memory_mb(self) -> float | None: ...
    @property
    def processes(self) -> int: ...
    @property
    def disk_mb(self) -> float: ...


_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_NO_MEMORY = re.compile(r"can't allocate memory|out of memory|Cannot allocate memory|std::bad_alloc", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"does not appear to have a file named|Cannot load model|couldn't connect to|offline mode is enabled"
    r"|Cannot find an appropriate cached snapshot|LocalEntryNotFound|is not a local folder and is not a valid model"
    r"|outgoing traffic has been disabled|no such modeling files",
    re.IGNORECASE,
)
_TOO_LARGE = "it wrote a file, or printed text, beyond the size limit"
_REPO = re.compile(r"([\w.-]+/[\w.-]+)")


def without_controls(text: str) -> str:
    """A text that does nothing to a terminal, and reads in the order in which it is written."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode()


def clean(text: str, limit: int = 2000) -> str:
    """Evidence without terminal escapes, control or bidirectional characters."""
    return without_controls(text)[-limit:].strip()


def failure_of(said: dict[str, Any], log: str, memory_mb: float | None) -> Failure:
    """The worker's own last message as a failure."""
    evidence = clean(log)
    if said.get("kind") == "never_called":
        return NeverCalled(message="the script ended before it called a pipeline", evidence=evidence)
    error, message = clean(str(said.get("error", "")), 100), clean(str(said.get("message", "")), 600)
    stage: Stage = "call" if said.get("stage") == "call" else "load"
    if not error:
        return gone(wire.Malformed("its words cannot be read"), stage, 0.0, log, {}, memory_mb)
    line = said.get("line") if isinstance(said.get("line"), int) else None
    return _typed(error, message, stage, line, evidence, said, memory_mb)


def _typed(
    error: str,
    message: str,
    stage: Stage,
    line: int | None,
    evidence: str,
    said: dict[str, Any],
    memory_mb: float | None,
) -> Failure:
    where = f" at line {line}" if line else ""
    if error == "SystemExit":
        return _exited(said, where, evidence)
    if error == "EOFError":
        return NeedsInput(message=f"the script waits for someone to type{where}; nobody is there", evidence=evidence)
    if error == "Refused":
        return NeedsInput(
            message=message or f"the script asks for what nobody is there to give{where}", evidence=evidence
        )
    if error == "NoPrompt":
        return Unscorable(message=message or f"the call{where} has no text prompt", evidence=evidence)
    if error in ("MemoryError", "OutOfMemoryError") or _NO_MEMORY.search(message):
        bound = f" (limit {memory_mb:.0f} MB)" if memory_mb else ""
        sentence = f"out of memory{where}{bound}: {first_line(message)}"
        return OutOfMemory(message=sentence, evidence=evidence, stage=stage, limit_mb=memory_mb)
    if error in ("OSError", "EnvironmentError", "LocalEntryNotFoundError", "ValueError") and _NO_MODEL.search(message):
        found = _REPO.search(message)
        model = found.group(1) if found else None
        return ModelMissing(
            message=f"the model {model or 'that the script loads'} is not on this machine, and nothing is downloaded",
            evidence=evidence,
            model_id=model,
        )
    if error == "OSError" and "File too large" in message:
        return Crashed(message=_TOO_LARGE, evidence=evidence, stage=stage, error=error, line=line)
    sentence = f"{error}{where}: {first_line(message)}" if message else f"{error}{where}"
    return Crashed(message=sentence, evidence=evidence, stage=stage, error=error, line=line)


def _exited(said: dict[str, Any], where: str, evidence: str) -> Failure:
    if said.get("code") == 2 and "usage:" in evidence:
        asked = next((line for line in reversed(evidence.splitlines()) if "error:" in line), "").partition("error:")[2]
        sentence = f"the script asks for arguments ({first_line(asked)}); pass them at the end, after --"
        return NeedsInput(message=sentence, evidence=evidence)
    return NeverCalled(message=f"the script exited{where} before it called a pipeline", evidence=evidence)


def gone(
    error: Exception, stage: str, limit: float, log: str, ended: dict[str, Any], memory_mb: float | None
) -> Failure:
    """The worker did not answer: late, malformed, or dead."""
    at: Stage = "call" if stage == "call" else "load"
    evidence = clean(log)
    doing = "making a picture" if at == "call" else "getting to its first pipeline call"
    if isinstance(error, wire.Late):
        return TimedOut(
            message=f"no answer after {limit:g} s of {doing}; its processes were ended",
            evidence=evidence,
            stage=at,
            after_s=limit,
        )
    if isinstance(error, wire.Malformed):
        return Crashed(message=f"the process answered with something else than pictures ({error})", stage=at,
                       error="Malformed", evidence=evidence)  # fmt: skip
    number = ended.get("signal")
    if number == signal.SIGXFSZ:
        return Crashed(message=_TOO_LARGE, stage=at, error="SIGXFSZ", evidence=evidence)
    if number == signal.SIGKILL and _NO_MEMORY.search(evidence):
        return OutOfMemory(message="out of memory; the system ended the process", stage=at, evidence=evidence)
    name = signal.Signals(number).name if isinstance(number, int) and number in list(signal.Signals) else "exit"
    return Crashed(message=f"the process died ({name}) while {doing}", stage=at, error=name, evidence=evidence)


_TOOK = {
    "processes": "more than {0.processes} processes",
    "disk": "more than {0.disk_mb:.0f} MB of files, or too many, too deep or locked ones",
}


def overdrawn(what: str, stage: str, log: str, limits: Bounds) -> Failure:
    """It took too much of something, and was ended for that."""
    at: Stage = "call" if stage == "call" else "load"
    evidence = clean(log)
    if what == "memory":
        bound = f" (limit {limits.memory_mb:.0f} MB)" if limits.memory_mb else ""
        sentence = f"out of memory{bound}: its processes together took more, and were ended"
        return OutOfMemory(message=sentence, evidence=evidence, stage=at, limit_mb=limits.memory_mb)
    sentence = f"it had {_TOOK[what].format(limits)}, and was ended"
    return Crashed(message=sentence, evidence=evidence, stage=at, error=f"too much: {what}")


def with_hint(failure: Failure, hidden: Path | None) -> Failure:
    """Says how to show a folder that a failure speaks of, where the sandbox hides it."""
    if hidden is None:
        return failure
    sentence = f"{failure.message}; {hidden} is there, but the sandbox hides it: allow it with --allow-read {hidden}"
    return failure.model_copy(update={"message": sentence})


def first_line(text: str) -> str:
    """The first non-empty line, at most 300 characters."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:300]
