"""Words for probabilities, in one place: a word means the same wherever it is read (docs/memory.md has the table)."""

WORDS = (
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.33, "as likely as not"),
    (0.10, "unlikely"),
    (0.00, "very unlikely"),
)
"""lowest probability -> word, the highest first; the bounds are those of the IPCC's calibrated language"""
LIKELY = 0.66
UNLIKELY = 0.33


def word(probability: float) -> str:
    """`likely` for 0.75."""
    return next((name for low, name in WORDS if probability >= low), WORDS[-1][1])


def about(probability: float) -> str:
    """`about 75%`: to the nearest 5, since nobody knows it better; never none and never all."""
    nearest = 5 * round(20 * probability)
    if nearest <= 0:
        return "under 5%"
    return "over 95%" if nearest >= 100 else f"about {nearest}%"
