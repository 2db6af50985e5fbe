"""Whatever a pipeline returns, as pixels: pictures as they are, clips frame under frame, sound as its spectrum."""

from collections.abc import Iterator
from typing import Any

import numpy as np

_WINDOW, _HOP = 256, 128


def as_pixels(output: Any) -> Any:
    """uint8 RGB of shape (n, height, width, 3)."""
    made = output[0] if isinstance(output, tuple) else _made(output)
    if getattr(output, "audios", None) is not None:
        return np.stack([_spectrum(_array(one)) for one in made])
    if getattr(output, "frames", None) is not None:
        return np.stack([np.concatenate([_bytes(f) for f in _frames(clip)]) for clip in made])
    return np.stack([_bytes(one) for one in _pictures(made)])


def _made(output: Any) -> Any:
    return next(v for n in ("images", "frames", "audios") if (v := getattr(output, n, None)) is not None)


def _array(value: Any) -> Any:
    return value.detach().float().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)


def _pictures(made: Any) -> Any:
    """torch has channels first."""
    return _array(made).transpose(0, 2, 3, 1) if hasattr(made, "detach") else made


def _frames(clip: Any) -> Iterator[Any]:
    yield from (_array(clip).transpose(0, 2, 3, 1) if hasattr(clip, "detach") else clip)


class NoPictures(Exception):
    """What the call returned is something that would still have to become a picture."""


def _bytes(picture: Any) -> Any:
    """One picture or frame, as uint8 RGB (height, width, 3)."""
    if not isinstance(picture, np.ndarray) and not type(picture).__module__.startswith("PIL."):
        raise NoPictures(f"the call returns {type(picture).__name__} objects where pictures are expected")
    pixels = picture if isinstance(picture, np.ndarray) else np.asarray(picture.convert("RGB"))
    if pixels.dtype != np.uint8:
        pixels = (np.nan_to_num(pixels).clip(0, 1) * 255).round().astype(np.uint8)
    return pixels


def _spectrum(wave: Any) -> Any:
    """Loudness by pitch and time, from 80 dB below its peak: sound has no picture, and two sounds must be compared."""
    mono = np.nan_to_num(wave.astype(np.float64)).reshape(-1, wave.shape[-1]).mean(axis=0)
    mono = np.pad(mono, (0, max(0, 9 * _HOP + _WINDOW - len(mono))))
    starts = range(0, len(mono) - _WINDOW + 1, _HOP)
    windows = np.stack([mono[s : s + _WINDOW] for s in starts]) * np.hanning(_WINDOW)
    loud = np.abs(np.fft.rfft(windows, axis=1))
    grey = (20 * np.log10(loud.T / max(float(loud.max()), 1e-12) + 1e-4) / 80 + 1).clip(0, 1)
    return np.repeat((grey * 255).round().astype(np.uint8)[:, :, None], 3, axis=2)
