"""A job as a client sees it: how it stands, what came out, what to call next, and links to what is longer."""

from mcp.types import CallToolResult, ContentBlock, ResourceLink

from ...tools.report.text import clean
from ..jobs.control import View, mark
from . import replies
from .door import said
from .resources import PICTURES
from .sentences import cut

LAST = 3
"""sentences on the way, or of advice, that a reply repeats"""
_DIFF, _EVIDENCE, _SENTENCE = 1500, 700, 500
PARTS = {"code": "text/x-python", "diff": "text/x-diff", "outcome": "application/json", "events": "text/plain"}
"""what a job has to read -> its type"""


def reply(view: View, log: str = "") -> CallToolResult:
    """The reply of every tool that has to do with a job."""
    body = of_view(view, log)
    return said(body, _text(body), *_links(view))


def applied(view: View) -> CallToolResult:
    """The reply when the code was written over the script."""
    sentence = f"written over {view.ask.path}; what was there is in {view.ask.path}.orig"
    body = replies.JobReply(job=view.id, kind=view.ask.kind, state=view.state, sentence=sentence)
    return said(body, sentence)


def of_view(view: View, log: str = "") -> replies.JobReply:
    """A job in short; `log` is the end of what its process wrote, where that died."""
    basis = replies.JobReply(
        job=view.id, kind=view.ask.kind, state=view.state, sentence=cut(_standing(view), _SENTENCE), next=_next(view)
    )
    found = view.found
    if found is None:
        died = clean(log)[-_EVIDENCE:] if view.state == "parked" else None
        return basis.model_copy(update={"said": tuple(cut(s, 200) for s in view.said[-LAST:]), "evidence": died})
    return basis.model_copy(
        update={
            "good": found.good,
            "numbers": found.numbers or None,
            "where": found.where or None,
            "advice": tuple(cut(clean(a), 250) for a in found.advice[:LAST]),
            "evidence": clean(found.evidence)[-_EVIDENCE:] or None,
            "diff": cut(clean(found.diff), _DIFF) or None,
            "shown": mark(found) if found.code and found.diff else None,
        }
    )


def _standing(view: View) -> str:
    if view.found is not None:
        return clean(view.found.sentence)
    last = view.said[-1] if view.said else "nothing was said yet"
    if view.state == "waiting":
        return (
            f"it waits for its turn, behind {', '.join(view.ahead)}: one at a time, as they disturb each other's clock"
        )
    if view.state == "parked":
        return f"its process ended before its work did; what it measured is kept. Last: {last}"
    return last if view.state in ("starting", "running") else f"{view.state}. Last: {last}"


def _next(view: View) -> str | None:
    """What to call, where something is left to do."""
    if not view.ended:
        return f"job(job='{view.id}', action='wait')"
    if view.state == "parked":
        return f"job(job='{view.id}', action='resume')"
    found = view.found
    if found is None or not found.code or not found.diff:
        return None
    return f"show the diff, then job(job='{view.id}', action='apply', shown='{mark(found)}')"


def _links(view: View) -> list[ContentBlock]:
    there = [(f"job://{view.id}/{p}", f"{view.id} {p}", kind) for p, kind in PARTS.items() if part_of(view, p)]
    if view.found is not None and view.found.report is not None:
        there.append((f"report://{view.id}", f"{view.id} report", "text/html"))
        there += [(f"report://{view.id}/{name}", f"{view.id} {name}", "image/png") for name in PICTURES]
    return [ResourceLink(type="resource_link", uri=uri, name=name, mime_type=kind) for uri, name, kind in there]


def _text(body: replies.JobReply) -> str:
    """For people: the sentence first."""
    lines = [f"{body.kind} job {body.job}: {body.state}. {body.sentence}"]
    lines += [f"({body.where})"] if body.where else []
    lines += [*body.said[:-1], *body.advice, *([body.evidence] if body.evidence else [])]
    lines += [body.diff] if body.diff else []
    return "\n".join([*lines, *([f"Next: {body.next}"] if body.next else [])])


def part_of(view: View, part: str) -> str | None:
    """The text of a part; None where there is none."""
    if part == "events":
        return "\n".join(view.said)
    found = view.found
    if found is None:
        return None
    if part == "outcome":
        return found.model_dump_json(indent=2, exclude={"code", "diff"})
    return {"code": found.code, "diff": found.diff}.get(part)
