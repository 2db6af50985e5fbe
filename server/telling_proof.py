"""Audits, verifications and guards, as a person reads them."""

from ..knowledge.checks import CHEATS
from ..tools.report.text import begun, clean, one_line
from .auditing import Audited
from .console import out, table
from .guarding import Written
from .verifying import Verified

_SHOWN = {"passed": "[green]passed[/]", "caught": "[red]caught[/]", "not_applicable": "[dim]-[/]"}


def audited(found: Audited) -> None:
    """Every check on a line, and the sum."""
    from rich.text import Text

    shown = table("", "check", "what it says")
    for one in found.findings:
        shown.add_row(Text.from_markup(_SHOWN[one.state]), one.check, Text(one_line(clean(one.sentence), 300)))
    out.print(shown)
    if not found.caught:
        out.print("Nothing was caught.")
        return
    against = sorted({n for f in found.caught for n in f.cheats})
    named = "; ".join(f"{n} {CHEATS[n]}" for n in against)
    out.print(f"{len(found.caught)} checks caught it. They are against: {named}.", markup=False)


def verified(found: Verified) -> None:
    """Part by part, what differs, and whether it holds."""
    for part in found.parts:
        out.print(f"{'holds' if part.holds else 'FAILS':<6} {clean(part.sentence)}", markup=False)
    for sentence in found.differs:
        out.print(f"differs {clean(sentence)}", markup=False)
    out.print(f"{begun(clean(found.sentence))}.", markup=False)


def guarded(found: Written) -> None:
    """Where the file is, and what it claims."""
    out.print(f"wrote {found.path}: {found.guarded.sentence}", markup=False)
    out.print(f"pytest {found.path} fails when it is no longer so", markup=False)
