"""The tokenizer keeps the world's words whole and takes any other text."""

import string
from typing import Any

import pytest

pytest.importorskip("transformers")

from diffagent_mcp.bench.zoo.tokenizer import MAX_TOKENS, build_t5_tokenizer, build_tokenizer
from diffagent_mcp.bench.zoo.world import WORDS


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """The tokenizer, built once."""
    return build_tokenizer()


def test_words_of_the_world_are_one_token(tokenizer: Any) -> None:
    assert [word for word in WORDS if len(tokenizer(word).input_ids) != 3] == []


@pytest.mark.parametrize("text", [string.printable, "naïve café 日本語 🙂 {x} <y>", "", "A RED Ring", "x" * 500])
def test_any_text_is_taken(tokenizer: Any, text: str) -> None:
    ids = tokenizer(text, padding="max_length", truncation=True, max_length=MAX_TOKENS).input_ids
    assert len(ids) == MAX_TOKENS
    assert all(0 <= number < len(tokenizer) for number in ids)


def test_every_character_has_a_token_of_its_own(tokenizer: Any) -> None:
    for character in string.ascii_lowercase + string.digits + string.punctuation:
        ids = tokenizer(character).input_ids
        assert len(ids) == 3, character
        assert ids[1] != tokenizer.eos_token_id


def test_t5_keeps_words_whole_and_takes_any_text() -> None:
    t5 = build_t5_tokenizer()
    assert [word for word in WORDS if len(t5(word).input_ids) != 2] == []
    for text in ("A RED Ring, 3 cats!", "naïve 日本語", ""):
        ids = t5(text, padding="max_length", truncation=True, max_length=120).input_ids
        assert len(ids) == 120
        assert t5.eos_token_id in ids
