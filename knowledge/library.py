"""Everything that is known, as documents to look up and search: made from the code, so that nothing is said twice."""

import inspect
from collections.abc import Iterator
from typing import Any, Literal, get_args

from pydantic import Field

from .catalogue import METHODS
from .method import Method
from .pipelines import EVERY_CARD, Card
from .silent import SILENT_FAILURES, SilentFailure
from .types import Failure, Record
from .weights import BYTES, weights_of

Shelf = Literal["method", "symptom", "backfire", "silent failure", "pipeline", "failure"]


class Document(Record):
    """One thing that is known."""

    slug: str = Field(description="unique in the library; `explain` takes it")
    shelf: Shelf
    title: str
    text: str
    sources: tuple[str, ...] = ()
    method: str | None = Field(default=None, description="slug of the method that it is about")


def documents() -> tuple[Document, ...]:
    """The whole library."""
    found = [d for kind in METHODS for d in _of_method(kind)]
    found += [_of_silence(s) for s in SILENT_FAILURES]
    found += [_of_card(c, n) for n, c in enumerate(EVERY_CARD)]
    found += [_of_failure(kind) for kind in get_args(Failure)]
    return tuple(found)


def _of_method(kind: type[Method]) -> Iterator[Document]:
    knobs = [f"{name}: {field.description}." for name, field in kind.model_fields.items()]
    about = f"It is a {kind.kind} method for {', '.join(sorted(kind.fits))} on {', '.join(sorted(kind.devices))}."
    text = " ".join([inspect.getdoc(kind) or "", f"Gain and cost: {kind.gain}.", about, *knobs])
    yield Document(slug=kind.slug, shelf="method", title=kind.title, text=text, sources=kind.sources, method=kind.slug)
    if kind.clashes:
        yield Document(
            slug=f"{kind.slug}/clashes",
            shelf="backfire",
            title=f"{kind.title}: what it cannot be combined with",
            text=f"{kind.slug} cannot be combined with {', '.join(sorted(kind.clashes))}",
            sources=kind.sources,
            method=kind.slug,
        )
    for n, symptom in enumerate(kind.symptoms, 1):
        seen = " ".join([f"{symptom.sentence}.", *(f"It shows as `{sign}`." for sign in symptom.signs)])
        yield Document(
            slug=f"{kind.slug}/failure-{n}",
            shelf="symptom",
            title=f"{kind.title}: a known failure",
            text=seen,
            sources=kind.sources,
            method=kind.slug,
        )
    for n, sentence in enumerate(kind.backfires, 1):
        yield Document(
            slug=f"{kind.slug}/backfire-{n}",
            shelf="backfire",
            title=f"{kind.title}: when it backfires",
            text=sentence,
            sources=kind.sources,
            method=kind.slug,
        )


def _of_silence(silent: SilentFailure) -> Document:
    return Document(
        slug=silent.slug,
        shelf="silent failure",
        title=silent.slug.replace("_", " "),
        text=f"{silent.sentence}. Seen with {silent.where}. Instead: {silent.repair}.",
        sources=(silent.where,),
        method=silent.methods[0] if len(silent.methods) == 1 else None,
    )


def _of_card(card: Card, number: int) -> Document:
    size = f"{card.size} px" if card.size else "sound"
    parts = [f"{card.title} ({card.model_id.rpartition('/')[2]}), {card.mode}, {card.pipeline_class}."]
    denoiser = "U-Net" if card.backbone == "unet" else "transformer (dit)"
    parts += [f"Its denoiser is a {denoiser}; {card.steps} steps by default, {size}, {card.scheduler}."]
    if (weights := weights_of(card)) is not None:
        sizes = ", ".join(f"{weights.megabytes(dtype) / 1000:.1f} GB in {dtype}" for dtype in list(BYTES)[:2])
        parts.append(f"Its weights take {sizes} of memory.")
    return Document(
        slug=f"{card.family}/{card.mode}-{number}",
        shelf="pipeline",
        title=f"{card.title}, {card.mode}",
        text=" ".join(parts),
        sources=(card.model_id,),
    )


def _of_failure(kind: Any) -> Document:
    slug = str(kind.model_fields["kind"].default)
    text = f"{inspect.getdoc(kind) or ''} {kind.remedy}"
    return Document(slug=slug, shelf="failure", title=slug.replace("_", " "), text=text)
