"""Pictures as PNG, and folders of them."""

import io


def png(pixels: bytes, height: int, width: int, longest: int | None = None) -> bytes:
    """uint8 RGB pixels as a PNG, reduced to `longest` pixels on the longer side where that is given."""
    from PIL import Image

    image = Image.frombytes("RGB", (width, height), pixels)
    if longest is not None and max(width, height) > longest:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, format="PNG", optimize=False)
    return out.getvalue()


def pixels(data: bytes) -> tuple[bytes, int, int]:
    """A PNG as uint8 RGB pixels, height, width."""
    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        rgb = image.convert("RGB")
        return rgb.tobytes(), rgb.height, rgb.width


def reduced(pixels: bytes, height: int, width: int, shorter: int = 256) -> tuple[bytes, int, int]:
    """Box average by the whole factor that brings the shorter side to about `shorter`; pixels, height, width."""
    from PIL import Image

    factor = max(1, round(min(height, width) / shorter))
    if factor == 1:
        return pixels, height, width
    small = Image.frombytes("RGB", (width, height), pixels).reduce(factor)
    return small.tobytes(), small.height, small.width
