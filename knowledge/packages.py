"""Names on PyPI that people take for a library, and the name that it has."""

import re
from types import MappingProxyType

_WRONG = MappingProxyType(
    {
        "diffuser": "diffusers",
        "tome": "tomesd",
        "tome-sd": "tomesd",
        "t-gate": "tgate",
        "deep-cache": "DeepCache",
        "xformer": "xformers",
        "quanto": "optimum-quanto",
        "torch-ao": "torchao",
        "pytorch": "torch",
        "sage-attention": "sageattention",
        "flash-attention": "flash-attn",
        "bitsandbyte": "bitsandbytes",
        "cv2": "opencv-python",
        "pil": "pillow",
    }
)
MODULES = MappingProxyType({"deepcache": "DeepCache", "tome": "tomesd", "t_gate": "tgate", "quanto": "optimum.quanto"})
"""modules that are imported by mistake -> what the library is imported as"""
_INSTALL = re.compile(r"\b(?:uv +)?pip3? +install +(?P<what>[^\n\"'#;&|]+)")
_NAME = re.compile(r"(?<![\w.=<>/:\[-])[A-Za-z][\w.-]*")


def right_name(package: str) -> str | None:
    """The package that is meant, where the name is another one's or nobody's; None where the name is right."""
    return _WRONG.get(re.sub(r"[-_.]+", "-", package).lower())


def wrong_packages(line: str) -> list[tuple[int, str, str]]:
    """Column, name and right name of each wrong package in the `pip install` commands of a line."""
    found: list[tuple[int, str, str]] = []
    for command in _INSTALL.finditer(line):
        for name in _NAME.finditer(command["what"]):
            if (right := right_name(name[0])) is not None:
                found.append((command.start("what") + name.start(), name[0], right))
    return found
