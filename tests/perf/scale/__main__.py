"""`PYTHONPATH=tests python -m perf.scale [--measure]`: docs/results/scale.json and .png, tables of docs/scale.md."""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from diffagent_mcp.knowledge.types import Record
from diffagent_mcp.tools import device, textfile

from . import costs, page, service
from .costs import Measured
from .simulate import Costs, Point, simulated

ROOT = Path(__file__).parents[3]
OUT = ROOT / "docs" / "results"
DEVICES = (1, 2, 4, 8, 16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1000)
RUNS = 50
"""runs of DiffBench that wait in the long queue"""


class Scale(Record):
    """Everything that docs/scale.md shows."""

    at: str
    machine: str
    measured: Measured
    timed_tasks: int
    pictures_of_a_race: float
    device_hours: float
    longest_s: float
    runs: tuple[str, ...]
    costs: Costs
    once: tuple[Point, ...]
    """simulated: DiffBench once, the longest first"""
    as_listed: tuple[Point, ...]
    """simulated: the same in the order of the ids"""
    queue: tuple[Point, ...]
    """simulated: many runs at once, so that no end is in sight"""
    driver_only: tuple[Point, ...]
    """simulated: the long queue with tasks of a hundredth of the time, to see where the driver ends"""


def main() -> None:
    """Measure where that is asked for, simulate, write."""
    parser = argparse.ArgumentParser(prog="python -m perf.scale", description="How far --executor ray goes.")
    parser.add_argument(
        "--measure", action="store_true", help="measure anew (needs Ray); else what was measured counts"
    )
    asked = parser.parse_args()
    kept = OUT / "scale.json"
    if asked.measure:
        with tempfile.TemporaryDirectory(prefix="diffagent-scale-") as folder:
            found = Measured(**costs.store_costs(Path(folder)), **costs.ray_costs(Path(folder)))
        at, machine = (
            datetime.now(timezone.utc).strftime("%Y-%m-%d"),
            f"{device.cpu(1).name}, {os.cpu_count()} processors",
        )
    else:
        before = Scale.model_validate_json(kept.read_text(encoding="utf-8"))
        found, at, machine = before.measured, before.at, before.machine
    scale = _simulated(found, at, machine)
    textfile.write(kept, scale.model_dump_json(indent=1) + "\n")
    page.plot(OUT / "scale.png", scale.once, scale.queue, scale.driver_only)
    page.into(ROOT / "docs" / "scale.md", "measured", page.measured(scale.measured, scale.machine, scale.at))
    page.into(ROOT / "docs" / "scale.md", "simulated", page.simulated(scale.once, scale.as_listed, scale.queue))
    page.into(ROOT / "docs" / "scale.md", "driver", page.driver(scale.driver_only))
    print(page.simulated(scale.once, scale.as_listed, scale.queue), file=sys.stderr)


def _simulated(found: Measured, at: str, machine: str) -> Scale:
    times = service.measured()
    each = Costs(
        driver_s=found.driver_cpu_s + found.ray_cpu_s,
        waiting_s=found.ray_wait_s,
        trip_s=found.ray_trip_s,
        start_s=found.node_start_s,
    )
    once = sorted(times.seconds.values(), reverse=True)
    long = service.several(times, RUNS)
    return Scale(
        at=at,
        machine=machine,
        measured=found,
        timed_tasks=times.timed,
        pictures_of_a_race=times.pictures_of_a_race,
        device_hours=sum(once) / 3600,
        longest_s=max(once),
        runs=times.runs,
        costs=each,
        once=_points(once, each),
        as_listed=_points(list(times.seconds.values()), each),
        queue=_points(long, each),
        driver_only=_points([t / 100 for t in long], each),
    )


def _points(times: Sequence[float], each: Costs) -> tuple[Point, ...]:
    return tuple(simulated(times, n, each) for n in DEVICES)


if __name__ == "__main__":
    main()
