"""Options with more to say than fits on a line: how to search; which language model, and what it may cost."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

Llm = Annotated[
    str | None,
    typer.Option(help="language model: anthropic:MODEL, openai:MODEL, openai:MODEL@URL or offline (the default)"),
]
Usd = Annotated[float | None, typer.Option("--llm-usd", help="US dollars that the run may spend on it")]
Tokens = Annotated[int | None, typer.Option("--llm-tokens", help="tokens that the run may use, in and out together")]
Requests = Annotated[int | None, typer.Option("--llm-requests", help="requests that the run may make to it")]
BudgetSeconds = Annotated[
    str | None, typer.Option(help="time for the search, such as 300 or 10min; confirming its best comes on top")
]
SearchKind = Annotated[
    str, typer.Option(help="diffagent: by the chance to meet the target; paper: its genetic algorithm")
]
NoMemory = Annotated[bool, typer.Option("--no-memory", help="search as if nothing had been measured before")]
LLM = ("llm", "llm_usd", "llm_tokens", "llm_requests")
"""their names, which are those of the settings"""


def chosen(parameters: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The settings among a command's parameters: those named, and the language model's."""
    return {name: parameters[name] for name in (*names, *LLM) if name in parameters}
