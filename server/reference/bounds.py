"""The page of stage 2's bounds, as they come along with the benchmark."""

from ...bench.stages.thresholds import SHARE, committed
from .tables import fenced, table


def bounds_page() -> str:
    """What every picture of stage 2 must score, by pipeline, and what that was set from."""
    found = committed()
    intro = (
        "# Stage 2: the bounds\n\nEach of the ten pictures of stage 2 must reach the CLIP-Score in the second column. "
        f"It is {SHARE:g} times the lowest score that references of the pipeline got with these prompts and seeds. "
        "On other models than these, the bounds are measured before the first task and kept in the store.\n"
    )
    if found is None:
        return f"{intro}\nNone comes along.\n"
    rows = [
        (c.card, f"{c.threshold:.1f}", f"{c.lowest:.1f}", f"{c.median:.1f}", str(c.pictures), ", ".join(c.scripts))
        for c in found.cards
    ]
    head = ("pipeline", "bound", "lowest", "median", "pictures", "references")
    made = f"Measured on {found.models} models with:\n"
    return "\n".join([intro, table(head, rows), made, fenced("console", f"{found.command}\n")])
