"""What travels between the driver and its nodes: plain validated text, named by the hash of its content."""

import hashlib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from ...knowledge.types import Calibrated, Environment, Judged, Record, Run, Task, Threshold
from ...tools.store.bench import KeptPicture, Role
from .executor import Done


class Setup(Record):
    """What a node builds its place from, before it knows which run it works for."""

    settings: dict[str, Any]
    """the driver's, without its folders and language models"""
    prompts: tuple[str, ...] | None = None
    samples: int
    pairs: int
    blocks: int
    max_drift: float | None = None
    dataset: str
    """sha of the driver's task file"""
    asked: str
    """fingerprint of the prompts and sizes, as the driver's version reads them"""


class Hello(Record):
    """What a node says of itself."""

    host: str
    folder: str
    """where it keeps what it draws"""
    environment: Environment | None = None
    complaint: str | None = None
    """why it cannot work here"""


class Brief(Record):
    """One run, whole: it is sent to a node once, and tasks are named by their ids after that."""

    run: Run
    solver: str
    solver_code: str | None = None
    """the text of a FILE.py"""
    without: tuple[str, ...] = ()
    tasks: tuple[Task, ...]
    calibrated: tuple[Calibrated, ...] = ()
    bounds: tuple[Threshold, ...] = ()
    send_pictures: bool = False


class PictureOf(Record):
    """What a picture is of; its bytes travel beside this, where they travel at all."""

    role: Role
    prompt: str
    seed: int


class Answer(Record):
    """What a node says of one task: a verdict, or why it is not fit to give one."""

    environment: str
    """fingerprint of the device and libraries that baseline and candidate ran on"""
    judged: Judged | None = None
    pictures: tuple[PictureOf, ...] = ()
    complaint: str | None = None


def packed(record: Record) -> tuple[str, bytes]:
    """The record as bytes, and the name that their content gives them."""
    raw = record.model_dump_json().encode()
    return hashlib.blake2b(raw, digest_size=16).hexdigest(), raw


def brief_of(name: str, raw: bytes) -> Brief:
    """The brief in a parcel. Raises ValueError where it is not what its name says."""
    if hashlib.blake2b(raw, digest_size=16).hexdigest() != name:
        raise ValueError(f"the parcel {name} holds something else")
    return Brief.model_validate_json(raw)


def answered(task: str, environment: str, said: object) -> Done | str:
    """A node's answer to a task as a verdict, or why it is none: a sentence. Only its shape is trusted."""
    if not isinstance(said, tuple) or len(said) != 2:
        return "it answered in another form; is another version of diffagent-mcp there?"
    text, pngs = said
    try:
        answer = Answer.model_validate_json(text)
    except ValidationError as e:
        return f"its answer cannot be read ({e.error_count()} faults); is another version of diffagent-mcp there?"
    if answer.complaint is not None:
        return answer.complaint
    if answer.environment != environment:
        return "it measured on another device or other libraries than this run's"
    if answer.judged is None or answer.judged.task != task:
        return f"it answered another question than {task}"
    return Done(answer.judged, _pictures(answer.pictures, pngs))


def _pictures(of: Sequence[PictureOf], pngs: Sequence[bytes]) -> list[KeptPicture]:
    if len(of) != len(pngs):
        return []
    return [KeptPicture(p.role, p.prompt, p.seed, bytes(png)) for p, png in zip(of, pngs, strict=True)]
