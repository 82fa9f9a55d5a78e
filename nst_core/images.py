"""Pictures in and out: any file -> upright sRGB `PIL.Image` -> (1, 3, H, W) in [0, 1] -> a file without metadata."""

from __future__ import annotations

import math
import os
import secrets
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageCms, UnidentifiedImageError
from torch import Tensor

MAX_PIXELS = 100_000_000
MIN_SIDE = 32
_MEGAPIXELS = f"{MAX_PIXELS // 1_000_000} megapixels"

# A list of our own, because Pillow's would hand an uploaded EPS file to Ghostscript.
READABLE = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "JPEG2000", "PPM", "ICO")

# By suffix: Pillow's name of the format and how to write it. JPEG keeps its colours at full resolution (4:4:4).
WRITABLE: dict[str, dict[str, Any]] = {
    ".png": {"format": "PNG"},
    ".jpg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    ".webp": {"format": "WEBP", "lossless": True},
    ".tif": {"format": "TIFF", "compression": "tiff_lzw"},
    ".tiff": {"format": "TIFF", "compression": "tiff_lzw"},
}

_ORIENTATION = 0x0112  # EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHITES = {"I": (255.0, 65535.0), "F": (1.0, 255.0, 65535.0)}  # levels that white may have in Pillow's deep modes


def load_image(source: str | Path | BinaryIO) -> Image.Image:
    """Read a picture file, or the first frame of an animation, as upright sRGB of mode "RGB".

    Raises `ValueError`, one sentence for a person, for what is missing, not a picture, damaged, larger than
    `MAX_PIXELS` (checked before decoding) or smaller than `MIN_SIDE` a side.
    """
    if not isinstance(source, str | Path):
        return _decode(source, "the picture")
    with _open(Path(source)) as stream:
        return _decode(stream, str(source))


def to_rgb(image: Image.Image) -> Image.Image:
    """Turn a picture of any mode into upright sRGB of mode "RGB", on white where it is transparent.

    The result is a new image that carries no metadata: a second call changes nothing.
    """
    upright = _upright(image)
    colour, alpha = _split_alpha(upright)
    rgb = _to_srgb(_to_8_bits(colour), image.info.get("icc_profile")).convert("RGB")
    if alpha is not None:
        opaque = rgb
        rgb = Image.new("RGB", opaque.size, "white")
        rgb.paste(opaque, mask=alpha)
    rgb.info = {}
    return rgb


def fit(size: tuple[int, int], long_side: int, name: str = "a picture") -> tuple[int, int]:
    """Scale `size` (w, h) so that its long side is `long_side`.

    Raises `ValueError`, about the picture by its `name`, if the other side gets below `MIN_SIDE`.
    """
    scale = long_side / max(size)
    width, height = (max(1, round(side * scale)) for side in size)
    if min(width, height) < MIN_SIDE:
        enough = math.ceil(MIN_SIDE * max(size) / min(size))
        raise ValueError(
            f"{name} of {_pixels(size)} pixels would be {width}x{height} at size {long_side}, and each side needs "
            f"at least {MIN_SIDE}: choose a size of at least {enough}, or crop the picture"
        )
    return width, height


def to_tensor(image: Image.Image, size: tuple[int, int]) -> Tensor:
    """Resample to `size` (w, h): (1, 3, h, w) float32 RGB in [0, 1]. Transparency is resolved before, not after."""
    resampled = to_rgb(image).resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(resampled, dtype=np.float32) / 255  # (H, W, 3)
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].contiguous()


def to_array(image: Tensor) -> NDArray[np.uint8]:
    """(1, 3, H, W) in [0, 1] -> uint8 (H, W, 3), to nearest; `ValueError` for another shape, NaN, infinity."""
    if image.ndim != 4 or image.shape[:2] != (1, 3):
        raise ValueError(f"an image is (1, 3, H, W), got {tuple(image.shape)}")
    pixels = image.detach().float()[0].permute(1, 2, 0)
    if not bool(torch.isfinite(pixels).all()):
        raise ValueError("the image holds NaN or infinity, so there is no picture to show")
    array: NDArray[np.uint8] = pixels.clamp(0, 1).mul(255).round().to(torch.uint8).contiguous().cpu().numpy()
    return array


def check_output(path: str | Path) -> Path:
    """Return `path` if a picture can be written there; `ValueError` that says why not."""
    target = Path(path)
    _writing_options(target)
    try:
        if target.is_dir():
            raise ValueError(f"{target} is a folder; name a picture file")
        if target.exists() and not os.access(target, os.W_OK):
            raise ValueError(f"{target} is write-protected; choose another name")
        place = target.resolve()
        if not place.parent.is_dir():
            raise ValueError(f"the folder {place.parent} doesn't exist; create it or choose another")
        with _temporary_beside(place) as trial:
            trial.touch()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"{target} can't be written: {reason}; choose another place") from error
    return target


