"""Numbers and foreign text, made fit to read. Every door says them the same way."""

import math
import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours, cursor moves
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # titles, links, device strings
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL | re.MULTILINE,
)
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"  # control characters but newline and tab; lone surrogates
    "\u061c\u180e\u200b\u200e\u200f\ufeff"  # joiners and marks of direction
    "\u2028-\u202e\u2060-\u206f\ufff9-\ufffb\U000e0000-\U000e007f]"  # separators, embeddings, tags
)
UNKNOWN = "unknown"


def clean(text: str) -> str:
    """Without terminal escapes, control and direction characters; newlines and tabs stay."""
    return _HIDDEN.sub("", _ESCAPES.sub("", text))


def reveal(text: str) -> str:
    """Hidden characters spelled out, `[U+202E]`: for code that a person is asked to accept."""
    return _HIDDEN.sub(lambda found: found[0] if found[0] == "\r" else f"[U+{ord(found[0]):04X}]", text)


def one_line(text: str, limit: int = 400) -> str:
    """Clean, on one line, and no longer than `limit`."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def times(value: float) -> str:
    """`2.31x`"""
    return f"{value:.2f}x" if math.isfinite(value) else UNKNOWN


def percent(fraction: float) -> str:
    """`0.4%`"""
    return f"{_no_minus_zero(100 * fraction, 1)}%" if math.isfinite(fraction) else UNKNOWN


def percent_se(fraction: float, error: float) -> str:
    """`0.4% ± 0.3`: the value and one standard error."""
    return f"{percent(fraction)} ± {100 * error:.1f}" if math.isfinite(error) else percent(fraction)


def two_decimals(value: float) -> str:
    """`0.12`"""
    return _no_minus_zero(value, 2) if math.isfinite(value) else UNKNOWN


def seconds(value: float) -> str:
    """A duration in the unit that a person would choose."""
    if not math.isfinite(value):
        return UNKNOWN
    if value >= 7200:
        return f"{int(value // 3600)} h {int(value % 3600 // 60):02d} min"
    if value >= 120:
        return f"{int(value // 60)} min {int(value % 60):02d} s"
    if value >= 1:
        return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s"
    return f"{value * 1e3:.0f} ms" if value >= 0.01 or value == 0 else f"{value * 1e3:.1f} ms"


def megabytes(value: float) -> str:
    """Memory in sensible units."""
    if not math.isfinite(value):
        return UNKNOWN
    return f"{value / 1000:.1f} GB" if value >= 1000 else f"{value:.0f} MB"


def begun(text: str) -> str:
    """The words as the beginning of a sentence: `no plan is` -> `No plan is`."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str) -> str:
    """`1 pair`, `12 pairs`"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _no_minus_zero(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text[1:] if float(text) == 0 and text.startswith("-") else text
