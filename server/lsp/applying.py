"""One method written into a document, or taken out of it."""

import ast

from ...agents import coder
from ...knowledge import rules
from ...knowledge.catalogue import CATALOGUE
from ...knowledge.situation import Situation, situation_at
from ...knowledge.topic import described
from ...knowledge.types import Candidate, EditRefused, Plan, Script
from ...tools import device as hardware
from ...tools.errors import SetupError, UsageError
from ...tools.script.applied import switches_in
from ...tools.script.lint.seen import without_statement
from ...tools.script.source import Splices
from ..place import as_if, at_hand, first_fitting
from .desk import Desk
from .reading import Reading


def _here(desk: Desk, script: Script, pipeline: str) -> Situation | None:
    site = script.pipeline(pipeline)
    if site is None:
        return None
    # what the script says counts: it may be written here for another machine
    device = described("cuda") if (site.device or "").startswith("cuda") else at_hand(desk.app)
    if device.kind == "cuda" and hardware.has_nvidia():
        device = at_hand(desk.app)
    return situation_at(site, device, {})


def usable(desk: Desk, reading: Reading, pipeline: str) -> tuple[tuple[str, str], ...]:
    """Slug and title of every method for speed that fits the pipeline, installed or not; expected gains come first."""
    script = reading.script
    try:
        here = _here(desk, script, pipeline) if script is not None else None
    except (UsageError, SetupError):
        return ()
    if here is None:
        return ()
    ready = [(kind, as_if(kind, here)) for kind in CATALOGUE.values() if kind.searched]
    found = [kind for kind, there in ready if there.device == here.device and rules.unusable(kind, there) is None]
    return tuple((kind.slug, kind.title) for kind in found)


def applied(desk: Desk, reading: Reading, pipeline: str, slug: str) -> str | EditRefused:
    """The text with the method in it, in its default setting where that fits; or why not."""
    script, kind = reading.script, CATALOGUE.get(slug)
    here = _here(desk, script, pipeline) if script is not None else None
    if script is None or here is None or kind is None:
        return EditRefused(message=f"{pipeline} is not there any more")
    method = first_fitting(kind, as_if(kind, here))
    if method is None:
        return EditRefused(message=rules.unusable(kind, as_if(kind, here)) or f"{slug} does not fit here")
    made = coder.write(Plan(steps=(method.step(),)), reading.text, script, as_if(kind, here))
    return made.code if isinstance(made, Candidate) else EditRefused(message=made.message)


def statements_of(reading: Reading, pipeline: str, slug: str) -> list[ast.stmt]:
    """The statements that switch a method on, and those that speak to what it was bound to; none where others do."""
    if reading.studied is None:
        return []
    file = reading.studied.file
    one = next((b for b, site in reading.pairs if site.name == pipeline), None)
    node = switches_in(file, one).get(slug) if one is not None else None
    if one is None or node is None:
        return []
    first = file.statement(node)
    if isinstance(first, ast.Expr) and first.value is node:
        return [first]
    if not isinstance(first, ast.Assign) or first.value is not node or first is one.holder:
        return [first] if isinstance(first, ast.Assign) and node is first else []
    names = {file.text(t) for t in first.targets} - {""}
    uses = [n for n in file.kinds.get(ast.Name, ()) if isinstance(n, ast.Name) and n.id in names]
    spoken = list(dict.fromkeys(file.statement(n) for n in uses))
    alone = all(s is first or isinstance(s, ast.Expr) for s in spoken) and not names & {n.text for n in one.names}
    return [first, *(s for s in spoken if s is not first)] if alone else []


def removed(reading: Reading, pipeline: str, slug: str) -> str | EditRefused:
    """The text without the method; or why that cannot be done."""
    statements = statements_of(reading, pipeline, slug)
    if reading.studied is None or not statements:
        return EditRefused(message=f"{slug} is woven into other statements: take it out by hand")
    from ...tools.script.source import parse

    source, file = parse(reading.text), reading.studied.file
    splices = Splices(source)
    for statement in statements:
        edit = without_statement(file, statement)
        splices.replace(source.byte(edit.start), source.byte(edit.end), edit.text)
    return splices.result()
