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
_CARDS = {
    "t4": 16,
    "v100": 16,
    "l4": 24,
    "a10": 24,
    "a10g": 24,
    "l40s": 48,
    "a6000": 48,
    "h100": 80,
    "h200": 141,
    "2060": 6,
    "2070": 8,
    "2080": 8,
    "3060": 12,
    "3070": 8,
    "3080": 10,
    "3090": 24,
    "4060": 8,
    "4070": 12,
    "4080": 16,
    "4090": 24,
    "5060": 8,
    "5070": 12,
    "5080": 16,
    "5090": 32,
}
"""gigabytes of graphics cards as they are mostly sold; said in the answer, for there are others of the same name"""
_BEFORE_BF16 = frozenset({"t4", "v100", "2060", "2070", "2080"})
"""cards whose bfloat16 is emulated: NVIDIA's before compute capability 8.0"""
_CARD = re.compile(rf"\b(?:(?:rtx|gtx|geforce|nvidia|tesla) ?)?({'|'.join(_CARDS)})( ?(?:ti|super))?\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(try|faster|fast|speed\w*|accelerat\w*|optimi[sz]\w*|quicker|best|recommend\w*|what should|which methods?|"
    r"fits?|schneller|beschleunig\w*|passt|probier\w*|empf\w+|was soll\w*)\b|加速|优化|更快|快一点|推荐|显存|试",
    re.IGNORECASE,
)
_WONDERS = re.compile(
    r"\b(why|warum|wieso|error|fehler\w*|fails?|crash\w*|black|schwarz\w*)\b|为什么|报错|黑", re.IGNORECASE
)
_MPS = re.compile(r"\b(mps|mac(book|os)?|apple|metal|m[1-5]( (pro|max|ultra))?)\b", re.IGNORECASE)
_CPU = re.compile(r"\b(cpus?|processor|xeon|epyc|ryzen|without (a )?gpu|no gpu)\b", re.IGNORECASE)


class Topic(Record):
    """Everything is None where the words do not say."""

    pipeline_class: str | None = None
    model_id: str | None = None
    device: str | None = None
    card: str | None = None
    """the graphics card as it was named"""
    bf16: bool = True
    """False for a card that is known to have no bfloat16"""
    memory_mb: float | None = None

    @property
    def empty(self) -> bool:
        """Do the words name neither a pipeline nor a machine?"""
        return self == Topic()


def topic(words: str) -> Topic:
    """Read the words. Never fails: what is not understood is not in it."""
    tagged = compound(tag(mark(words).masked))
    findings = [*pipeline(tagged), *memory(tagged)]
    card = _newcomer(words) or next(iter(cards(findings, None)), None)
    limits = [*numbers(findings, "memory_mb"), *numbers(findings, "memory_here"), *_sizes(tagged)]
    graphics = _CARD.search(words)
    named = graphics.group(1).lower() if graphics else ""
    # A Ti or a Super may have more memory than the card without.
    usual = [1000.0 * _CARDS[named]] if graphics and not graphics.group(2) else []
    return Topic(
        pipeline_class=card.pipeline_class if card else None,
        model_id=card.model_id if card else None,
        device="cuda" if graphics else _device(words, tagged, bool(limits)),
        card=" ".join(graphics.group().upper().split()) if graphics else None,
        bf16=named not in _BEFORE_BF16,
        memory_mb=next(iter([*limits, *usual]), None),
    )


def asks_what_to_try(words: str, about: Topic) -> bool:
    """Is a choice of methods asked for, rather than why something happens? `about` is what the words name."""
    if _WONDERS.search(words):
        return False
    return _ASKS.search(words) is not None or about.pipeline_class is not None


def _newcomer(words: str) -> Card | None:
    """A pipeline that people use and no script is written for: the one of which most is said."""
    told = f" {_spelt(words)} "
    told_apart = set(told.split())

    def named(card: Card) -> tuple[int, int]:
        longest = max((len(n) for n in _names(card) if f" {n} " in told), default=0)
        return longest, len(told_apart & set(_spelt(card.title).split()))

    best = max((c for c in EVERY_CARD if c not in CARDS), key=named)
    return best if named(best)[0] else None


def _names(card: Card) -> set[str]:
    """Its family, title and class, and the title's beginnings: `FLUX` is FLUX.1. `Stable Diffusion` alone is none."""
    title = _spelt(card.title).split()
    starts = {" ".join(title[:n]) for n in range(1, len(title)) if title[0] not in ("stable", "z")}
    return {_spelt(n) for n in (card.family, card.title, card.pipeline_class)} | starts


def _spelt(words: str) -> str:
    """Small letters and single figures with a space between: `sd3.5`, `SD 3.5` and `sd35` are one name."""
    return " ".join(re.findall(r"[^\W\d_]+|\d", re.sub(r"([a-z])(?=\d)", r"\1 ", words.lower())))


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


def described(kind: str, memory_mb: float | None = None, card: str | None = None, bf16: bool = True) -> Device:
    """A device of which only the kind is known, and perhaps its memory and name. A GPU is taken to have bfloat16."""
    names_of = {"cuda": "an NVIDIA GPU", "mps": "an Apple GPU", "cpu": "a CPU"}
    name = f"an NVIDIA {card}" if card else names_of[kind]
    size = f" with {memory_mb / 1000:g} GB" if memory_mb else ""
    return Device.model_validate(
        {"kind": kind, "name": name + size, "memory_mb": memory_mb or 24_000, "bf16": kind == "cuda" and bf16}
    )
