"""What a model costs, as far as genai-prices knows. Nobody's guess takes the place of a price that is not known."""

from typing import TYPE_CHECKING

from .names import Named, parse

if TYPE_CHECKING:
    from genai_prices.types import AbstractUsage


def known(model: str) -> bool:
    """Whether the cost of this model (`anthropic:MODEL`) is counted. A script costs nothing, which is known too."""
    named = parse(model)
    if named.kind == "scripted":
        return True
    try:
        from genai_prices import Usage as Tokens
    except ImportError:
        return False
    return cost(named, Tokens(input_tokens=1, output_tokens=1)) is not None


def cost(named: Named, tokens: "AbstractUsage") -> float | None:
    """US dollars for the tokens of one request; None where nobody knows, as with a server of one's own."""
    from genai_prices import calc_price

    try:
        if named.url:
            return float(calc_price(tokens, named.model, provider_api_url=named.url).total_price)
        if named.kind in ("anthropic", "openai"):
            return float(calc_price(tokens, named.model, provider_id=named.kind).total_price)
    except (LookupError, ValueError):
        return None
    return None
