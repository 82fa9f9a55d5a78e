"""Settings in the page's address: `?photo=cat&style=great_wave&strength=60&seed=3` opens the page set up that way.

An address comes from anybody: pictures are named among the examples alone, and settings have to be what the widgets
allow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from gradio.data_classes import FileDataDict

from demo.form import library
from demo.form.request import MOST_PAINTINGS, SETTINGS, WHOLE, Selection, make_config, uploaded, widget_values
from demo.words import Language, say
from nst_core.config import TransferConfig
from nst_core.recipe import sha256_of

PHOTO, STYLE, BLEND = "photo", "style", "blend"
KINDS: tuple[library.Kind, ...] = get_args(library.Kind)
GIVEN = tuple(name for name in SETTINGS if name != "weights")  # whose choice is the server's
# What Gradio itself, and whoever spreads links, put into addresses.
OTHERS = ("view", "deep_link", "logs", "session_hash", "fn_index", "ref", "fbclid", "gclid")
MOST = 50  # characters of an address that are shown to a person
MOST_COMPLAINTS = 5  # each is a toast, and an address can have thousands


@dataclass(frozen=True)
class Setup:
    """What an address asks for: pictures, the values of widgets, and what in it makes no sense."""

    photo: Path | None = None
    paintings: tuple[Path, ...] = ()
    blends: tuple[float, ...] = ()  # how much of each of them, in percent; () where the address doesn't say
    settings: Mapping[str, Any] | None = None  # all of `SETTINGS` where the address gives one
    complaints: tuple[str, ...] = ()


def read(query: Mapping[str, str], defaults: TransferConfig, language: Language = "en") -> Setup:
    """What the parameters of an address ask for; what can't be followed is left out and told in `complaints`."""
    complaints: list[str] = []
    photos = _named(query, PHOTO, "photo", complaints, language)
    paintings = _named(query, STYLE, "painting", complaints, language)[:MOST_PAINTINGS]
    blends = _shares(query, len(paintings), complaints, language)
    values, given = widget_values(defaults), False
    for name, text in query.items():
        if name in GIVEN:
            try:
                changed = values | {name: _parsed(name, text, values[name])}
                make_config(defaults, [changed[each] for each in SETTINGS], language)
            except ValueError as error:
                complaints.append(str(error))
            else:
                values, given = changed, True
        elif name not in (PHOTO, STYLE, BLEND, *OTHERS) and not name.startswith(("__", "utm_")):
            complaints.append(say(language, "links.unknown", name=name[:MOST]))
    return Setup(
        photos[0] if photos else None,
        tuple(paintings),
        blends,
        values if given else None,
        tuple(complaints[:MOST_COMPLAINTS]),
    )


def write(selection: Selection, defaults: TransferConfig) -> str:
    """The parameters that open the page like this: the examples among its pictures, and settings that aren't usual."""
    paintings = _examples(selection, "painting")
    blends = selection.config.style_blend if len(paintings) == len(selection.paintings) else ()
    chosen = {PHOTO: _examples(selection, "photo"), STYLE: paintings, BLEND: [_text(share) for share in blends]}
    usual, values = widget_values(defaults), widget_values(selection.config)
    settings = {name: _text(values[name]) for name in GIVEN if values[name] != usual[name]}
    return urlencode({name: ",".join(names) for name, names in chosen.items() if names} | settings, safe=",")


def left_out(selection: Selection, language: Language = "en") -> list[str]:
    """What of a selection no address can tell, in words."""
    own = {kind: len(_examples(selection, kind)) < len(_pictures(selection, kind)) for kind in KINDS}
    blend = own["painting"] and bool(selection.config.style_blend)
    missing = {"pictures": any(own.values()), "regions": bool(selection.masks), "blend": blend}
    return [say(language, f"links.{part}") for part, is_missing in missing.items() if is_missing]


def _named(
    query: Mapping[str, str], name: str, kind: library.Kind, complaints: list[str], language: Language
) -> list[Path]:
    """The example pictures that an address names, separated by commas."""
    known, found = library.by_name(kind), []
    for each in filter(None, query.get(name, "").split(",")):
        if each in known:
            found.append(known[each])
        else:
            text = say(language, "links.no_picture", name=each[:MOST], known=", ".join(known))
            complaints.append(text)
    return found


def _shares(query: Mapping[str, str], paintings: int, complaints: list[str], language: Language) -> tuple[float, ...]:
    """How much of each painting, in percent, separated by commas."""
    text = query.get(BLEND)
    if text is None:
        return ()
    shares = [_parsed(BLEND, each, WHOLE) for each in text.split(",")]
    are_shares = all(isinstance(share, float) and 0 <= share <= WHOLE for share in shares)
    if are_shares and len(shares) == paintings and any(shares):
        return tuple(shares)
    complaints.append(say(language, "links.no_blend", value=text[:MOST], count=paintings))
    return ()


def _parsed(name: str, text: str, usual: Any) -> Any:
    """The value of a widget that has such a one usually; what is no number is left to `make_config` to refuse."""
    if isinstance(usual, str):
        return text[:MOST]
    try:
        return int(text) if isinstance(usual, int) else float(text)
    except ValueError:
        return text[:MOST]


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _examples(selection: Selection, kind: library.Kind) -> list[str]:
    """The names of the selection's pictures that are examples, unchanged: nobody else's address finds another."""
    known = library.by_sha256(kind)
    hashes = [sha256_of(uploaded(kind, picture)) for picture in _pictures(selection, kind)]
    return [known[each].stem for each in hashes if each in known]


def _pictures(selection: Selection, kind: library.Kind) -> list[FileDataDict]:
    return [picture for picture in ([selection.photo] if kind == "photo" else selection.paintings) if picture]
