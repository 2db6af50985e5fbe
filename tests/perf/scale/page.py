"""The tables of docs/scale.md, between marks, and the plot beside them."""

import importlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffagent_mcp.tools import textfile

from .costs import Measured
from .simulate import Point, bends_at


def into(path: Path, mark: str, text: str) -> None:
    """Replace what stands between the marks of a page."""
    begin, end = f"<!-- {mark}: written by `python -m perf.scale` -->", f"<!-- end of {mark} -->"
    page = path.read_text(encoding="utf-8")
    found = re.sub(f"(?s){re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{text}\n{end}", page)
    assert begin in page and end in page, f"{path} has no marks {mark}"
    textfile.write(path, found)


def measured(m: Measured, machine: str, at: str) -> str:
    """What was measured, and how."""
    rows = [
        (
            "writing one verdict",
            m.write_s,
            f"median of {m.records}, one transaction each, no pictures; p95 {ms(m.write_p95_s)}",
        ),
        (
            "driver, one answer",
            m.driver_cpu_s,
            f"processor time of its loop: read, keep, count, say so, claim the next; {m.bytes_a_record} bytes each",
        ),
        ("driver, one question of Ray", m.ray_cpu_s, "processor time, mean"),
        ("Ray, there and back", m.ray_trip_s, "median, an actor on the same machine that does nothing"),
        ("`ray.wait`, each open question", m.ray_wait_s, f"with {m.ray_open} open"),
        ("a node, until it says who it is", m.node_start_s, "two at once, with the zoo"),
    ]
    lines = ["| measured | | how |", "|---|---:|---|", *(f"| {what} | {ms(s)} | {how} |" for what, s, how in rows)]
    return "\n".join([*lines, "", f"{machine}, Ray {m.ray}, {at}."])


def ms(seconds: float) -> str:
    """`2.1 ms`, `3.4 µs`, `12 s`"""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1e3:.2g} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.2g} µs"


def simulated(once: Sequence[Point], as_listed: Sequence[Point], queue: Sequence[Point]) -> str:
    """What was simulated with it."""
    lines = [
        "| devices | 604 tasks take | in use | by id order | bound by | tasks an hour, fifty runs queued "
        "| in use | writes a second | driver |",
        "|---:|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    for one, listed, many in zip(once, as_listed, queue, strict=True):
        lines.append(
            f"| {one.devices} | {minutes(one.seconds)} | {one.efficiency:.0%} | "
            f"{minutes(listed.seconds)} | {one.bound} | {many.tasks_an_hour:,.0f} | {many.efficiency:.0%} | "
            f"{many.writes_a_second:.1f} | {many.driver_share:.1%} |"
        )
    return "\n".join([*lines, "", *_bends(once, "one run"), *_bends(queue, "fifty runs queued")])


def _bends(points: Sequence[Point], what: str) -> list[str]:
    found = bends_at(points, 0.9)
    if found is None:
        return [f"- {what}: devices are in use for more than 90% of the time up to {points[-1].devices} of them."]
    return [f"- {what}: below 90% in use from {found.devices} devices on; what bounds it there: {found.bound}."]


def driver(points: Sequence[Point]) -> str:
    """Where the driver itself ends: tasks of a hundredth of the time."""
    most = max(points, key=lambda p: p.tasks_an_hour)
    first = next((p for p in points if p.efficiency < 0.9), None)
    at = f"from {first.devices} devices on" if first is not None else "nowhere"
    last = points[-1]
    return (
        "To see where the driver ends, tasks were made a hundred times shorter (simulated): devices are in use for "
        f"less than 90% of the time {at}. With {last.devices:,} of them the driver is busy for {last.driver_share:.0%} "
        f"of the time and does {most.tasks_an_hour / 3600:,.0f} tasks a second."
    )


def minutes(seconds: float) -> str:
    """`8.7 h`, `12 min`"""
    return f"{seconds / 3600:.1f} h" if seconds >= 5400 else f"{seconds / 60:.1f} min"


def plot(path: Path, once: Sequence[Point], queue: Sequence[Point], driver_only: Sequence[Point]) -> None:
    """Tasks an hour against devices; every line is simulated, and says so."""
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(7, 4.2))
    lines = (
        (once, "604 tasks once"),
        (queue, "fifty runs queued"),
        (driver_only, "fifty runs, tasks 100 times shorter"),
    )
    for points, label in lines:
        axes.plot([p.devices for p in points], [p.tasks_an_hour for p in points], "o-", ms=3, label=label)
    axes.set(xscale="log", yscale="log", xlabel="devices", ylabel="tasks an hour")
    axes.set_title("Simulated, with service times and costs measured on a CPU with the zoo", fontsize=10)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
