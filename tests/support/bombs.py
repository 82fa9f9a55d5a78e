"""Picture files that take far more to read than to send, and files of honest size that are large."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from PIL import Image

from tests.support.pictures import file_of, png_chunk, smooth_picture

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, RGBA = 0, 2, 3, 6  # PNG's kinds of colours
PHONE = 50_000_000  # pixels of the largest photos that phones make by default
SLOW = 4  # of as many pixels as others have: what takes an encoder minutes


@dataclass(frozen=True)
class Scale:
    """How large they are."""

    pixels: int = 99_000_000
    bytes: int = 45_000_000  # of files that are long

    @property
    def side(self) -> int:
        """Of a square."""
        return int(self.pixels**0.5)

    def less(self, times: int) -> Scale:
        """With so many times fewer pixels."""
        return Scale(self.pixels // times, self.bytes)


Make = Callable[[Scale], bytes]


# PNG


def _png(kind: int, bits: int, scale: Scale, *before: bytes, interlaced: bool = False, wide: bool = False) -> bytes:
    """Nothing but ones, by which each line, filtered, begins as well; `before`: chunks in front of them."""
    width, height = (32, scale.pixels // 32) if wide else (scale.side, scale.side)
    channels = {GREY: 1, RGB: 3, PALETTE: 1, RGBA: 4}[kind]
    packer, line = zlib.compressobj(9), b"\1" * (1 + (width * channels * bits + 7) // 8)
    total = len(line) * height + (len(line) * height // 50 + 64 * height if interlaced else 0)
    block = b"\1" * (1 << 20)
    packed = b"".join(packer.compress(block[: min(len(block), total - at)]) for at in range(0, total, len(block)))
    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, interlaced)
    return (
        SIGNATURE
        + png_chunk(b"IHDR", header)
        + b"".join(before)
        + png_chunk(b"IDAT", packed + packer.flush())
        + png_chunk(b"IEND", b"")
    )


def _palette(opacities: bytes) -> tuple[bytes, bytes]:
    return png_chunk(b"PLTE", bytes(768)), png_chunk(b"tRNS", opacities)


def _small_png(*before: bytes) -> bytes:
    return _png(RGB, 8, Scale(64 * 64, 0), *before)


def _packed_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def _png_text(scale: Scale, times: int = 1) -> bytes:
    """Texts that grow a thousandfold; the file is as long as it may be where `times` is many."""
    one = png_chunk(b"iTXt", b"recipe\0\1\0\0\0" + _packed_zeros(scale.bytes))
    return _small_png(*[one] * times)


def _png_recipe(scale: Scale) -> bytes:
    return _small_png(png_chunk(b"iTXt", b"nst\0\0\0\0\0" + b"[" * scale.bytes))


def _png_profile(scale: Scale) -> bytes:
    return _small_png(png_chunk(b"iCCP", b"x\0\0" + _packed_zeros(10 * scale.bytes)))


def _png_of_empty_chunks(scale: Scale) -> bytes:
    return _small_png(*[png_chunk(b"IDAT", b"")] * min(99_000, scale.bytes // 12))


# JPEG


def _jpeg(scale: Scale, mode: str = "RGB", **options: Any) -> bytes:
    """Of a kind that phones make: 3 to 4 bits a pixel, smooth and grained."""
    tile = Image.effect_noise((512, 512), 20).convert("RGB")
    tile = Image.blend(smooth_picture(512, 512, 0), tile, 0.3).convert(mode)
    side = min(scale.side, 8_000)
    image = Image.new(mode, (side, scale.pixels // side))
    for left in range(0, image.width, 512):
        for top in range(0, image.height, 512):
            image.paste(tile, (left, top))
    return file_of(image, "JPEG", quality=90, **options).getvalue()


def _jpeg_flat(scale: Scale, **options: Any) -> bytes:
    return file_of(Image.new("RGB", (scale.side, scale.side)), "JPEG", quality=10, **options).getvalue()


def _jpeg_of_scans(scale: Scale, scans: int) -> bytes:
    """Progressive, the last scan again and again: each takes a pass over all pixels."""
    data = _jpeg_flat(scale, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * scans + data[-2:]


def _jpeg_with(piece: bytes, scale: Scale) -> bytes:
    data = file_of(smooth_picture(64, 64, 0), "JPEG").getvalue()
    return data[:2] + piece * (scale.bytes // len(piece)) + data[2:]


# GIF


def _sub_blocks(data: bytes) -> bytes:
    return bytes([len(data)]) + data


def _gif(width: int, height: int, before: bytes = b"", frames: int = 1) -> bytes:
    """A canvas, and frames of one pixel."""
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2" + _sub_blocks(b"\x44\1") + b"\0"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + before + frame * frames + b";"


def _gif_with(kind: int, block: bytes, scale: Scale) -> bytes:
    """An extension of very many blocks."""
    return _gif(64, 64, bytes([0x21, kind]) + _sub_blocks(block) * (scale.bytes // (1 + len(block))) + b"\0")


def _gif_of_comments(scale: Scale) -> bytes:
    return _gif(64, 64, b"\x21\xfe\1a\0" * (scale.bytes // 5))


# TIFF


def _tiff(mode: str, scale: Scale, **options: Any) -> bytes:
    return file_of(Image.new(mode, (scale.side, scale.side)), "TIFF", **options).getvalue()


def _tiff_of(tags: dict[int, tuple[int, int, int]], data: bytes = b"") -> bytes:
    """Tags as type, count and value."""
    table = b"".join(struct.pack("<HHII", tag, *entry) for tag, entry in sorted(tags.items()))
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + table + bytes(4)


def _tiff_tile(scale: Scale) -> bytes:
    """A picture of 64 pixels in a tile of a great many."""
    side, packed = (scale.side + 15) // 16 * 16, zlib.compress(bytes(100))
    tags = {256: (3, 1, 64), 257: (3, 1, 64), 258: (3, 1, 8), 259: (3, 1, 8), 262: (3, 1, 1), 277: (3, 1, 1)}
    return _tiff_of(tags | {322: (4, 1, side), 323: (4, 1, side), 324: (4, 1, 8), 325: (4, 1, len(packed))}, packed)


def _tiff_strips(scale: Scale) -> bytes:
    strips = min(99_000, scale.bytes // 8)
    lists = struct.pack(f"<{2 * strips}I", *[8] * strips, *[1] * strips)
    tags = {256: (4, 1, 64), 257: (4, 1, strips), 258: (3, 1, 8), 259: (3, 1, 1), 262: (3, 1, 1), 277: (3, 1, 1)}
    return _tiff_of(tags | {273: (4, strips, 8), 278: (3, 1, 1), 279: (4, strips, 8 + 4 * strips)}, lists)


def _tiff_profile(scale: Scale) -> bytes:
    return _tiff("RGB", Scale(64 * 64), icc_profile=bytes(36) + b"acsp" + bytes(scale.bytes))


def _tiff_pages(scale: Scale) -> bytes:
    pages = [Image.new("L", (64, 64))] * min(2000, scale.bytes // 5000)
    return file_of(pages[0], "TIFF", save_all=True, append_images=pages[1:]).getvalue()


# others


def _webp(scale: Scale, **options: Any) -> bytes:
    side = min(16_383, scale.pixels)
    width, height = (side, scale.pixels // side) if scale.pixels > 16_383 * 64 else (scale.side, scale.side)
    return file_of(Image.new("RGBA", (width, height), (9, 9, 9, 9)), "WEBP", quality=0, method=0, **options).getvalue()


def _webp_frames(scale: Scale) -> bytes:
    """A large canvas and an animation, most of it of single pixels."""
    side = min(scale.side, 9_000)
    frames = [Image.new("RGB", (side, side), colour) for colour in ("red", "blue")]
    return file_of(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True, method=0).getvalue()


def _webp_pieces(scale: Scale) -> bytes:
    data = file_of(smooth_picture(64, 64, 0), "WEBP").getvalue()
    return data + b"abcd\0\0\0\0" * (scale.bytes // 8)


def _bmp_rle(scale: Scale) -> bytes:
    """Runs of 255 pixels, two bytes each; most lines are passed over."""
    line = b"\xff\0" * (scale.side // 255) + bytes([scale.side % 255, 0]) + b"\0\0"
    data = line * scale.side + b"\0\1"
    head = struct.pack("<IiiHHIIiiII", 40, scale.side, scale.side, 1, 8, 1, len(data), 0, 0, 256, 0)
    start = 14 + len(head) + 1024
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + bytes(1024) + data


def _bmp(scale: Scale) -> bytes:
    """All of it, as long as a file may be."""
    side = int((scale.bytes / 4) ** 0.5)
    head = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 32, 0, 4 * side * side, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + 4 * side * side, 0, 0, 54) + head + bytes(4 * side * side)


def _ico(scale: Scale) -> bytes:
    png = _png(RGBA, 8, scale)
    return b"\0\0\1\0\1\0" + struct.pack("<4B2H2I", 0, 0, 0, 0, 1, 32, len(png), 22) + png


def _ico_entries(scale: Scale) -> bytes:
    """As many pictures as can be listed, all the same one."""
    listed, png = min(65_535, scale.bytes // 16), _small_png()
    entry = struct.pack("<4B2H2I", 64, 64, 0, 0, 1, 32, len(png), 6 + 16 * listed)
    return b"\0\0\1\0" + struct.pack("<H", listed) + entry * listed + png


def _ppm_text(scale: Scale) -> bytes:
    side = int((scale.bytes / 6) ** 0.5)
    return b"P3 %d %d 255\n" % (side, side) + b"0 " * (3 * side * side)


def _ppm_comment(scale: Scale) -> bytes:
    return b"P6\n#" + b"a" * scale.bytes + b"\n64 64 255\n" + bytes(3 * 64 * 64)


def _ppm_spaces(scale: Scale) -> bytes:
    return b"P6 " + b" " * scale.bytes + b"64 64 255\n" + bytes(3 * 64 * 64)


def _ppm_deep(scale: Scale) -> bytes:
    side = int((scale.bytes / 6) ** 0.5)
    return b"P6 %d %d 65534\n" % (side, side) + bytes(6 * side * side)


def _pfm(scale: Scale) -> bytes:
    side = int((scale.bytes / 4) ** 0.5)
    return b"Pf\n%d %d\n-1.0\n" % (side, side) + bytes(4 * side * side)


def _encoded(format: str, scale: Scale, **options: Any) -> bytes:
    return file_of(Image.new("RGB", (scale.side, scale.side)), format, **options).getvalue()


def _heif(scale: Scale) -> bytes:
    import pillow_heif

    stream = BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (scale.side, scale.side))).save(stream, quality=10)
    return stream.getvalue()


def _claiming(make: Make, scale: Scale) -> bytes:
    """A small picture in a container that calls it large."""
    data = make(Scale(64 * 64, scale.bytes))
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", scale.side, scale.side) + data[at + 8 :]


def _boxes(make: Make, scale: Scale) -> bytes:
    """Very many empty boxes in front of the description of the picture."""
    data = make(Scale(64 * 64, scale.bytes))
    at = int.from_bytes(data[:4], "big")
    return data[:at] + b"\0\0\0\x08free" * (scale.bytes // 8) + data[at:]


def _jpeg_2000_noise(scale: Scale) -> bytes:
    side = scale.less(4 * SLOW).side
    return file_of(Image.effect_noise((side, side), 100).convert("RGB"), "JPEG2000").getvalue()


def _jpeg_2000_comments(scale: Scale) -> bytes:
    data = _encoded("JPEG2000", Scale(64 * 64), no_jp2=True)
    at = data.index(b"\xff\x52")
    return data[:at] + (b"\xff\x64\0\x05\0\1a") * (scale.bytes // 7) + data[at:]


def _jpeg_2000_claiming(scale: Scale) -> bytes:
    data = bytearray(_encoded("JPEG2000", Scale(64 * 64), no_jp2=True))
    data[8:16] = data[24:32] = struct.pack(">II", scale.side, scale.side)  # of the picture, and of a tile
    return bytes(data)


def _zeros_behind(head: bytes, scale: Scale) -> bytes:
    return head + bytes(scale.bytes)


def _noise_behind(head: bytes, scale: Scale) -> bytes:
    return head + random.Random(0).randbytes(scale.bytes)


def _cut(make: Make, scale: Scale) -> bytes:
    data = make(scale)
    return data[: len(data) // 2]


_OTHERS = {
    "psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 9000, 9000, 8, 3),
    "tga rle": bytes([0, 0, 10]) + bytes(9) + struct.pack("<HHBB", 9000, 9000, 24, 0),
    "icns": b"icns\x02\xb0\0\0ic10",
    "dds": b"DDS \x7c\0\0\0" + bytes(4) + struct.pack("<II", 9000, 9000),
    "pcx": b"\x0a\5\1\x08" + struct.pack("<HHHH", 0, 0, 9000, 9000),
    "sgi": b"\1\xda\1\1\0\3" + struct.pack(">HHH", 9000, 9000, 3),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9000 9000\n",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'>",
    "nothing": b"",
}

_HEIF: dict[str, Make] = {
    "heif": lambda scale: _heif(scale.less(SLOW)),
    "heif, claiming": partial(_claiming, _heif),
    "heif, boxes": partial(_boxes, _heif),
}
BOMBS: dict[str, Make] = {
    "png rgba": partial(_png, RGBA, 8),
    "png rgba 16 bits": partial(_png, RGBA, 16),
    "png grey 16 bits": partial(_png, GREY, 16),
    "png palette 8 bits": lambda scale: _png(PALETTE, 8, scale, *_palette(b"\7")),
    "png interlaced": partial(_png, RGBA, 8, interlaced=True),
    "png of 32 columns": partial(_png, RGB, 8, wide=True),
    "png, packed text": _png_text,
    "png, packed texts": lambda scale: _png_text(scale, max(1, min(900, scale.bytes // 50_000))),
    "png, long text": _png_recipe,
    "png, packed profile": _png_profile,
    "png, empty chunks": _png_of_empty_chunks,
    "jpeg photo, 12 Mpx": lambda scale: _jpeg(Scale(min(scale.pixels, 12_000_000))),
    "jpeg photo, 50 Mpx": lambda scale: _jpeg(Scale(min(scale.pixels, PHONE))),
    "jpeg photo, progressive": lambda scale: _jpeg(Scale(min(scale.pixels, PHONE)), progressive=True),
    "jpeg photo, cmyk": lambda scale: _jpeg(Scale(min(scale.pixels, PHONE)), "CMYK"),
    "jpeg flat, 200 Mpx": lambda scale: _jpeg_flat(Scale(2 * scale.pixels)),
    "jpeg flat, progressive": partial(_jpeg_flat, progressive=True),
    "jpeg of 99 scans": lambda scale: _jpeg_of_scans(scale.less(2), 88),
    "jpeg of 9000 scans": lambda scale: _jpeg_of_scans(Scale(min(scale.pixels, 1_000_000)), 9_000),
    "jpeg, comments": partial(_jpeg_with, b"\xff\xfe\0\2"),
    "jpeg, long comments": partial(_jpeg_with, b"\xff\xfe\2\0" + bytes(510)),
    "jpeg, fill bytes": partial(_jpeg_with, b"\xff"),
    "jpeg, exif": partial(_jpeg_with, b"\xff\xe1\xff\xf0Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\1" * 65_502),
    "gif canvas": lambda scale: _gif(scale.side, scale.side),
    "gif frames": lambda scale: _gif(64, 64, frames=scale.bytes // 17),
    "gif, comment": partial(_gif_with, 0xFE, b"a" * 255),
    "gif, comments": _gif_of_comments,
    "gif, extension": partial(_gif_with, 0x42, b"a"),
    "tiff float": partial(_tiff, "F", compression="tiff_adobe_deflate"),
    "tiff 16 bits": partial(_tiff, "I;16", compression="tiff_lzw"),
    "tiff lzw": partial(_tiff, "RGBA", compression="tiff_lzw"),
    "tiff packbits": partial(_tiff, "RGB", compression="packbits"),
    "tiff jpeg": partial(_tiff, "RGB", compression="jpeg"),
    "tiff cmyk": partial(_tiff, "CMYK", compression="tiff_adobe_deflate"),
    "tiff lab": partial(_tiff, "LAB", compression="tiff_adobe_deflate"),
    "tiff fax": partial(_tiff, "1", compression="group4"),
    "tiff, huge tile": _tiff_tile,
    "tiff, strips": _tiff_strips,
    "tiff, profile": _tiff_profile,
    "tiff pages": _tiff_pages,
    "webp lossless": partial(_webp, lossless=True),
    "webp lossy": _webp,
    "webp animation": _webp_frames,
    "webp, pieces": _webp_pieces,
    "bmp": _bmp,
    "bmp rle": _bmp_rle,
    "ico of a png": _ico,
    "ico of many": _ico_entries,
    "ppm text": _ppm_text,
    "ppm, comment": _ppm_comment,
    "ppm, spaces": _ppm_spaces,
    "ppm 16 bits": _ppm_deep,
    "pfm": _pfm,
    "avif": lambda scale: _encoded("AVIF", scale, speed=10, quality=10),
    "avif, claiming": partial(_claiming, partial(_encoded, "AVIF")),
    "avif, boxes": partial(_boxes, partial(_encoded, "AVIF")),
    "jpeg 2000": lambda scale: _encoded("JPEG2000", scale.less(SLOW)),
    "jpeg 2000 of noise": _jpeg_2000_noise,
    "jpeg 2000, claiming": _jpeg_2000_claiming,
    "jpeg 2000, comments": _jpeg_2000_comments,
    **(_HEIF if find_spec("pillow_heif") else {}),
    **{name: partial(_zeros_behind, head) for name, head in _OTHERS.items()},
    "noise": partial(_noise_behind, b""),
    "png, noise": partial(_noise_behind, SIGNATURE),
    "jpeg, noise": partial(_noise_behind, b"\xff\xd8\xff"),
    "gif, noise": partial(_noise_behind, b"GIF89a@\0@\0\0\0\0"),
    "png, cut": partial(_cut, partial(_png, RGBA, 8)),
    "png, cut at its end": lambda scale: _png(RGBA, 16, scale)[:-20],
    "png, seen through": lambda scale: _png(PALETTE, 8, scale, *_palette(bytes(256))),
    "jpeg, cut": partial(_cut, lambda scale: _jpeg(Scale(min(scale.pixels, PHONE)))),
    "gif, cut": partial(_cut, lambda scale: _gif(scale.side, scale.side)),
    "tiff, cut": partial(_cut, partial(_tiff, "RGB", compression="tiff_adobe_deflate")),
    "webp, cut": partial(_cut, partial(_webp, lossless=True)),
    "bmp, cut": partial(_cut, _bmp),
}