def save_image(image: Tensor | NDArray[np.uint8], path: str | Path) -> None:
    """Write (1, 3, H, W) in [0, 1] or uint8 (H, W, 3) in the format of the suffix, without metadata, all or nothing.

    Raises `ValueError` for a suffix or an image that can't be written, `OSError` for a disk that won't take it.
    """
    options = _writing_options(Path(path))
    pixels = to_array(image) if isinstance(image, Tensor) else image
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"a picture is uint8 (H, W, 3), got {pixels.dtype} {pixels.shape}")
    target = Path(path).resolve()  # a link stays, and what it points to is replaced
    with _temporary_beside(target) as temporary:
        with temporary.open("xb") as file:
            Image.fromarray(pixels).save(file, **options)
        temporary.replace(target)


def _open(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise ValueError(f"{path} is a folder; name a picture file in it")
        if not path.exists():
            raise ValueError(f"{path} doesn't exist; check the name")
        if not path.is_file():
            raise ValueError(f"{path} isn't an ordinary file; save the picture as a file first")
        return path.open("rb")
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from error


def _decode(stream: BinaryIO, name: str) -> Image.Image:
    with _quiet_pillow(), _identify(stream, name) as image:
        _check_size(image.size, name)
        try:
            image.load()
        except MemoryError:
            raise
        # A decoder raises whatever it stumbles over: OSError, SyntaxError, struct.error, ...
        except Exception as error:
            raise ValueError(f"{name} is damaged or cut off; save or download it again") from error
        return to_rgb(image)


def _identify(stream: BinaryIO, name: str) -> Image.Image:
    try:
        return Image.open(stream, formats=READABLE)
    except UnidentifiedImageError:
        raise ValueError(f"{name} {_what_it_is(stream)}") from None
    except Image.DecompressionBombError:
        raise ValueError(f"{name} has far more than {_MEGAPIXELS}; scale it down first") from None
    except MemoryError:
        raise
    # As in _decode: a picture's first bytes with nonsense behind them.
    except Exception as error:
        raise ValueError(f"{name} is damaged or cut off; save or download it again") from error


def _check_size(size: tuple[int, int], name: str) -> None:
    if math.prod(size) > MAX_PIXELS:
        raise ValueError(f"{name} is {_pixels(size)} pixels, more than {_MEGAPIXELS}; scale it down first")
    if min(size) < MIN_SIDE:
        raise ValueError(f"{name} is {_pixels(size)} pixels; each side needs at least {MIN_SIDE}: use a larger picture")


def _pixels(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _what_it_is(stream: BinaryIO) -> str:
    stream.seek(0)
    head = stream.read(12)
    if not head:
        return "is empty (0 bytes); save or download it again"
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "is a HEIC photo, which can't be read here; export it as JPEG or PNG"
    return "isn't a picture that can be read; use JPEG, PNG, WebP, TIFF, GIF, BMP or AVIF"


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Keep Pillow's remarks, such as that a picture is large, from being printed or raised: we judge for ourselves."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # broken EXIF data raises anything, and says nothing about the pixels
        return image
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colour and opacity; opacity is `None` where everything is opaque by the picture's mode."""
    if image.mode in ("RGBa", "La"):  # premultiplied
        image = image.convert(image.mode.upper())
    if not image.has_transparency_data or _is_deep(image):
        return image, None
    if image.mode in ("1", "L", "LA"):
        grey = image.convert("LA")
        return grey.getchannel("L"), grey.getchannel("A")
    colour = image.convert("RGBA")
    return colour.convert("RGB"), colour.getchannel("A")


def _is_deep(image: Image.Image) -> bool:
    return image.mode in _WHITES or image.mode.startswith("I;16")


def _to_8_bits(image: Image.Image) -> Image.Image:
    """Any mode without alpha -> "L", "RGB", "CMYK" or "LAB", those that colour management takes."""
    if _is_deep(image):
        return _scale_to_8_bits(image)
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _scale_to_8_bits(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image).astype(np.float32), nan=0, posinf=0, neginf=0)
    low, high = float(values.min()), float(values.max())
    whites = [white for white in _WHITES.get(image.mode, (65535.0,)) if low >= 0 and high <= white]
    black, white = (0.0, whites[0]) if whites else (low, high)
    scaled = (values - black) * (255 / max(white - black, 1e-30))
    return Image.fromarray(np.rint(scaled).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Follow the embedded profile; one that is broken or of another colour space is ignored."""
    srgb = ImageCms.createProfile("sRGB")
    if image.mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif not profile:
        return image
    else:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
        except OSError:
            return image
    if source.profile.xcolor_space.strip() == "RGB" and image.mode == "L":
        image = image.convert("RGB")
    try:
        return ImageCms.profileToProfile(image, source, srgb, outputMode="RGB") or image
    except ImageCms.PyCMSError:
        return image


def _writing_options(path: Path) -> dict[str, Any]:
    try:
        return WRITABLE[path.suffix.lower()]
    except KeyError:
        raise ValueError(f"{path} must end in one of {', '.join(WRITABLE)}") from None


@contextmanager
def _temporary_beside(target: Path) -> Iterator[Path]:
    """A free name in the folder of `target`, so that a rename can't cross file systems; nothing is left behind."""
    temporary = target.with_name(f".nst-{secrets.token_hex(8)}.tmp")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
