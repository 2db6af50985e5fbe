"""`search`: what is known about some words, and where they name a pipeline or a machine, what to try there."""

from ..knowledge.library import documents
from ..knowledge.pipelines import CARDS, any_card_for
from ..knowledge.topic import Topic, topic
from ..knowledge.types import Record
from ..tools.errors import UsageError
from ..tools.store.search import Hit, Index
from .advising import Advice, advise
from .app import App
from .place import at_card, device_named


class Found(Record):
    """The answer to a question."""

    words: str
    topic: Topic
    advice: Advice | None
    """where the words name a pipeline or a machine"""
    hits: tuple[Hit, ...]


def search(app: App, words: str, limit: int = 8) -> Found:
    """Look the words up, offline. Raises UsageError where there are none, or nothing is found."""
    if not words.strip():
        raise UsageError('give words to look for, such as: diffagent-mcp search "SDXL on a 12 GB card"')
    about = topic(words)
    index = Index(documents())
    try:
        more = " memory" if about.memory_mb is not None else ""
        hits = tuple(index.find(words + more, limit))
    finally:
        index.close()
    advice = None if about.empty else _advice(app, about)
    if advice is None and not hits:
        raise UsageError(f"nothing is known about {words[:80]!r}; `diffagent-mcp methods` lists the methods")
    return Found(words=words, topic=about, advice=advice, hits=hits)


def _advice(app: App, about: Topic) -> Advice:
    card = any_card_for(about.pipeline_class, about.model_id) if about.pipeline_class else None
    device = device_named(app, about.device, about.memory_mb)
    found = advise(app, at_card(app, card or CARDS[0], device), about.memory_mb)
    if card is not None:
        return found
    note = f"no model is named: the answer is for {CARDS[0].title}"
    return found.model_copy(update={"notes": (note, *found.notes)})
