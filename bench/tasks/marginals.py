"""What the paper publishes about its 604 tasks (arXiv 2601.03178, table 1 and section 3), and how ours are counted."""

import re
from collections import Counter
from collections.abc import Iterable
from types import MappingProxyType

from ...knowledge.pipelines import card_for
from ...knowledge.types import Task

LEVELS = MappingProxyType({1: 41, 2: 116, 3: 261, 4: 93, 5: 93})
PIPELINES = MappingProxyType(
    {"sd15": 166, "sd21": 166, "sdxl": 166, "pixart_alpha": 35, "pixart_sigma": 35, "controlnet": 26, "dit": 10}
)
NAMED = MappingProxyType({"DDIM": 120, "DPM-Solver": 120, "UniPC": 120, "DeepCache": 276, "ToMe": 248, "T-Gate": 186})
"""methods -> tasks whose request names them"""
BASELINES = 31
MODES = ("text2img", "img2img", "class2img")
SIZES = (256, 1024)

_NAMES = {
    "DDIM": r"DDIM",
    "DPM-Solver": r"DPM-?Solver|DPM\+\+",
    "UniPC": r"UniPC",
    "DeepCache": r"Deep ?Cache",
    "ToMe": r"\bToMe\b|tomesd|token[ -]merging",
    "T-Gate": r"T-?GATE",
}


def named(request: str) -> list[str]:
    """The methods of the paper's list that a request names."""
    return [name for name, pattern in _NAMES.items() if re.search(pattern, request, re.IGNORECASE)]


def levels(tasks: Iterable[Task]) -> Counter[int]:
    """Tasks by level."""
    return Counter(t.level for t in tasks)


def pipelines(tasks: Iterable[Task]) -> Counter[str]:
    """Tasks by family of checkpoint."""
    return Counter(family(t) for t in tasks)


def methods(tasks: Iterable[Task]) -> Counter[str]:
    """Tasks whose request names a method."""
    return Counter(name for t in tasks for name in named(t.request))


def modes(tasks: Iterable[Task]) -> Counter[str]:
    """Tasks by what the picture is made from: text, an image, a class."""
    return Counter(c.mode for t in tasks if (c := card_for(t.attributes.pipeline_class, t.attributes.model_id)))


def sizes(tasks: Iterable[Task]) -> Counter[int]:
    """Tasks by width in pixels."""
    return Counter(t.attributes.width for t in tasks)


def family(task: Task) -> str:
    """`sdxl`, `controlnet`: what the paper counts as a pipeline."""
    card = card_for(task.attributes.pipeline_class, task.attributes.model_id)
    return card.family if card else "unknown"
