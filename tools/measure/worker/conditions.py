"""What a call is conditioned on besides its text: how many pictures it makes, and its own images for any number."""

from typing import Any

CAPTIONS = ("prompt", "prompt_2", "prompt_3")
NEGATIVES = ("negative_prompt", "negative_prompt_2", "negative_prompt_3")
_IMAGES = ("image", "mask_image", "control_image")


def pictures_in(value: Any) -> int:
    """How many pictures one prompt, list of prompts or collection of class ids asks for."""
    return 1 if isinstance(value, (str, int)) else len(value)


def texts(arguments: dict[str, Any], prompts: list[str], single: bool) -> dict[str, Any]:
    """Every prompt that the call passes, replaced; every negative prompt as it is, for each picture."""
    found: dict[str, Any] = {k: prompts[0] if single else prompts for k in CAPTIONS if arguments.get(k) is not None}
    for name in NEGATIVES:
        if (negative := arguments.get(name)) is not None:
            first = negative if isinstance(negative, str) else negative[0]
            found[name] = first if single else [first] * len(prompts)
    return found


def images(pipeline: Any, arguments: dict[str, Any], first: int, count: int) -> dict[str, Any]:
    """The script's own images for the pictures `first` and on; several take turns."""
    found = {name: arguments[name] for name in _IMAGES if arguments.get(name) is not None}
    if hasattr(getattr(pipeline, "controlnet", None), "nets"):  # several ControlNets, an image for each
        return {name: [repeated(each, first, count) for each in value] for name, value in found.items()}
    return {name: repeated(value, first, count) for name, value in found.items()}


def repeated(image: Any, first: int, count: int) -> Any:
    """One image for `count` pictures: as it is for one, else a list or a batch of that length."""
    at = range(first, first + count)
    if isinstance(image, (list, tuple)):
        return [image[k % len(image)] for k in at]
    shape = getattr(image, "shape", None)
    if shape is not None and len(shape) == 4:
        return image[[k % shape[0] for k in at]]
    return image if count == 1 else [image] * count
