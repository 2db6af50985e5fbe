"""The trace of a run as a page: what each agent saw, said and cost, and how plans descend from each other."""

from collections.abc import Iterator, Sequence
from typing import Any

from ...knowledge.types import Exchange, Outcome, as_json
from . import summary
from .html import templates
from .lineage import HIGH, WIDE, lineage
from .record import Moment
from .text import clean, counted, seconds


def page(outcome: Outcome, moments: Sequence[Moment]) -> str:
    """One file that fetches nothing."""
    asked = [m.what for m in moments if isinstance(m.what, Exchange)]
    return (
        templates()
        .get_template("trace.html.j2")
        .render(
            script=outcome.script.path,
            headline=summary.headline(outcome),
            effort=summary.effort_sentence(outcome),
            conditions=summary.where(outcome.environment),
            agents=", ".join(outcome.asked) or "offline: no language model was asked",
            simulated=outcome.simulated,
            cost=cost(asked),
            picture=lineage(outcome),
            node={"width": WIDE, "height": HIGH},
            moments=list(_moments(moments)),
            rows={row.number: row for row in summary.candidates_table(outcome)},
        )
    )


def cost(asked: Sequence[Exchange]) -> str:
    """`4 questions: 3 asked now, 1 from the store`"""
    if not asked:
        return ""
    kept = sum(e.reused for e in asked)
    return f"{counted(len(asked), 'question')}: {len(asked) - kept} asked now, {kept} from the store"


def _moments(moments: Sequence[Moment]) -> Iterator[dict[str, Any]]:
    for moment in moments:
        what = moment.what
        if isinstance(what, Exchange):
            yield {"at": seconds(moment.at), "exchange": as_json(what), "money": _money(what), "trial": None}
        else:
            number = what.trial.number if what.trial is not None else None
            yield {"at": seconds(moment.at), "exchange": None, "said": clean(what.sentence), "trial": number}


def _money(e: Exchange) -> str:
    if e.reused:
        return "from the store, nothing paid"
    price = "price not known" if e.usage.usd is None else f"{e.usage.usd:.4f} USD"
    return f"{counted(e.usage.requests, 'request')}, {counted(e.usage.tokens, 'token')}, {price}, {seconds(e.seconds)}"
