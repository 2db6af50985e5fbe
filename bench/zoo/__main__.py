"""`python -m diffagent_mcp.bench.zoo train {vae,scorer,sd15,all} [--minutes N] [--out DIR]`, or `... evaluate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .cache import WEIGHTS

PROMPTS = Path(__file__).parent / "prompts"
MEASURED = "measured.json"
MINUTES = {"vae": 6.0, "scorer": 25.0, "sd15": 46.0, "decoder": 17.0, "encoder": 3.0}
"""CPU minutes of one core that each part took for the weights in the repository."""


def main() -> None:
    """Train or evaluate, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m diffagent_mcp.bench.zoo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a part and publish what is complete; resumes where it stopped")
    train.add_argument("part", choices=("vae", "scorer", "sd15", "all"))
    train.add_argument("--minutes", type=float, help="CPU minutes for each part, instead of the recipe's")
    train.add_argument("--out", type=Path, default=Path("zoo-run"), help="checkpoints and unpublished models")
    check = commands.add_parser("evaluate", help="measure the published zoo, on one thread")
    check.add_argument("--count", type=int, default=48, help="prompts to use")
    check.add_argument("--document", type=Path, help="docs/zoo.md, whose tables to renew")
    check.add_argument("--sheet", type=Path, default=Path("zoo-samples.png"), help="where to put the sample sheet")
    for command in (train, check):
        command.add_argument("--weights", type=Path, default=WEIGHTS, help="the published zoo")
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)  # small models lose time on more, and timings are told for one
    if options.command == "train":
        _train(options)
    else:
        _evaluate(options)


def _train(options: argparse.Namespace) -> None:
    from .hurried import draw_hurried
    from .latents import encode_shards
    from .publish import publish
    from .train_graft import train_graft
    from .train_scorer import train_scorer
    from .train_sd15 import train_sd15
    from .train_vae import train_vae
    from .world import write_prompts

    minutes = {part: options.minutes or usual for part, usual in MINUTES.items()}
    parts = ("vae", "sd15", "scorer") if options.part == "all" else (options.part,)
    if "vae" in parts:
        train_vae(options.out, minutes["vae"])
        train_graft(options.out, minutes["decoder"], "decoder")
        train_graft(options.out, minutes["encoder"], "encoder")
    if "sd15" in parts:
        encode_shards(options.out)
        train_sd15(options.out, minutes["sd15"])
        draw_hurried(options.out, PROMPTS)
    if "scorer" in parts:
        train_scorer(options.out, minutes["scorer"])
    if all((options.out / name).exists() for name in ("vae512", "scorer", "sd15")):
        publish(options.out, options.weights)
        write_prompts(PROMPTS)


def _evaluate(options: argparse.Namespace) -> None:
    from .evaluate import evaluate
    from .tables import fill_file, markdown

    measured = evaluate(options.weights, PROMPTS / "quick.txt", options.sheet, options.count)
    (options.weights / MEASURED).write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    if options.document:
        fill_file(options.document, measured)
    print(markdown(measured))


if __name__ == "__main__":
    main()
