"""Which picture files can be written, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nst_core.extras import require
from nst_core.files import check_place

# By suffix: Pillow's name of the format and how to write it. JPEG keeps its colours at full resolution (4:4:4), WebP
# what is under transparent pixels: a fringe would show as soon as somebody scales the picture.
WRITABLE: dict[str, dict[str, Any]] = {
    ".png": {"format": "PNG"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".webp": {"format": "WEBP", "lossless": True, "exact": True},
    ".tif": {"format": "TIFF", "compression": "tiff_lzw"},
    ".tiff": {"format": "TIFF", "compression": "tiff_lzw"},
}

# By suffix: libvips' format and how to write 16 bits, which Pillow can't.
DEEP: dict[str, dict[str, Any]] = {
    ".png": {"format_string": ".png", "filter": "all"},
    ".tif": {"format_string": ".tif", "compression": "deflate", "predictor": "horizontal"},
    ".tiff": {"format_string": ".tif", "compression": "deflate", "predictor": "horizontal"},
}


def check_output(path: str | Path, *, alpha: bool = False, depth: int = 8) -> Path:
    """Return `path` if a picture, transparent with `alpha`, of `depth` bits a channel can be written there.

    Raises `ValueError` that says why not.
    """
    writing_options(Path(path), alpha, depth)
    return check_place(path)


def writing_options(path: Path, alpha: bool, depth: int) -> dict[str, Any]:
    """How to write a picture to `path`; `ValueError` where the format of its suffix can't hold it."""
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise ValueError(f"{path} must end in one of {', '.join(WRITABLE)}")
    if depth not in (8, 16):
        raise ValueError(f"depth must be 8 or 16 bits a channel, got {depth}")
    if depth == 16 and suffix not in DEEP:
        raise ValueError(f"{path} can't hold 16 bits a channel; use one of {', '.join(DEEP)}, or 8 bits")
    if alpha and WRITABLE[suffix]["format"] == "JPEG":
        raise ValueError(f"{path} can't hold transparency; use .png, .webp or .tif, or no transparency")
    if depth == 8:
        return WRITABLE[suffix]
    require("pyvips")
    return DEEP[suffix]
