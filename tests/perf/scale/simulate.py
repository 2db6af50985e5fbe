"""One driver and many devices, event by event. Pure: every time in it is given.

A device that is done waits until the driver has heard it, kept its verdict, and handed it the next task. The driver
does one thing at a time, so it is the only thing that the devices share.
"""

import heapq
import itertools
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from diffagent_mcp.knowledge.types import Record

Bound = Literal["devices", "longest task", "driver"]


class Costs(Record):
    """What one task costs beside the seconds that its device works on it. All measured."""

    driver_s: float
    """the driver's processor, for hearing one answer, keeping its verdict and handing out the next task"""
    waiting_s: float
    """more of it for each question that is open meanwhile"""
    trip_s: float
    """from handing out a task until a node begins, and from its end until the driver can hear it"""
    start_s: float
    """until a node is ready for its first task"""


class Point(Record):
    """What a simulated run of so many devices came to."""

    devices: int
    tasks: int
    seconds: float
    tasks_an_hour: float
    efficiency: float
    """seconds that devices worked on tasks, of the seconds that they were there"""
    writes_a_second: float
    most_writes_a_second: int
    """in the busiest second"""
    driver_share: float
    """seconds that the driver was busy, of all"""
    bound: Bound


def simulated(times: Sequence[float], devices: int, costs: Costs) -> Point:
    """A run of tasks that take `times`, in this order."""
    here = min(devices, len(times))
    each = costs.driver_s + costs.waiting_s * here
    left = iter(times)
    driver = busy = 0.0
    writes = Counter[int]()
    order = itertools.count()
    ends: list[tuple[float, int]] = []
    for _ in range(here):  # handed out as soon as the node is there
        driver = max(driver, costs.start_s) + each
        busy += each
        heapq.heappush(ends, (driver + costs.trip_s + next(left), next(order)))
    while ends:
        ended, _ = heapq.heappop(ends)
        driver = max(driver, ended) + each
        busy += each
        writes[int(driver)] += 1
        if (after := next(left, None)) is not None:
            heapq.heappush(ends, (driver + costs.trip_s + after, next(order)))
    return _point(times, devices, costs, driver, busy, writes)


def _point(
    times: Sequence[float], devices: int, costs: Costs, seconds: float, busy: float, writes: Counter[int]
) -> Point:
    work = sum(times)
    floors: dict[Bound, float] = {
        "devices": work / devices,
        "longest task": max(times),
        "driver": len(times) * (costs.driver_s + costs.waiting_s * min(devices, len(times))),
    }
    return Point(
        devices=devices,
        tasks=len(times),
        seconds=seconds,
        tasks_an_hour=3600 * len(times) / seconds,
        efficiency=work / (devices * seconds),
        writes_a_second=len(times) / seconds,
        most_writes_a_second=max(writes.values()),
        driver_share=busy / seconds,
        bound=max(floors, key=lambda name: floors[name]),
    )


def bends_at(points: Sequence[Point], efficiency: float) -> Point | None:
    """The first number of devices that use less than so much of their time."""
    return next((p for p in points if p.efficiency < efficiency), None)
