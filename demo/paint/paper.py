"""A picture on the visitor's paper: the resolution that makes it fit, and what to expect of that, in words."""

from __future__ import annotations

from demo.browser import html
from demo.form.request import LARGEST, larger_size
from demo.words import Language, numeral, say
from nst_core.printing import PAPERS, Paper, Print, fitting_dpi, on_paper
from nst_core.scene.scales import Size

NONE = "none"
OFFERED = (NONE, *(name for name in PAPERS if name != "tabloid"))
TRANSLATED = (NONE, "letter")  # the others are called the same everywhere
SHARP = Print(paper=Paper.named("A4")).dpi  # the usual resolution, with which nobody sees pixels
COARSE = SHARP / 2  # below, they are seen from where one reads


def called(name: str, language: Language) -> str:
    """What the page calls a paper."""
    return say(language, f"print.{name}") if name in TRANSLATED else name


def checked(name: str, language: Language) -> str:
    """`name` if it is one of `OFFERED`; raises `ValueError`."""
    if name not in OFFERED:
        label, choices = say(language, "print.label"), ", ".join(OFFERED)
        raise ValueError(say(language, "error.choice", name=label, choices=choices, value=repr(name)))
    return name


def dpi_on(name: str, size: Size) -> int | None:
    """The resolution with which a picture of so many pixels is as large as fits the paper; None without one."""
    return None if name == NONE else fitting_dpi(size, Paper.named(name))


def told(language: Language, name: str, size: Size) -> str:
    """HTML: how large the picture will be, and what to do where its pixels would be seen; nothing without a paper."""
    dpi = dpi_on(name, size)
    if dpi is None:
        return ""
    width, height = (numeral(language, round(side / 10, 1)) for side in on_paper(size, dpi))
    measures = say(language, "print.told", paper=called(name, language), width=width, height=height, dpi=dpi)
    if dpi >= COARSE:
        return html.on_paper([measures])
    larger, needed = larger_size(max(size)), Print(paper=Paper.named(name)).long_side(size)
    parts = [measures, say(language, "print.coarse")]
    parts += [say(language, "print.larger", size=larger)] if larger > max(size) else []
    parts += [say(language, "print.elsewhere", limit=LARGEST, size=needed, dpi=SHARP)]
    return html.on_paper(parts, f"python -m nst_core --recipe IN.png -o OUT.png --print {name}")
