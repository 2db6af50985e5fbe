"""The page of the silent failures."""

from ...knowledge.silent import SILENT_FAILURES, SilentFailure
from ...tools.report.text import begun
from .tables import table

_CAUGHT = {
    "rule": "a rule, before anything runs",
    "check": "a check of the runner's record",
    "both": "a rule, and a check of the runner's record",
}


def silence_page() -> str:
    """Every silent failure that is known, where it was seen, how it is caught and what to do instead."""
    intro = (
        "# Silent failures\n\nWhat runs without complaint and does nothing, or does harm. They outnumber the "
        "exceptions, which is why a candidate is proven by what the runner counts, and never by its having run. "
        "`diffagent-mcp explain SLUG` shows one.\n"
    )
    return "\n".join([intro, *map(_section, SILENT_FAILURES)])


def _section(s: SilentFailure) -> str:
    sentence = begun(s.sentence)
    by = ", ".join(f"`{name}`" for name in (*s.rules, *s.checks))
    rows = [("where", s.where), ("caught by", f"{_CAUGHT[s.caught]}: {by}"), ("instead", s.repair)]
    if s.methods:
        rows.append(("methods", ", ".join(f"`{m}`" for m in s.methods)))
    return "\n".join([f"## {s.slug}\n", f"{sentence}.\n", table(("property", ""), rows)])
