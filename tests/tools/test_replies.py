"""Answers of a hostile candidate: whatever its bytes say, the judge has a typed failure, soon, and in bounds."""

import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diffagent_mcp.knowledge.types import Crashed, Failure, TimedOut
from diffagent_mcp.tools.measure import replies
from diffagent_mcp.tools.measure.live import Limits, Live, Pictures
from diffagent_mcp.tools.measure.sampling import stages_of, trace_of
from diffagent_mcp.tools.measure.worker import wire

PIXELS = bytes(8 * 8 * 3)
HONEST: dict[str, Any] = {"op": "pictures", "shape": [1, 8, 8, 3], "peak_mb": 1.0}


class Nobody:
    """Starts nothing, and so ends nothing."""

    reduce: Callable[[Pictures], Pictures] | None = None

    def end(self, live: Live) -> dict[str, Any]:
        return {}

    def unseen(self, message: str) -> Path | None:
        return None


def frame(header: str | bytes, payload: bytes = b"") -> bytes:
    text = header.encode() if isinstance(header, str) else header
    return struct.pack(">IQ", len(text), len(payload)) + text + payload


def asked(answer: bytes, folder: Path, image_s: float = 5.0, slowly: float = 0.0) -> Pictures | Failure:
    """What the judge makes of an answer; `slowly`: seconds between two of its bytes."""
    ours, theirs = socket.socketpair()
    one = Live(
        Nobody(), 2**22, 2**22, ours, folder / "job", folder / "cache", "s.py", Limits(image_s=image_s), folder / "l"
    )

    def candidate() -> None:
        try:
            wire.receive(theirs, 10)
            for piece in [answer] if not slowly else [bytes([b]) for b in answer]:
                theirs.sendall(piece)
                time.sleep(slowly)
        except (OSError, wire.Closed):
            return

    thread = threading.Thread(target=candidate)
    thread.start()
    found = one.pictures(["a"], [1])
    ours.close()
    theirs.close()
    thread.join()
    return found


@pytest.mark.parametrize(
    "header",
    [
        "[" * 200_000,
        '{"op":' * 100_000,
        "{" + '"a":[' * 5_000 + "1" + "]" * 5_000 + "}",
        '{"op": "pictures", "shape": [1, 8, 8, 3], "peak_mb": NaN}',
        '{"op": "pictures", "shape": [1, 8, 8, 3], "peak_mb": 1e999}',
        '{"op": "pictures", "shape": [1, 8, 8, 3], "peak_mb": ' + "9" * 4_000 + "}",
        '{"op": "pictures", "shape": [' + "9" * 5_000 + ', 8, 8, 3], "peak_mb": 1}',
        '{"op": "pictures", "shape": [true, 8, 8, 3], "peak_mb": 1}',
        '{"op": "pictures", "shape": [1, -8, -8, 3], "peak_mb": 1}',
        '{"op": "pictures", "shape": [1, 8.0, 8, 3], "peak_mb": 1}',
        '{"op": "pictures", "shape": [1, 8, 8, 4], "peak_mb": 1}',
        '{"op": "pictures", "shape": {"0": 1}, "peak_mb": 1}',
        '{"op": "pictures", "shape": [1, 8, 8, 3], "peak_mb": "1"}',
        '{"op": "pictures", "shape": [1, 8, 8, 3]}',
        '{"op": ["pictures"]}',
        '{"op": "failed", "error": {"a": 1}, "message": [[[]]], "line": "x", "stage": 7}',
        "{}",
        "null",
        b"\x80\x04\x95",
    ],
)
def test_any_header_is_pictures_or_a_failure(header: str | bytes, tmp_path: Path) -> None:
    found = asked(frame(header, PIXELS), tmp_path)
    assert not isinstance(found, Pictures) and 10 < len(found.message) < 1_000


def test_an_honest_answer_is_pictures(tmp_path: Path) -> None:
    found = asked(frame(json.dumps(HONEST), PIXELS), tmp_path)
    assert isinstance(found, Pictures) and found.shape == (1, 8, 8, 3)


def test_more_bytes_than_a_picture_has_are_not_waited_for(tmp_path: Path) -> None:
    text = json.dumps(HONEST).encode()
    started = time.monotonic()
    found = asked(struct.pack(">IQ", len(text), 65 * 1024 * 1024) + text, tmp_path)
    assert isinstance(found, Crashed) and time.monotonic() - started < 3


def test_bytes_that_drip_do_not_stretch_the_limit(tmp_path: Path) -> None:
    started = time.monotonic()
    found = asked(frame(json.dumps(HONEST), PIXELS), tmp_path, image_s=0.5, slowly=0.05)
    assert isinstance(found, TimedOut) and time.monotonic() - started < 3


def test_an_answer_before_the_question_is_refused(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    one = Live(Nobody(), 2**22, 2**22, ours, tmp_path / "job", tmp_path / "cache", "s.py", Limits(), tmp_path / "log")
    theirs.sendall(frame(json.dumps(HONEST), PIXELS) * 3)
    found = one.pictures(["a"], [1])
    assert isinstance(found, Crashed) and "before it was asked" in found.message


def test_who_does_not_listen_is_late() -> None:
    ours, _theirs = socket.socketpair()
    with pytest.raises(wire.Late):
        wire.send(ours, {}, b"x" * 5_000_000, seconds=0.2)


@pytest.mark.parametrize("count", [0, -1, True, 1.0, "1", None, 10**9])
def test_a_call_that_makes_no_countable_pictures_is_malformed(count: object) -> None:
    with pytest.raises(wire.Malformed):
        replies.captured({"op": "captured", "images_per_call": count})


def test_texts_are_cut_and_cleaned_and_depth_is_bounded() -> None:
    deep: Any = "end"
    for _ in range(100):
        deep = [deep]
    found = replies.tame({"a\x1b[2J": "x" * 50_000, "b": "\u202eevil\x07", "c": deep})
    assert list(found) == ["a", "b", "c"] and len(found["a"]) == 10_000 and found["b"] == "evil"
    assert "end" not in json.dumps(found["c"])


@pytest.mark.parametrize("stages", [None, [], {"text_encoder_s": None}, {"denoiser_s": "x"}, {"vae_s": [1]}, 7])
@pytest.mark.parametrize("trace", [None, [], {}, {"timesteps": "many"}, {"latent_shape": [[1]]}, "x"])
def test_records_of_any_shape_are_stages_and_a_failure(stages: object, trace: object) -> None:
    made = Pictures(PIXELS, (1, 8, 8, 3), 0.5, {"stages": stages, "trace": trace})
    assert math.isfinite(stages_of(made).total_s)
    assert isinstance(trace_of(made), Crashed)
