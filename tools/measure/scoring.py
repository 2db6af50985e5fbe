"""The scorer's process: CLIP-Score by open_clip and structural distance by scikit-image, from pixels alone.

Run as `python -m diffagent_mcp.tools.measure.scoring FD MODEL METRIC...`, in the tool's own environment. Trusted: it
never sees a candidate's code. MODEL is `local-dir:/folder` or `ARCHITECTURE:PRETRAINED`, as open_clip names them, and a
METRIC is one that a plugin brings.
"""

import os
import select
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...knowledge.plugins import Broken
from . import metrics
from .metrics import Pixels
from .worker import wire


def main(fd: int, model: str, *names: str) -> None:
    """Answer `clip`, `distance` and `metric` requests on the socket `fd` until it closes."""
    channel = socket.socket(fileno=fd)
    threading.Thread(target=_leave, args=(channel,), daemon=True).start()
    known = metrics.load(names)
    if isinstance(known, Broken):
        wire.send(channel, {"op": "unfit", "metric": known.sentence})
        return
    try:
        scorer = ClipScorer(model)
    except (ImportError, RuntimeError, OSError, ValueError) as e:
        wire.send(channel, {"op": "unfit", "message": f"{type(e).__name__}: {str(e)[:500]}"})
        return
    wire.send(channel, {"op": "ready", "parameters": scorer.parameters})
    with suppress(wire.Closed):
        while True:
            request, payload = wire.receive(channel)
            pixels = np.frombuffer(payload, dtype=np.uint8).reshape(request["shape"])
            if request["op"] == "clip":
                wire.send(channel, {"scores": scorer.scores(pixels, request["prompts"])})
                continue
            before, after = pixels[: len(pixels) // 2], pixels[len(pixels) // 2 :]
            if request["op"] == "metric":
                found = metrics.read(known[request["metric"]], before, after, request["prompts"])
                wire.send(channel, {"broken": found.sentence} if isinstance(found, Broken) else {"scores": found})
            else:
                wire.send(channel, {"scores": distances(before, after)})


def _leave(channel: socket.socket) -> None:
    """End with the judge, also while libraries are imported, which takes seconds and looks at nothing else."""
    if hasattr(select, "poll"):
        gone = select.poll()
        gone.register(channel, 0)  # no event but that the other side hung up
        gone.poll()
        os._exit(0)


class ClipScorer:
    """CLIP-Score: 100 * max(cos(image, text), 0) (Hessel et al. 2021, arXiv 2104.08718, without the 2.5 factor)."""

    def __init__(self, model: str) -> None:
        import open_clip
        import torch

        torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))
        name, pretrained = (model, None) if model.startswith("local-dir:") else model.partition(":")[::2]
        built: Any = open_clip.create_model_and_transforms(name, pretrained=pretrained or None)
        self.model, self.transform = built[0].eval(), built[2]
        self.tokenize: Any = open_clip.get_tokenizer(name)
        self.parameters = sum(p.numel() for p in self.model.parameters())

    def scores(self, pixels: Pixels, prompts: Sequence[str]) -> list[float]:
        """One score for each picture (n, height, width, 3) and its prompt."""
        import torch
        from PIL import Image

        images = torch.stack([self.transform(Image.fromarray(p)) for p in pixels])
        with torch.inference_mode():
            seen = torch.nn.functional.normalize(self.model.encode_image(images).float(), dim=-1)
            read = torch.nn.functional.normalize(self.model.encode_text(self.tokenize(list(prompts))).float(), dim=-1)
        return [100 * max(0.0, c) for c in (seen * read).sum(-1).tolist()]


def distances(before: Pixels, after: Pixels) -> list[float]:
    """1 - SSIM of each pair, on pictures reduced to about 256 pixels as Wang et al. suggest (2004, author's notes)."""
    from skimage import metrics

    similarity: Any = metrics.structural_similarity
    pairs = zip(reduced(before), reduced(after), strict=True)
    return [1.0 - float(similarity(b, a, channel_axis=2, data_range=255.0)) for b, a in pairs]


def reduced(pixels: Pixels) -> NDArray[np.float64]:
    """Box average by the whole factor that brings the shorter side to about 256 pixels."""
    n, height, width, channels = pixels.shape
    factor = max(1, round(min(height, width) / 256))
    height, width = height // factor, width // factor
    cut = pixels[:, : height * factor, : width * factor].astype(np.float64)
    return cut.reshape(n, height, factor, width, factor, channels).mean(axis=(2, 4))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
