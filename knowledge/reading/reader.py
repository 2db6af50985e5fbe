"""The reading by rules: mark, tag, read each kind of thing, put together. Pure, offline, the same every time."""

from ..types import Request
from .asides import asides
from .compounds import compound
from .context import Context
from .findings import Finding
from .findings import Reader as Part
from .knobs import knobs
from .lexicon import atomise
from .marks import mark
from .memory import memory
from .methods import methods
from .pipeline import pipeline
from .quality import quality
from .questions import question_for
from .reconcile import reconcile
from .scope import intent, refusal
from .size import size
from .speed import speed
from .steps import kept, scheduler, steps
from .tokens import MOST, Tagged, tag

PARTS: tuple[Part, ...] = (
    pipeline,
    asides,
    size,
    knobs,
    methods,
    memory,
    quality,
    steps,
    scheduler,
    kept,
    speed,
)
"""in the order in which they may claim a number: the more particular first"""


class Rules:
    """Reads words by rules alone."""

    def read(self, text: str, context: Context) -> Request:
        """The request; `unclear` or `out_of_scope` carries a sentence for the person."""
        marked = mark(text)
        tagged = compound(tag(marked.masked))
        if (refused := refusal(marked, tagged)) is not None:
            return _declined(text, refused)
        if not any(t.tag not in ("W", "MASK", "SEP", "COMMA") for t in tagged.tokens):
            return Request(text=text, intent="unclear", question=question_for([]))
        findings = _findings(tagged)
        request = reconcile(text, intent(tagged, findings), findings, context, marked.prompt)
        is_cut = marked.cut or len(atomise(marked.masked)) > MOST
        extra = ("only the beginning of the text was read",) if is_cut else ()
        aside = ("what looks like a log was left aside",) if marked.logs else ()
        return request.model_copy(update={"notes": (*request.notes, *aside, *extra)})


def _findings(tagged: Tagged) -> list[Finding]:
    """Everything that was found; a number that one part understood is not read by the next."""
    findings: list[Finding] = []
    for part in PARTS:
        new = part(tagged)
        findings += new
        tagged = tagged.without({n for f in new for n in f.taken})
    return findings


def _declined(text: str, why: Finding) -> Request:
    sentence = f"This is not something to be done here ({why.value}): I make diffusers scripts, and make them faster."
    return Request(text=text, intent="out_of_scope", question=sentence)


def read(text: str, context: Context | None = None) -> Request:
    """Read words by rules."""
    return Rules().read(text, context or Context())
