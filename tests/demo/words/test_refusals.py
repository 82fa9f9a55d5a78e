"""What the engine refuses is told in the person's language."""

from __future__ import annotations

import ast
import struct
from collections.abc import Callable, Iterator
from io import BytesIO

import pytest
from PIL import Image

from demo.browser.toasts import message_of
from demo.jobs.queue import Queue
from demo.words import WORDS
from nst_core.errors import InputError
from nst_core.images import fit, load_image, split_alpha
from nst_core.scene.scales import painting_size
from tests.support.paths import ROOT
from tests.support.pictures import png_of_size


def abouts() -> Iterator[str]:
    """What the errors are about that are written out in the sources."""
    for path in (*ROOT.glob("nst_core/**/*.py"), *ROOT.glob("demo/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "InputError":
                yield from (str(each.value) for each in node.args[1:2] if isinstance(each, ast.Constant))


def test_there_are_words_for_whatever_is_refused() -> None:
    found = set(abouts())
    assert {"damaged", "too_narrow", "no_memory", "no_download"} <= found
    assert {f"refused.{about}" for about in found} <= set(WORDS)


def a_full_queue() -> None:
    queue = Queue(0)
    with queue.join(), queue.join():
        pass


def png(mode: str, size: tuple[int, int], colour: object) -> BytesIO:
    stream = BytesIO()
    Image.new(mode, size, colour).save(stream, "PNG")
    return stream


def float_tiff() -> BytesIO:
    """The beginning of a TIFF with the tags 258 (bits), 262 (RGB), 277 (channels) and 339 (float)."""
    tags = b"".join(
        struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in ((258, 32), (262, 2), (277, 3), (339, 3))
    )
    return BytesIO(b"II*\0" + struct.pack("<IH", 8, 4) + tags + bytes(4))


@pytest.mark.parametrize(
    ("refused", "spanish"),
    [
        (lambda: load_image(BytesIO()), "está vacío"),
        (lambda: load_image(BytesIO(b"%!PS-Adobe-3.0 EPSF-3.0")), "no es una imagen que se pueda leer"),
        (lambda: load_image(BytesIO(b"8BPS\0\1" + bytes(40))), "es un archivo de tipo PSD"),
        (lambda: load_image(float_tiff()), "es un TIFF de RGB, 3 x 32 bits float"),
        (lambda: load_image(BytesIO(png("RGB", (64, 64), "teal").getvalue()[:60])), "dañada o incompleta"),
        (lambda: load_image(png_of_size(60000, 60000)), "más de 100 megapíxeles"),
        (lambda: load_image(png_of_size(10001, 10000)), "más de 100 megapíxeles"),
        (lambda: load_image(png("RGB", (64, 20), "teal")), "64 × 20 px, y cada lado necesita al menos 32"),
        (lambda: split_alpha(Image.new("RGBA", (64, 64))), "transparente por completo"),
        (lambda: fit((2000, 40), 512), "elige una resolución de al menos 1600"),
        (lambda: painting_size((400, 200), 128, 0.25), "elige pinceladas de al menos 0,5"),
        (a_full_queue, "Ya hay 0 personas esperando"),
    ],
)
def test_a_refusal_is_told_in_the_persons_language(refused: Callable[[], object], spanish: str) -> None:
    with pytest.raises(InputError) as error:
        refused()
    assert spanish in message_of("es", error.value)
    assert message_of("en", error.value)
