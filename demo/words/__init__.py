"""Every word on the page, in English and Spanish.

Each module of this package has `WORDS = {"part.name": ("English", "Español")}`. The texts are format strings: `{steps}`
is a slot for a value, and a brace that stands for itself is doubled. There are two ways to a text.

`t("paint.start")` is for what the browser fills in, by its own language. In Gradio 6.31 (tried out) that works for
`label`, `info`, `placeholder`, `title`, `alt_text` and `value`, of any component or tab, and for values and labels that
an event returns: buttons, HTML and Markdown, equations included. As `str(t(...))` it works within a string too, once,
and so for the names of choices.

`say(language, "status.finished", steps=40)`, by `language(request)`, is for what the server writes. It is needed for
texts with slots, for the second text of one string, for toasts and errors, and for a table's headers. Gradio translates
neither the window's title nor the names of routes, and calls the parts of a slider "number input for ..." and "range
slider for ..." in every language.
"""

from __future__ import annotations

import pkgutil
import string
from collections.abc import Mapping
from importlib import import_module
from typing import Literal, get_args

import gradio as gr
from gradio.i18n import I18nData

Language = Literal["en", "es"]
Words = Mapping[str, tuple[str, ...]]  # a text in each of `LANGUAGES`, by its key

LANGUAGES: tuple[Language, ...] = get_args(Language)
GROUPED = 10_000  # the least number that is written in groups of three digits
SPANISH_MARKS = str.maketrans({",": "\N{NO-BREAK SPACE}", ".": ","})


def t(key: str) -> I18nData:
    """The text as Gradio wants it for a label and the like; raises `ValueError` where no text has this key."""
    if _slots(key):
        raise ValueError(f"the text of {key!r} has slots, which a browser doesn't fill: use say")
    return I18N(key)


def say(language: Language, key: str, **values: object) -> str:
    """The text with `values` in its slots, fractions as people write them.

    Raises `ValueError` where the key is unknown or a value is missing.
    """
    if missing := _slots(key) - set(values):
        raise ValueError(f"the text of {key!r} also needs {', '.join(sorted(missing))}")
    written = {name: numeral(language, value) if isinstance(value, float) else value for name, value in values.items()}
    return _text(language, key).format(**written)


def language(request: gr.Request | None) -> Language:
    """What the browser that asks prefers, English where that is neither of ours.

    Only its first choice counts, as in the browser's own translations: both must speak the same language.
    """
    header = request.headers.get("accept-language", "") if request else ""
    first = header.split(",")[0].split(";")[0].split("-")[0].strip().lower()
    return next((ours for ours in LANGUAGES if ours == first), "en")


def numeral(language: Language, value: float) -> str:
    """A number as people write it: 1,000,000 or 1 000 000, 0.25 or 0,25; groups only from five digits on."""
    text = f"{value:{',' if abs(value) >= GROUPED else ''}.15g}"
    return text if language == "en" else text.translate(SPANISH_MARKS)


def rounded(language: Language, value: float, digits: int) -> str:
    """A number with so many digits that count, as people write it."""
    return f"{value:.{digits}g}" if language == "en" else f"{value:.{digits}g}".translate(SPANISH_MARKS)


def collect(parts: Mapping[str, Words]) -> dict[str, tuple[str, ...]]:
    """The words of all modules; raises `ValueError` for a key of two modules and for a text without a translation."""
    words: dict[str, tuple[str, ...]] = {}
    for part, texts in parts.items():
        for key, translations in texts.items():
            if key in words:
                raise ValueError(f"{part}: there is a text {key!r} in another module already")
            if len(translations) != len(LANGUAGES) or not all(text.strip() for text in translations):
                raise ValueError(f"{part}: {key!r} needs one text in each of {', '.join(LANGUAGES)}")
            if len({frozenset(_names(text)) for text in translations}) > 1:
                raise ValueError(f"{part}: the texts of {key!r} have different slots")
            words[key] = translations
    return words


def _modules() -> dict[str, Words]:
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    return {name: import_module(f"{__name__}.{name}").WORDS for name in names}


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _slots(key: str) -> set[str]:
    """The names of the values that a text waits for."""
    return _names(_text("en", key))


def _text(language: Language, key: str) -> str:
    if key not in WORDS:
        raise ValueError(f"no text has the key {key!r}; those that exist are in demo/words")
    return WORDS[key][LANGUAGES.index(language)]


WORDS = collect(_modules())
# What a browser may fill in. (Gradio has dictionaries of its own for its buttons.)
I18N = gr.I18n(**{ours: {key: _text(ours, key).format() for key in WORDS if not _slots(key)} for ours in LANGUAGES})
