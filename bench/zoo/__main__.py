"""`python -m diffagent_mcp.bench.zoo train MODEL [--minutes N] [--out DIR]`, or `... evaluate`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from .cache import WEIGHTS

PROMPTS = Path(__file__).parent / "prompts"
MEASURED = "measured.json"
MODELS = ("vae", "sd15", "scorer", "sdxl", "dit", "sd21", "pixart", "sigma", "controlnet")
SUBJECTS = ("scorer", "sd15", "sd21", "sdxl", "dit256", "dit512", "pixart", "sigma", "controlnet")


def main() -> None:
    """Train or evaluate, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m diffagent_mcp.bench.zoo", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="train a model and publish what is complete; resumes where it stopped")
    train.add_argument("model", choices=(*MODELS, "all"), help="a later one needs those before it")
    train.add_argument("--minutes", type=float, help="CPU minutes for the model, instead of the recipe's")
    train.add_argument("--out", type=Path, default=Path("zoo-run"), help="checkpoints and unpublished models")
    check = commands.add_parser("evaluate", help="measure the published zoo, on one thread")
    check.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUBJECTS)}; all without")
    check.add_argument("--count", type=int, default=48, help="prompts to use")
    check.add_argument("--document", type=Path, help="docs/zoo.md, whose tables to renew")
    check.add_argument("--pictures", type=Path, default=Path("zoo-pictures"), help="where to put the sample sheets")
    for command in (train, check):
        command.add_argument("--weights", type=Path, default=WEIGHTS, help="the published zoo")
    options = parser.parse_args()
    if options.command == "evaluate" and (unknown := set(options.names) - set(SUBJECTS)):
        parser.error(f"no such model: {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    import torch

    torch.set_num_threads(1)  # small models lose time on more, and timings are told for one
    if options.command == "train":
        _train(options)
    else:
        _evaluate(options)


def _train(options: argparse.Namespace) -> None:
    from .classes import write_classes
    from .publish import publish
    from .recipe import FOLDERS, train_model
    from .world import write_prompts

    write_prompts(PROMPTS)
    write_classes()
    for model in MODELS if options.model == "all" else (options.model,):
        train_model(model, options.out, options.minutes, PROMPTS)
        publish(options.out, options.weights, FOLDERS[model])


def _evaluate(options: argparse.Namespace) -> None:
    from .evaluate import evaluate
    from .tables import fill_file, markdown

    kept, measured = options.weights / MEASURED, dict[str, Any]()
    prompts = (PROMPTS / "quick.txt").read_text(encoding="utf-8").splitlines()[: options.count]
    for name in options.names or SUBJECTS:  # each is written as soon as it is there
        found = evaluate(options.weights, prompts, options.pictures, name)
        measured = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        measured |= found | {"pipelines": measured.get("pipelines", {}) | found["pipelines"]}
        kept.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
        if options.document and "scorer" in measured:
            fill_file(options.document, measured)
    print(markdown(measured))


if __name__ == "__main__":
    main()
