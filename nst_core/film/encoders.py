"""Frames to a moving picture as they come: MP4, WebP and GIF, by FFmpeg."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from nst_core.files import temporary_beside

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream

Size = tuple[int, int]  # (width, height)
Frame = NDArray[np.uint8]  # (H, W, 3), sRGB

# Codes of ITU-T H.273. Without them a player guesses, and greens and reds shift.
BT709, SRGB_CURVE, LIMITED = 1, 13, 1
PALETTE_FRAMES = 24  # a GIF's colours are counted in so many of its frames


class Encoder(Protocol):
    """Writes a file frame by frame; it is whole after `close`."""

    rate: int  # ticks a second

    def __init__(self, path: Path, size: Size, stack: ExitStack) -> None:
        """`stack` removes, however the film ends, what was only needed meanwhile."""

    def add(self, frame: Frame, ticks: int) -> None:
        """Show `frame` for that long."""

    def close(self) -> None: ...


class Mp4:
    """H.264 in MP4, as every browser and phone plays it."""

    rate = 24

    def __init__(self, path: Path, size: Size, stack: ExitStack) -> None:
        width, height = size
        self._even = (width - width % 2, height - height % 2)  # colours are halved in both directions
        self._track = Track(
            path,
            "mp4",
            ("libx264", "yuv420p"),
            self._even,
            self.rate,
            {"crf": "18", "preset": "medium"},
            {"movflags": "+faststart"},
        )
        context = self._track.stream.codec_context
        context.color_primaries, context.color_trc = BT709, SRGB_CURVE
        context.colorspace, context.color_range = BT709, LIMITED

    def add(self, frame: Frame, ticks: int) -> None:
        width, height = self._even
        picture = _picture(frame[:height, :width]).reformat(
            format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", interpolation="LANCZOS"
        )
        for _ in range(ticks):  # players heed a last frame's length less surely than frames
            self._track.add(picture, 1)

    def close(self) -> None:
        self._track.close()


class WebP:
    """A loop of pictures, each one whole: the codec for animations keeps what is alike, and ghosts gather."""

    rate = 24

    def __init__(self, path: Path, size: Size, stack: ExitStack) -> None:
        options = {"quality": "90", "compression_level": "2"}
        self._track = Track(path, "webp", ("libwebp", "bgra"), size, self.rate, options, {"loop": "0"})

    def add(self, frame: Frame, ticks: int) -> None:
        self._track.add(_picture(frame).reformat(format="bgra"), ticks)

    def close(self) -> None:
        self._track.close()


class Gif:
    """A loop with one palette for all frames, so that nothing flickers: they wait in a file until it is known."""

    rate = 25  # GIF counts hundredths of a second

    def __init__(self, path: Path, size: Size, stack: ExitStack) -> None:
        self._path, self._size, self._ticks = path, size, list[int]()
        self._stored = stack.enter_context(temporary_beside(path))
        self._store = Track(self._stored, "nut", ("utvideo", "gbrp"), size, self.rate)

    def add(self, frame: Frame, ticks: int) -> None:
        self._ticks.append(ticks)
        self._store.add(_picture(frame).reformat(format="gbrp"), 1)

    def close(self) -> None:
        self._store.close()
        options = {"final_delay": str(100 * self._ticks[-1] // self.rate)}
        with closing(Track(self._path, "gif", ("gif", "pal8"), self._size, self.rate, {}, options)) as track:
            for frame, ticks in zip(_in_few_colours(self._stored, len(self._ticks)), self._ticks, strict=True):
                track.add(frame, ticks)


class Track:
    """A file with one stream of pictures."""

    def __init__(
        self,
        path: Path,
        container: str,
        codec: tuple[str, str],
        size: Size,
        rate: int,
        options: dict[str, str] | None = None,
        container_options: dict[str, str] | None = None,
    ) -> None:
        import av

        self._container = av.open(str(path), "w", format=container, options=container_options or {})
        name, pixels = codec
        self.stream = cast("VideoStream", self._container.add_stream(name, rate=rate, options=options or {}))
        self.stream.pix_fmt = pixels
        self.stream.width, self.stream.height = size
        self._tick, self._now = Fraction(1, rate), 0

    def add(self, frame: VideoFrame, ticks: int) -> None:
        frame.pts, frame.time_base = self._now, self._tick
        self._now += ticks
        self._mux(self.stream.encode(frame), ticks)

    def close(self) -> None:
        try:
            self._mux(self.stream.encode(None), 1)
        finally:
            self._container.close()

    def _mux(self, packets: Iterable[Any], ticks: int) -> None:
        for packet in packets:
            packet.duration = ticks
            self._container.mux(packet)


def _picture(frame: Frame) -> VideoFrame:
    import av

    return av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")


def _in_few_colours(path: Path, frames: int) -> Iterator[VideoFrame]:
    """The frames of a file in the 256 colours that suit all of them best."""
    import av

    palette = _palette(path, frames)
    with av.open(str(path)) as store:
        graph = av.filter.Graph()
        pictures = graph.add_buffer(template=store.streams.video[0])
        colours = graph.add_buffer(
            width=palette.width, height=palette.height, format=palette.format, time_base=palette.time_base
        )
        # A fixed pattern: what diffuses errors crawls from frame to frame.
        paint, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=3"), graph.add("buffersink")
        pictures.link_to(paint, 0, 0)
        colours.link_to(paint, 0, 1)
        paint.link_to(sink)
        graph.configure()
        colours.push(palette)
        colours.push(None)
        for picture in chain(store.decode(video=0), [None]):
            pictures.push(picture)
            yield from _pull(sink)


def _palette(path: Path, frames: int) -> VideoFrame:
    """The colours of `PALETTE_FRAMES` of a file's frames, the last one among them."""
    import av

    every = math.ceil(frames / PALETTE_FRAMES)
    with av.open(str(path)) as store:
        graph = av.filter.Graph()
        pictures = graph.add_buffer(template=store.streams.video[0])
        sink = graph.add("buffersink")
        graph.link_nodes(pictures, graph.add("palettegen", "reserve_transparent=0"), sink).configure()
        for picture in chain(islice(store.decode(video=0), (frames - 1) % every, None, every), [None]):
            pictures.push(picture)
        (palette,) = _pull(sink)
    return palette


def _pull(sink: Any) -> Iterator[VideoFrame]:
    """The frames that a filter has ready."""
    while True:
        try:
            yield sink.pull()
        except (BlockingIOError, EOFError):
            return
