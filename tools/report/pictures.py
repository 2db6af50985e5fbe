"""Pictures as small pictures: opened with care, since a candidate drew them."""

import base64
import io

from PIL import Image

_BROKEN = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)
_SMALL = 128  # up to here every pixel counts: no interpolation, no lossy format


def opened(png: bytes) -> Image.Image:
    """The picture, or a grey square where the bytes are none."""
    try:
        with Image.open(io.BytesIO(png), formats=("PNG", "JPEG", "WEBP")) as picture:
            return picture.convert("RGB")
    except _BROKEN:
        return Image.new("RGB", (64, 64), "#b8b8b8")


def fitted(picture: Image.Image, side: int) -> Image.Image:
    """At most `side` pixels wide and high; small pictures grow by a whole factor, so that no detail is invented."""
    longest = max(picture.size)
    if longest <= side // 2:
        factor = side // longest
        return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    copy = picture.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def as_png(picture: Image.Image) -> bytes:
    """The picture as PNG bytes."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def inline(png: bytes, side: int = 384) -> tuple[str, int, int]:
    """A `data:` address with width and height, for a page that stands alone."""
    picture = opened(png)
    if max(picture.size) <= _SMALL:
        return data_uri(as_png(picture), "png"), *picture.size
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, subsampling=0)
    return data_uri(out.getvalue(), "jpeg"), *picture.size


def data_uri(data: bytes, kind: str) -> str:
    """The picture as a data: address for the page."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
