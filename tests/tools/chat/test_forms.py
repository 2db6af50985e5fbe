"""Answers in whatever a model writes around them."""

import time

import pytest
from chatting import Steps
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from diffagent_mcp.knowledge.types import Record
from diffagent_mcp.tools.chat import forms

WHOLE = '{"steps": 20, "why": "ok"}'


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"  \n{WHOLE}\n",
        f"Here you are: {WHOLE} Anything else?",
        f"```json\n{WHOLE}\n```",
        f"```\n{WHOLE}```",
        f'<think>maybe {{\'steps\': 3}}, or {{"steps": 3, "why": "draft"}}</think>{WHOLE}',
        f"Use {{steps}} as {{}}: {WHOLE}",
        '{"steps": 20, "why": "ok",}',
        f'{{"other": 1}} {WHOLE}',
        f"schema: {forms.schema(Steps)} answer: {WHOLE}",
        '{"steps": "20", "why": "ok"}',
    ],
)
def test_it_is_found(text: str) -> None:
    assert forms.read(Steps, text) == Steps(steps=20, why="ok")


def test_line_breaks_inside_strings_are_forgiven() -> None:
    assert forms.read(Steps, '{"steps": 2, "why": "a\nb"}') == Steps(steps=2, why="a\nb")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "it is empty"),
        ("  ", "it is empty"),
        ("twenty", "there is no JSON object in it"),
        ("[20]", "there is no JSON object in it"),
        ('{"steps": 20', "there is no JSON object in it"),
        ('{"steps": NaN, "why": "x"}', "there is no JSON object in it"),
        ('{"steps": 20}', "why: field required"),
        ('{"steps": 0, "why": "x"}', "steps: input should be greater than or equal to 1 (it is 0)"),
        ('{"steps": 1, "why": "x", "cfg": 7}', "cfg: extra inputs are not permitted (it is 7)"),
        ("[" * 100_000, "there is no JSON object in it"),
        ('{"a":' * 100_000, "there is no JSON object in it"),
    ],
    ids=lambda t: t[:20],
)
def test_what_does_not_fit_is_told_in_sentences(text: str, sentence: str) -> None:
    assert forms.read(Steps, text) == [sentence]


class Loose(Record):
    """A form that an empty object would fit."""

    tags: list[str] = Field(default=[])


def test_a_part_of_a_broken_answer_is_no_answer() -> None:
    assert forms.read(Loose, '{"tags": ["a" "b"], "more": {}') == ["there is no JSON object in it"]
    assert forms.read(Loose, "{}") == Loose()


def test_a_long_text_of_braces_takes_no_time() -> None:
    started = time.process_time()
    assert isinstance(forms.read(Steps, "{ x " * 200_000), list)
    assert time.process_time() - started < 2.0


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert isinstance(forms.read(Steps, text), list | Steps)


@given(
    st.integers(1, 100), st.text(max_size=40), st.text(alphabet=st.characters(exclude_characters="{}`<"), max_size=40)
)
def test_any_answer_is_found_in_any_prose(number: int, why: str, prose: str) -> None:
    value = Steps(steps=number, why=why)
    if "```" not in why and "<think" not in why.lower():
        assert forms.read(Steps, f"{prose}{value.model_dump_json()}{prose}") == value
