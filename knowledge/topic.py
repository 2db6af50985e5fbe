"""What a question is about: the pipeline, the device and the memory that its words name. Whatever else it asks."""

import re

from .pipelines import CARDS, EVERY_CARD, Card
from .reading.compounds import compound
from .reading.findings import numbers
from .reading.marks import mark
from .reading.memory import memory
from .reading.pipeline import cards, pipeline
from .reading.tokens import Tagged, tag
from .types import Device, Record

_CUDA = re.compile(
    r"\b(cuda|nvidia|geforce|rtx|gtx|gpus?|vram|[ahlv]100|h200|a10g?|l4|t4|[2345]0[5-9]0)\b", re.IGNORECASE
)
_MPS = re.compile(r"\b(mps|mac(book|os)?|apple|metal|m[1-5]( (pro|max|ultra))?)\b", re.IGNORECASE)
_CPU = re.compile(r"\b(cpus?|processor|xeon|epyc|ryzen|without (a )?gpu|no gpu)\b", re.IGNORECASE)


class Topic(Record):
    """Everything is None where the words do not say."""

    pipeline_class: str | None = None
    model_id: str | None = None
    device: str | None = None
    memory_mb: float | None = None

    @property
    def empty(self) -> bool:
        """Do the words name neither a pipeline nor a machine?"""
        return self == Topic()


def topic(words: str) -> Topic:
    """Read the words. Never fails: what is not understood is not in it."""
    tagged = compound(tag(mark(words).masked))
    findings = [*pipeline(tagged), *memory(tagged)]
    card = next(iter(cards(findings, None)), None) or _newcomer(words)
    limits = [*numbers(findings, "memory_mb"), *numbers(findings, "memory_here"), *_sizes(tagged)]
    return Topic(
        pipeline_class=card.pipeline_class if card else None,
        model_id=card.model_id if card else None,
        device=_device(words, tagged, bool(limits)),
        memory_mb=next(iter(limits), None),
    )


def _newcomer(words: str) -> Card | None:
    """A pipeline that people use and no script is written for, by its family or title."""
    told = re.sub(r"[^a-z0-9]+", " ", words.lower())
    found = [c for c in EVERY_CARD if c not in CARDS and _is_named(c, told)]
    return found[0] if found else None


def _is_named(card: Card, told: str) -> bool:
    names_of = {re.sub(r"[^a-z0-9]+", " ", n.lower()).strip() for n in (card.family, card.title, card.pipeline_class)}
    return any(re.search(rf"\b{re.escape(n)}\b", told) for n in names_of if n)


def _sizes(tagged: Tagged) -> list[float]:
    """An amount of memory, however it is said: a question has nothing else that is measured in gigabytes."""
    return [t.number for t in tagged.tokens if t.tag == "MEM"]


def _device(words: str, tagged: Tagged, limited: bool) -> str | None:
    """An amount of memory alone is taken for a graphics card's."""
    if _CPU.search(words):
        return "cpu"
    if _MPS.search(words):
        return "mps"
    return "cuda" if limited or _CUDA.search(words) or tagged.has("GPU") else None


def described(kind: str, memory_mb: float | None = None) -> Device:
    """A device of which only the kind is known, and perhaps its memory. A GPU is taken to have bfloat16."""
    names_of = {"cuda": "an NVIDIA GPU", "mps": "an Apple GPU", "cpu": "a CPU"}
    size = f" with {memory_mb / 1000:g} GB" if memory_mb else ""
    return Device.model_validate(
        {"kind": kind, "name": names_of[kind] + size, "memory_mb": memory_mb or 24_000, "bf16": kind == "cuda"}
    )
