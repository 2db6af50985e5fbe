"""`search`: what is known about some words, and where they name a pipeline or a machine, what to try there."""

from ..knowledge.library import documents
from ..knowledge.pipelines import CARDS, any_card_for
from ..knowledge.topic import Topic, asks_what_to_try, described, topic
from ..knowledge.types import Record
from ..tools.errors import UsageError
from ..tools.store.search import Hit, Index
from .advising import Advice, advise
from .app import App
from .place import Place, at_card, device_named

_HALVED = "precision"
_OF_ONE = 3
"""pages of one method that an answer shows at most, so that there is room for others"""


class Found(Record):
    """The answer to a question."""

    words: str
    topic: Topic
    advice: Advice | None
    """where the words name a pipeline or a machine"""
    hits: tuple[Hit, ...]
    advice_first: bool = True
    """a choice is asked for; else why something happens, and the pages answer that"""


def search(app: App, words: str, limit: int = 8) -> Found:
    """Look the words up, offline. Raises UsageError where there are none, or nothing is found."""
    if not words.strip():
        raise UsageError('give words to look for, such as: diffagent-mcp search "SDXL on a 12 GB card"')
    about = topic(words)
    index = Index(documents())
    try:
        more = " memory" if about.memory_mb is not None and about.card is None else ""
        hits = _mixed(index.find(words + more, 5 * limit))[:limit]
    finally:
        index.close()
    advice = None if about.empty else _advice(app, about)
    if advice is None and not hits:
        raise UsageError(f"nothing is known about {words[:80]!r}; `diffagent-mcp methods` lists the methods")
    return Found(words=words, topic=about, advice=advice, hits=hits, advice_first=asks_what_to_try(words, about))


def _halved(app: App, place: Place, whole: Advice, about: Topic) -> Advice:
    """Where half precision comes first, everything else is judged as it is after that step."""
    first = whole.try_first[0]
    site = place.situation.pipeline.model_copy(update={"dtype": str(first.step.params["dtype"])})
    here = place.situation.model_copy(update={"pipeline": site})
    after = advise(app, Place(here, None, place.notes), about.memory_mb)
    others = tuple(a for a in after.try_first if a.slug != _HALVED)
    beside = tuple(a for a in after.beside if a.slug != _HALVED)
    unfit = tuple(u for u in after.not_here if u.slug != _HALVED)
    notes = (*whole.notes, f"half precision comes first; all others are judged as they are in {site.dtype}")
    update = {"notes": notes, "try_first": (first, *others), "beside": beside, "not_here": unfit}
    return after.model_copy(update=update)


def _mixed(hits: list[Hit]) -> tuple[Hit, ...]:
    """A few of each method, those of one together, the method with the best page first."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.document.method or hit.document.slug, []).append(hit)
    return tuple(hit for group in groups.values() for hit in group[:_OF_ONE])


def _advice(app: App, about: Topic) -> Advice:
    card = any_card_for(about.pipeline_class, about.model_id) if about.pipeline_class else None
    device = device_named(app, about.device, about.memory_mb)
    if about.card is not None:
        device = described("cuda", about.memory_mb, about.card, about.bf16)
    place = at_card(app, card or CARDS[0], device)
    found = advise(app, place, about.memory_mb)
    if found.try_first and found.try_first[0].slug == _HALVED:
        found = _halved(app, place, found, about)
    notes = found.notes
    if about.device is None:
        notes = ("no device is named: the answer is for this machine", *notes)
    if card is None:
        notes = (f"no model is named: the answer is for {CARDS[0].title}", *notes)
    return found.model_copy(update={"notes": notes})
