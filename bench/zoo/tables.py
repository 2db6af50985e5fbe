"""The measurement as Markdown, between two marks in docs/zoo.md. Standard library only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def fill(document: str, measured: dict[str, Any]) -> str:
    """The document with the block between the marks replaced."""
    head, rest = document.split(BEGIN, 1)
    _, tail = rest.split(END, 1)
    return f"{head}{BEGIN}\n{markdown(measured)}{END}{tail}"


def fill_file(path: Path, measured: dict[str, Any]) -> None:
    """`fill`, in place."""
    path.write_text(fill(path.read_text(encoding="utf-8"), measured), encoding="utf-8")


def markdown(measured: dict[str, Any]) -> str:
    """All tables, in order."""
    parts = [_summary(measured), _scorer(measured["scorer"]), _samplers(measured["samplers"]), _costs(measured)]
    return "\n".join(parts)


def _summary(measured: dict[str, Any]) -> str:
    made = measured["samplers"]
    gap = 100 * (made["truth"]["mean"] - made["base"]["mean"]) / made["truth"]["mean"]
    lines = [
        f"Measured on {measured['device']}.",
        "",
        "| the finished pipeline, DDIM 50 steps | |",
        "|---|---|",
        f"| score of its pictures (mean, sd over {made['count']} prompts) | {_plain(made['base'])} |",
        f"| score of true renders of the same captions | {_plain(made['truth'])} |",
        f"| gap to the renders | {gap:.1f}% |",
        f"| own caption beats every one-attribute change | {100 * made['all_right']:.0f}% |",
        f"| SSIM between two seeds of one prompt | {made['seed_ssim']:.2f} |",
    ]
    return "\n".join(lines) + "\n"


def _scorer(table: dict[str, Any]) -> str:
    lines = [
        f"Scorer, {table['count']} renders at 512 px that it never saw. It ranks the right caption "
        f"above a wrong one in {100 * table['ranked_right']:.1f}% of the pairs.",
        "",
        "| picture and caption | score | sd | SE |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['mean']:.1f} | {row['sd']:.1f} | {row['se']:.1f} |" for name, row in table["rows"].items()
    ]
    return "\n".join(lines) + "\n"


def _samplers(table: dict[str, Any]) -> str:
    lines = [
        f"Samplers, {table['count']} prompts paired by seed, guidance {table['guidance']}. Loss against DDIM 50; "
        "drift is (1 - SSIM) over that of two seeds.",
        "",
        "| sampler, steps | score | loss % ± SE | drift ± SE |",
        "|---|---|---|---|",
    ]
    for name, row in table["rows"].items():
        loss, drift = f"{row['loss']:+.2f} ± {row['loss_se']:.2f}", f"{row['drift']:.3f} ± {row['drift_se']:.3f}"
        lines.append(f"| {name} | {row['score']:.2f} | {loss} | {drift} |")
    return "\n".join(lines) + "\n"


def _costs(measured: dict[str, Any]) -> str:
    lines = ["| part, one call with guidance | CPU ms |", "|---|---|"]
    lines += [f"| {name} | {value:.1f} |" for name, value in measured["parts_ms"].items()]
    lines += ["", "| file (fp16) | KB |", "|---|---|"]
    lines += [f"| `{name}` | {size / 1000:.0f} |" for name, size in measured["bytes"].items()]
    return "\n".join(lines) + "\n"


def _plain(row: dict[str, float]) -> str:
    return f"{row['mean']:.1f} (sd {row['sd']:.1f})"
