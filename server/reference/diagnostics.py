"""The page of the diagnostics."""

from ...knowledge.catalogue import CATALOGUE
from ...knowledge.diagnostics import DIAGNOSTICS, DiagnosticKind
from ...tools.report.text import begun
from .tables import anchor, table


def diagnostics_page() -> str:
    """Every diagnostic of scripts, what it means and what to write instead."""
    intro = (
        "# Diagnostics\n\nWhat `diffagent-mcp analyze` and the [language server](../editors.md) find in the text of a "
        "script. Nothing is run for it. A comment silences one on its line, `# diffagent: ignore[CODE]`, or in the "
        "whole file, `# diffagent: ignore-file[CODE]`; without a code, all of them. Editors also have the setting "
        "`diagnostics.ignore`.\n"
    )
    rows = [(f"[{k.code}](#{k.code})", k.severity, "yes" if k.fixed else "") for k in DIAGNOSTICS]
    listed = table(("code", "severity", "quick fix"), rows)
    return "\n".join([intro, listed, "", *map(_section, DIAGNOSTICS)])


def _section(k: DiagnosticKind) -> str:
    meaning = begun(k.meaning)
    rows = [("severity", k.severity), ("instead", k.instead), ("quick fix", "yes" if k.fixed else "no")]
    if k.method:
        rows.append(("method", f"[`{k.method}`](methods.md#{anchor(CATALOGUE[k.method].title)})"))
    if k.silent:
        rows.append(("silent failure", f"[`{k.silent}`](silent-failures.md#{k.silent})"))
    return "\n".join([f"## {k.code}\n", f"{meaning}.\n", table(("property", ""), rows), ""])
