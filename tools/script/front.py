"""A long file without what has nothing to do with pipelines: functions and classes that nobody near them mentions.

What is left out is blank lines, so that everything else stands where it stood. It is for answers while somebody types;
a file of ordinary length is looked at whole.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from .marks import marks

LONG = 800
"""lines; a shorter file is read whole"""
_CHUNK = re.compile(r"^(?=(?:@|def |async def |class )\S?)", re.MULTILINE)
_HEAD = re.compile(r"(?:@[^\n]*\n|\s*\n|#[^\n]*\n)*(?:async +def|def|class)\s+(\w+)")
_BODY_END = re.compile(r"^(?=[^\s#@)\]}])", re.MULTILINE)
_WORD = re.compile(r"[^\W\d]\w*")
_ALWAYS = frozenset(
    {
        *("diffusers", "from_pretrained", "from_single_file", "from_pipe", "num_inference_steps", "guidance_scale"),
        *("scheduler", "tgate", "tomesd", "DeepCacheSDHelper", "global", "enable_attention_slicing"),
        *("allow_tf32", "set_float32_matmul_precision"),
    }
)
"""words that make a function one of interest, whoever calls it"""


def relevant(text: str) -> str:
    """The text with everything blank that has nothing to do with pipelines; the text itself where it is not long."""
    if text.count("\n") < LONG:
        return text
    pieces = _pieces(text)
    words = [_words(piece) for piece, _ in pieces]
    seeds = _ALWAYS | marks().keys() - {"compile", "map", "to"}
    kept = {n for n, (_, name) in enumerate(pieces) if name is None or words[n] & seeds}
    kept |= _near(kept, words, {name: n for n, (_, name) in enumerate(pieces) if name is not None})
    return "".join(piece if n in kept else "\n" * piece.count("\n") for n, (piece, _) in enumerate(pieces))


def _near(kept: set[int], words: Sequence[frozenset[str]], defined: Mapping[str, int]) -> set[int]:
    """What is mentioned by what is kept, or mentions it, and so on; `defined` is where each name is."""
    mentioned = [said & defined.keys() for said in words]
    by: dict[str, list[int]] = {}
    for n, names in enumerate(mentioned):
        for name in names:
            by.setdefault(name, []).append(n)
    names_of = {n: name for name, n in defined.items()}
    found, waiting = set(kept), list(kept)
    while waiting:
        one = waiting.pop()
        near = {defined[name] for name in mentioned[one]} | {*by.get(names_of.get(one, ""), ())}
        waiting += near - found
        found |= near
    return found


def _pieces(text: str) -> list[tuple[str, str | None]]:
    """The text in a row: each function or class of the module with its name, and what is between them with None."""
    found: list[tuple[str, str | None]] = []
    at = 0
    while (begin := _CHUNK.search(text, at)) is not None:
        start, head = begin.start(), _HEAD.match(text, begin.start())
        body = head.end() if head else text.find("\n", start) + 1
        end = _BODY_END.search(text, text.find("\n", body) + 1 or len(text)) if body else None
        stop = _next(text, end.start() if end else len(text), body)
        found += [(text[at:start], None)] if start > at else []
        found.append((text[start:stop], head.group(1) if head else None))
        at = stop
    return [*found, (text[at:], None)] if at < len(text) else found


def _next(text: str, stop: int, body: int) -> int:
    """Decorators of the next definition belong to that."""
    begin = _CHUNK.search(text, body)
    return min(stop, begin.start()) if begin is not None else stop


@lru_cache(maxsize=4096)
def _words(piece: str) -> frozenset[str]:
    return frozenset(_WORD.findall(piece))
