"""Tokenizers with a small vocabulary, CLIP's and T5's: the world's words whole, other text by bytes or characters."""

from __future__ import annotations

from typing import Any, cast

from transformers import CLIPTokenizer, T5Tokenizer

from .world import WORDS

START, END = "<|startoftext|>", "<|endoftext|>"
MAX_TOKENS = 77


def build_tokenizer() -> Any:
    """256 byte symbols, each also as a word's end, the merges that make the world's words, start and end."""
    symbols = _byte_symbols()
    vocabulary = [*symbols, *(f"{symbol}</w>" for symbol in symbols)]
    merges: list[tuple[str, str]] = []
    for word in sorted(WORDS, key=lambda word: (-len(word), word)):
        _add_merges(word, vocabulary, merges)
    ids = {token: index for index, token in enumerate([*vocabulary, START, END])}
    return CLIPTokenizer(vocab=ids, merges=cast(Any, merges), model_max_length=MAX_TOKENS)


def build_t5_tokenizer() -> Any:
    """The world's words, each with the space before it, and printable ASCII characters; everything else is unknown."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(f"▁{word}", -3.0) for word in WORDS]
    pieces += [(chr(code), -8.0) for code in range(33, 127)]
    return T5Tokenizer(vocab=cast(Any, pieces), extra_ids=0, model_max_length=512)


def _add_merges(word: str, vocabulary: list[str], merges: list[tuple[str, str]]) -> None:
    """Add the merges that build `word` from the left, on top of those that earlier words brought."""
    parts = [*word[:-1], f"{word[-1]}</w>"]
    for pair in merges:  # what the existing merges already do to this word, in their order
        index = 0
        while index < len(parts) - 1:
            if (parts[index], parts[index + 1]) == pair:
                parts[index : index + 2] = ["".join(pair)]
            index += 1
    while len(parts) > 1:
        merges.append((parts[0], parts[1]))
        parts[:2] = [parts[0] + parts[1]]
        vocabulary.append(parts[0])


def _byte_symbols() -> list[str]:
    """The printable stand-ins for the 256 bytes that byte-level BPE uses (openai/CLIP, simple_tokenizer.py)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + index) for index in range(len(rest))]
