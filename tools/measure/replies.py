"""What a candidate answers, brought into bounds before anybody looks at it: depth, texts, numbers and shapes."""

import math
import socket
from typing import Any

from .reading import without_controls
from .worker import wire

_DEEPEST = 24
_LONGEST = 10_000
_MOST_A_CALL = 1024
_LEAST_SIDE = 8
LARGEST_PICTURE = 64 * 1024 * 1024
"""bytes: 4,700 pixels square"""


def receive(channel: socket.socket, seconds: float, most: int = 0) -> tuple[wire.Header, bytes]:
    """One frame of a candidate, tamed, with no more than `most` bytes behind it. Raises Closed, Late or Malformed."""
    header, payload = wire.receive(channel, seconds, most)
    return {without_controls(k)[:200]: tame(v) for k, v in header.items()}, payload


def tame(value: Any, depth: int = 0) -> Any:
    """Texts without control characters and of bounded length, nothing nested deeper than anything honest."""
    if isinstance(value, str):
        return without_controls(value[:_LONGEST])
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {without_controls(str(k))[:_LONGEST]: tame(v, depth + 1) for k, v in value.items()}
    return [tame(v, depth + 1) for v in value] if isinstance(value, list) else value


def captured(header: wire.Header) -> wire.Header:
    """The description of a call, if it is one that can be asked for pictures. Raises Malformed otherwise."""
    count = header.get("images_per_call")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= _MOST_A_CALL:
        raise wire.Malformed("it does not say how many pictures a call makes")
    return header


def shape_of(header: wire.Header, pixels: bytes, wanted: int) -> tuple[int, int, int, int]:
    """The shape of `wanted` whole RGB pictures that fill the payload. Raises Malformed otherwise."""
    shape = header.get("shape")
    if not isinstance(shape, list) or len(shape) != 4 or not all(type(n) is int and n > 0 for n in shape):
        raise wire.Malformed(f"not {wanted} whole pictures")
    n, height, width, channels = shape
    if n != wanted or min(height, width) < _LEAST_SIDE or channels != 3 or len(pixels) != n * height * width * channels:
        raise wire.Malformed(f"not {wanted} whole pictures")
    peak = header.get("peak_mb")
    if not isinstance(peak, (int, float)) or not math.isfinite(peak) or peak < 0:
        raise wire.Malformed("it does not say what memory it took")
    return n, height, width, channels
