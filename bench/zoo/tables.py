"""The measurement as Markdown, between two marks in docs/zoo.md. Standard library only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TITLES = {
    "sd15": "Stable Diffusion 1.5",
    "sd21": "Stable Diffusion 2.1",
    "sdxl": "SDXL",
    "dit256": "DiT, 256 px",
    "dit512": "DiT, 512 px",
    "pixart": "PixArt-alpha",
    "sigma": "PixArt-Sigma",
    "controlnet": "ControlNet with SD1.5",
}


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
    made = {name: measured["pipelines"][name] for name in TITLES if name in measured["pipelines"]}
    parts = [f"Measured on {measured['device']}.\n", _overview(made), _scorer(measured["scorer"])]
    parts += [_pipeline(name, table) for name, table in made.items()]
    return "\n".join([*parts, _sizes(measured["bytes"])])


def _overview(made: dict[str, Any]) -> str:
    lines = [
        "Score of the pictures at 50 steps and of true renders of the same captions; how often a picture's own caption "
        "beats every caption with one attribute changed; SSIM between two seeds.",
        "",
        "| pipeline | prompts | score (sd) | renders (sd) | gap | own caption best | renders' | seeds' SSIM |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, table in made.items():
        gap = 100 * (table["truth"]["mean"] - table["base"]["mean"]) / table["truth"]["mean"]
        lines.append(
            f"| {TITLES[name]} | {table['count']} | {_plain(table['base'])} | {_plain(table['truth'])} | {gap:.1f}% "
            f"| {_share(table.get('all_right'))} | {_share(table.get('truth_all_right'))} | {table['seed_ssim']:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _scorer(table: dict[str, Any]) -> str:
    lines = [
        "### The scorer",
        "",
        f"{table['count']} renders at 512 px that it never saw. It ranks the right caption "
        f"above a wrong one in {100 * table['ranked_right']:.1f}% of the pairs.",
        "",
        "| picture and caption | score | sd | SE |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {row['mean']:.1f} | {row['sd']:.1f} | {row['se']:.1f} |" for name, row in table["rows"].items()
    ]
    return "\n".join(lines) + "\n"


def _pipeline(name: str, table: dict[str, Any]) -> str:
    base = f"{table['base_sampler']} 50"
    steps = [key.removeprefix(f"{table['base_sampler']} ") for key in table["rows"]]
    shown = ", ".join(step for step in ("25", "10", "6") if step in steps)
    extra = "the edges given; without them (ControlNet's scale at 0); " if "follows" in table else ""
    lines = [
        f"### {TITLES[name]}",
        "",
        f"![{TITLES[name]}: samples](pictures/zoo-{name}.png)",
        "",
        f"Rows of the picture: true renders; {extra}{base} steps; {table['base_sampler']} {shown} steps. "
        f"{table['count']} prompts paired by seed, guidance {table['guidance']}. Loss against {base}; drift is "
        "(1 - SSIM) over that of two seeds.",
        "",
        "| sampler, steps | score | loss % ± SE | drift ± SE |",
        "|---|---|---|---|",
        f"| {base} | {table['base']['mean']:.2f} | | |",
    ]
    for key, row in table["rows"].items():
        loss, drift = f"{row['loss']:+.2f} ± {row['loss_se']:.2f}", f"{row['drift']:.3f} ± {row['drift_se']:.3f}"
        lines.append(f"| {key} | {row['score']:.2f} | {loss} | {drift} |")
    if "follows" in table:
        given, left = table["follows"]["given"], table["follows"]["left out"]
        lines += ["", f"SSIM with the render whose edges were given: {given['mean']:.2f} ± {given['se']:.2f}; "]
        lines[-1] += f"without the edges {left['mean']:.2f} ± {left['se']:.2f}."
    lines += ["", "| part, one call for one prompt | CPU ms |", "|---|---|"]
    lines += [f"| {part} | {value:.1f} |" for part, value in table["parts_ms"].items()]
    return "\n".join(lines) + "\n"


def _sizes(sizes: dict[str, int]) -> str:
    lines = ["### Files", "", f"{sum(sizes.values()) / 1e6:.1f} MB together. What is shared is stored once.", ""]
    lines += ["| file (fp16) | KB |", "|---|---|"]
    lines += [f"| `{name}` | {size / 1000:.0f} |" for name, size in sizes.items()]
    return "\n".join(lines) + "\n"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f}%"


def _plain(row: dict[str, float]) -> str:
    return f"{row['mean']:.1f} ({row['sd']:.1f})"
