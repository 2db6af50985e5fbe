"""Pictures for quality: in order, whoever drew them, and the first failure where there is one."""

import threading
import time
from typing import Any, cast

import pytest

from diffagent_mcp.knowledge.types import Crashed, Failure
from diffagent_mcp.tools.measure.drawing import Wanted, pays, quality_pictures
from diffagent_mcp.tools.measure.runner import Live, Pictures

CRASH = Crashed(message="it broke", stage="call", error="RuntimeError")


class Drawer:
    """Draws a pixel that says its seed; each batch takes a moment, so that two take turns."""

    def __init__(self, broken_at: int | None = None, side: int = 8, load_s: float = 0.5) -> None:
        self.drew: list[int] = []
        self.broken_at = broken_at
        self.side = side
        self.load_s, self.first_image_s = load_s, 0.5

    def pictures(self, prompts: list[str], seeds: list[int], labels: Any = (), *, first: int = 0) -> Pictures | Failure:
        self.drew.append(first)
        time.sleep(0.01)
        if first == self.broken_at:
            return CRASH
        shape = (len(prompts), self.side, self.side, 3)
        return Pictures(b"".join(bytes([s]) * self.side**2 * 3 for s in seeds), shape, 0.5, {"by": id(self)})


def live(drawer: Drawer) -> Live:
    return cast(Live, drawer)


WANTED = Wanted([f"p{n}" for n in range(10)], range(10), 3)


@pytest.mark.parametrize("second", [None, Drawer()])
def test_every_picture_stands_where_it_was_asked(second: Drawer | None) -> None:
    first = Drawer()
    made = quality_pictures(live(first), WANTED, None if second is None else live(second))
    assert isinstance(made, Pictures) and made.shape == (10, 8, 8, 3) and made.seconds == 2.0
    assert [made.one(n)[0] for n in range(10)] == list(range(10))
    drew = first.drew + (second.drew if second is not None else [])
    assert sorted(drew) == [0, 3, 6, 9] and (second is None or (first.drew and second.drew))


def test_a_failure_of_either_ends_both() -> None:
    first, second = Drawer(), Drawer(broken_at=3)
    wanted = Wanted(["p"] * 60, range(60), 3)
    second.pictures(["p"], [1], first=0)
    both = [first, second]
    for one in both:
        one.broken_at = 3
    assert quality_pictures(live(first), wanted, live(second)) == CRASH
    assert len(first.drew) + len(second.drew) < 10 and threading.active_count() < 5


def test_pictures_of_different_sizes_are_no_pictures_to_compare() -> None:
    failed = quality_pictures(live(Drawer()), WANTED, live(Drawer(side=16)))
    assert isinstance(failed, Crashed) and "change their size" in failed.message


def test_a_second_process_must_be_worth_its_start() -> None:
    assert pays(live(Drawer()), 0.5, 48) and not pays(live(Drawer()), 0.1, 16)
    assert not pays(live(Drawer(load_s=60.0)), 0.5, 48)
