"""A line of the table: what was measured, beside its limit or its rival, and how."""

from collections.abc import Sequence

from diffagent_mcp.knowledge.types import Record


class Row(Record):
    """One figure. Its ratio says by how much the limit, or the rival, is kept."""

    group: str
    what: str
    value: float
    unit: str
    limit: float
    """the most it may be; with `rival`, what the rival took in the same run"""
    rival: str | None = None
    how: str
    """how often it was measured, and which of the numbers this is"""
    why: str = ""
    """where the limit is not kept: the reason"""

    @property
    def kept(self) -> bool:
        return self.value <= self.limit

    @property
    def ratio(self) -> float:
        """Limit over value: above 1 it is kept."""
        return self.limit / self.value if self.value else float("inf")


class Table(Record):
    """All rows of a run, and where they were measured."""

    rows: tuple[Row, ...]
    device: str
    at: str
    versions: str

    def beside(self, before: "Table | None") -> "Table":
        """With the groups of an earlier run that were not measured now, where device and libraries are the same."""
        if before is None or (before.device, before.versions) != (self.device, self.versions):
            return self
        now = {row.group: [mine for mine in self.rows if mine.group == row.group] for row in self.rows}
        groups = dict.fromkeys(row.group for row in (*before.rows, *self.rows))
        kept = {g: now.get(g) or [row for row in before.rows if row.group == g] for g in groups}
        return self.model_copy(update={"rows": tuple(row for rows in kept.values() for row in rows)})


def page(table: Table) -> str:
    """The table as a page."""
    groups = list(dict.fromkeys(row.group for row in table.rows))
    missed = [row for row in table.rows if not row.kept]
    parts = [
        "# Performance\n",
        "Written by `make bench-perf` from [performance.json](performance.json); each part of it in one run.",
        f"Tiny zoo models, {table.device}, {table.versions}, {table.at}. A ratio above 1 keeps its limit.\n",
        *(_section(group, [row for row in table.rows if row.group == group]) for group in groups),
        "## Not reached\n",
        "\n".join(
            f"- {row.what}: {_number(row.value)} {row.unit} where {_number(row.limit)} is asked for. {row.why}"
            for row in missed
        )
        or "Every limit was kept.",
    ]
    return "\n".join(parts) + "\n"


def _section(group: str, rows: Sequence[Row]) -> str:
    lines = [f"## {group}\n", "| | measured | limit or rival | ratio | how |", "|---|---:|---:|---:|---|"]
    for row in rows:
        beside = f"{_number(row.limit)} {row.unit}" + (f" ({row.rival})" if row.rival else "")
        lines.append(f"| {row.what} | {_number(row.value)} {row.unit} | {beside} | {row.ratio:.2g} | {row.how} |")
    return "\n".join((*lines, ""))


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
