"""The page of the checks: what is asked of a script before its speedup is believed."""

from ...knowledge.checks import CHEATS, CHECKS
from ...tools.report.text import begun
from .tables import table

_HOW = {
    "text": "reading its text",
    "run": "a few of its own pictures",
    "pair": "its pictures, record and time beside the baseline's",
}


def checks_page() -> str:
    """Every check with what it asks and looks at, then every known cheat with the checks that are against it."""
    intro = (
        "# Checks\n\nWhat the judge asks before it believes a speedup, and what `diffagent-mcp audit FILE` lists "
        "one by one. A failure `tampered` or `not_proven` names the check that it fails by.\n"
    )
    asked = [(f"`{c.slug}`", begun(c.asks), _HOW[c.how]) for c in CHECKS]
    against = [
        (str(number), name, ", ".join(f"`{c.slug}`" for c in CHECKS if number in c.cheats))
        for number, name in CHEATS.items()
    ]
    return "\n".join(
        [
            intro,
            table(("check", "asks", "looks at"), asked),
            "\n## Known cheats\n\nHow each is caught is told in [Measurement](../measurement.md#integrity).\n",
            table(("no.", "cheat", "checks"), against),
        ]
    )
