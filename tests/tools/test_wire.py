"""Frames between judge and worker: whole, late, broken or too big."""

import socket
import struct
import threading

import pytest

from diffagent_mcp.tools.measure.worker import wire


def test_a_frame_arrives_whole() -> None:
    a, b = socket.socketpair()
    payload = bytes(range(256)) * 20_000
    sender = threading.Thread(target=wire.send, args=(a, {"op": "x", "n": [1, 2]}, payload))
    sender.start()
    header, got = wire.receive(b, 10)
    sender.join()
    assert header == {"op": "x", "n": [1, 2]} and got == payload


def test_silence_is_late_and_a_half_frame_too() -> None:
    a, b = socket.socketpair()
    with pytest.raises(wire.Late):
        wire.receive(b, 0.05)
    a.sendall(struct.pack(">IQ", 10, 0) + b"{")
    with pytest.raises(wire.Late):
        wire.receive(b, 0.05)


def test_the_end_of_the_other_side_is_closed() -> None:
    a, b = socket.socketpair()
    a.close()
    with pytest.raises(wire.Closed):
        wire.receive(b, 1)
    with pytest.raises(wire.Closed):
        for _ in range(3):
            wire.send(b, {}, b"x" * 1_000_000)


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack(">IQ", 2**31, 0),
        struct.pack(">IQ", 2, 2**40) + b"{}",
        struct.pack(">IQ", 4, 0) + b"nope",
        struct.pack(">IQ", 2, 0) + b"[]",
        struct.pack(">IQ", 2, 0) + b"\xff\xfe",
    ],
)
def test_what_is_no_frame_is_malformed(frame: bytes) -> None:
    a, b = socket.socketpair()
    a.sendall(frame)
    with pytest.raises(wire.Malformed):
        wire.receive(b, 1)


def test_what_is_nested_too_deeply_is_no_frame() -> None:
    a, b = socket.socketpair()
    a.sendall(struct.pack(">IQ", 100_000, 0) + b"[" * 100_000)
    with pytest.raises(wire.Malformed):
        wire.receive(b, 5)


@pytest.mark.parametrize("said", [b'{"a": NaN}', b'{"a": 1e999}', b'{"a": -Infinity}', b'{"a": 123456789012345678901}'])
def test_numbers_that_cannot_be_kept_are_nothing(said: bytes) -> None:
    a, b = socket.socketpair()
    a.sendall(struct.pack(">IQ", len(said), 0) + said)
    assert wire.receive(b, 5) == ({"a": None}, b"")


def test_half_a_character_is_a_question_mark() -> None:
    a, b = socket.socketpair()
    wire.send(a, {"message": "no file \udcff", "whole": "\U0001f600"})
    header, _ = wire.receive(b, 5)
    assert header == {"message": "no file ?", "whole": "\U0001f600"}
