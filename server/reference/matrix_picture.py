"""What works with what, as a picture: a square for each pair of method and pipeline."""

from html import escape

from ...knowledge.types import Matrix
from .matrix import kept

_SIDE, _GAP, _LEFT, _TOP = 16, 2, 190, 128
COLOURS = {"works": "#2da44e", "misfit": "#8c959f55", "broken": "#cf222e", "elsewhere": "#d4a72c"}
_WORDS = {
    "works": "works, and proved it",
    "misfit": "does not fit; a rule keeps it out",
    "broken": "broken with today's libraries",
    "elsewhere": "needs a device or a library that was not there",
}


def matrix_picture(matrix: Matrix | None = None) -> str:
    """An SVG that reads on light and on dark paper; every square says in its title what it is."""
    run = matrix or kept()
    slugs = sorted({t.method for t in run.tried})
    columns = {r.name: n for n, r in enumerate(run.rows)}
    rows = {slug: n for n, slug in enumerate(slugs)}
    cells = [
        f'<rect x="{_at(_LEFT, columns[t.pipeline])}" y="{_at(_TOP, rows[t.method])}" width="{_SIDE}" height="{_SIDE}" '
        f'rx="3" fill="{COLOURS[t.outcome]}"><title>{escape(f"{t.method} on {t.pipeline}: {_WORDS[t.outcome]}")}'
        "</title></rect>"
        for t in run.tried
    ]
    names = [f'<text x="{_LEFT - 8}" y="{_at(_TOP, n) + 12}" text-anchor="end">{s}</text>' for s, n in rows.items()]
    heads = [
        f'<text transform="translate({_at(_LEFT, n) + 12},{_TOP - 6}) rotate(-60)">{escape(name)}</text>'
        for name, n in columns.items()
    ]
    height, width = _at(_TOP, len(rows)) + 54, _at(_LEFT, len(columns)) + 60
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" role="img" font-family="sans-serif" font-size="12" fill="#6e7781">',
            f"<title>What works with what, {run.date}</title>",
            *(*heads, *names, *cells, *_legend(_at(_TOP, len(rows)) + 16)),
            "</svg>",
        ]
    )


def _at(start: int, number: int) -> int:
    return start + number * (_SIDE + _GAP)


def _legend(y: int) -> list[str]:
    """Two to a line."""
    found: list[str] = []
    for n, (outcome, words) in enumerate(_WORDS.items()):
        x, line = 12 + n % 2 * 260, y + n // 2 * 20
        found.append(f'<rect x="{x}" y="{line}" width="12" height="12" rx="3" fill="{COLOURS[outcome]}"/>')
        found.append(f'<text x="{x + 18}" y="{line + 10}">{words}</text>')
    return found
