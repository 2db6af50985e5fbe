"""Frames between judge and worker: a JSON header and raw bytes. Never pickle.

4 bytes  length of the header, big endian
8 bytes  length of the payload
header   JSON object, at most 4 MB
payload  raw bytes (uint8 RGB pixels), at most 1 GB
"""

import json
import math
import socket
import struct
import time
from typing import Any

_HEAD = struct.Struct(">IQ")
MAX_HEADER = 4 * 1024 * 1024
MAX_PAYLOAD = 1024 * 1024 * 1024

_DIGITS = 20

Header = dict[str, Any]


class Closed(Exception):
    """The other side is gone."""


class Late(Exception):
    """No whole frame before the deadline."""


class Malformed(Exception):
    """What arrived is not a frame."""


def send(sock: socket.socket, header: Header, payload: bytes = b"", seconds: float | None = None) -> None:
    """Write one frame. Raises Closed when the other side is gone, Late when it does not read for `seconds`."""
    text = json.dumps(header).encode()
    try:
        sock.settimeout(seconds)
        sock.sendall(_HEAD.pack(len(text), len(payload)) + text)
        if payload:
            sock.sendall(payload)
    except TimeoutError as e:
        raise Late from e
    except OSError as e:
        raise Closed(str(e)) from e


def receive(sock: socket.socket, seconds: float | None = None, most: int = MAX_PAYLOAD) -> tuple[Header, bytes]:
    """Read one frame, of a payload of `most` bytes. Raises Closed, Late (after `seconds`) or Malformed."""
    deadline = None if seconds is None else time.monotonic() + seconds
    header_size, payload_size = _HEAD.unpack(_exactly(sock, _HEAD.size, deadline))
    if header_size > MAX_HEADER or payload_size > min(most, MAX_PAYLOAD):
        raise Malformed(f"frame of {header_size} + {payload_size} bytes")
    try:
        header = _parsed(_exactly(sock, header_size, deadline))
    except (ValueError, RecursionError) as e:
        raise Malformed(str(e)[:200]) from e
    if not isinstance(header, dict):
        raise Malformed("header is not an object")
    return header, _exactly(sock, payload_size, deadline)


def _parsed(text: bytes) -> Any:
    """The JSON value, of which everything can be kept: numbers that are finite, characters that can be encoded."""
    value = json.loads(text, parse_constant=_nothing, parse_float=_finite, parse_int=_whole)
    if b"\\ud" not in text.lower():
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))  # half a surrogate pair: "?"


def must_be_silent(sock: socket.socket) -> None:
    """Raises Malformed where something has come that nobody has asked for, Closed where nothing can come any more."""
    try:
        sock.settimeout(0)
        waiting = sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return
    except OSError as e:
        raise Closed(str(e)) from e
    if waiting:
        raise Malformed("it answered before it was asked")
    raise Closed("end of stream")


def _nothing(_: str) -> None:
    """What JSON does not know: NaN and infinities."""


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _whole(text: str) -> int | None:
    """Numbers that fit into 64 bits, or nearly; sums of honest ones do."""
    return int(text) if len(text) <= _DIGITS else None


def _exactly(sock: socket.socket, size: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Late
        try:
            sock.settimeout(None if left is None else max(0.001, left))
            part = sock.recv(min(size - len(parts), 1 << 20))
        except TimeoutError as e:
            raise Late from e
        except OSError as e:
            raise Closed(str(e)) from e
        if not part:
            raise Closed("end of stream")
        parts += part
    return bytes(parts)
