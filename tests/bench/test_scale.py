"""The simulation of many devices: it never beats what cannot be beaten, and bends where it must."""

import random

from hypothesis import example, given
from hypothesis import strategies as st
from perf.scale import service
from perf.scale.simulate import Costs, bends_at, simulated

FREE = Costs(driver_s=0.0, waiting_s=0.0, trip_s=0.0, start_s=0.0)
REAL = Costs(driver_s=0.001, waiting_s=1e-7, trip_s=0.001, start_s=3.0)


def test_one_device_takes_the_sum_and_enough_of_them_the_longest() -> None:
    times = [5.0, 3.0, 2.0]
    assert simulated(times, 1, FREE).seconds == 10.0 and simulated(times, 1, FREE).efficiency == 1.0
    many = simulated(times, 9, FREE)
    assert (many.seconds, many.bound) == (5.0, "longest task")


@example([1.0] * 6, 5)
@given(st.lists(st.floats(0.1, 300), min_size=1, max_size=60), st.integers(1, 80))
def test_nothing_is_faster_than_its_floors(times: list[float], devices: int) -> None:
    times = sorted(times, reverse=True)
    found = simulated(times, devices, REAL)
    assert found.seconds >= max(max(times), sum(times) / devices, len(times) * REAL.driver_s)
    assert 0 < found.efficiency <= 1 and 0 < found.driver_share <= 1
    most = sum(times) / devices + (1 - 1 / devices) * max(times)  # Graham 1966; his 4/3 is of the optimum, no floor
    overhead = REAL.start_s + (len(times) + devices + 2) * (REAL.driver_s + REAL.trip_s + REAL.waiting_s * devices)
    assert found.seconds <= most + overhead, "no order is further off than Graham's bound"


def test_short_tasks_are_bound_by_the_driver() -> None:
    found = simulated([0.1] * 20_000, 1000, REAL)
    assert found.bound == "driver" and found.driver_share > 0.8
    assert found.tasks_an_hour <= 3600 / REAL.driver_s


def test_the_longest_first_is_no_slower_than_by_chance() -> None:
    times = list(service.measured().seconds.values())
    shuffled = random.Random(1).sample(times, len(times))
    assert simulated(sorted(times, reverse=True), 64, REAL).seconds <= simulated(shuffled, 64, REAL).seconds


def test_diffbench_has_604_times_of_which_most_were_measured() -> None:
    found = service.measured()
    assert len(found.seconds) == 604 and found.timed == 436
    assert service.measured() == found, "drawn by a seed"
    points = [simulated(sorted(found.seconds.values(), reverse=True), n, REAL) for n in (8, 1000)]
    bend = bends_at(points, 0.9)
    assert points[0].efficiency > 0.9 and bend is not None and bend.bound == "longest task"
