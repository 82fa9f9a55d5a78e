"""Settings in the page's address: `?photo=cat&style=great_wave&strength=60&seed=3` opens the page set up that way.

An address comes from anybody: pictures are named among the examples alone, and settings have to be what the widgets
allow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

from gradio.data_classes import FileDataDict

from demo.form import library
from demo.form.request import Selection
from demo.form.settings import BY_NAME, SETTINGS, make_config, widget_values
from demo.form.uploads import uploaded
from demo.form.values import MOST_PAINTINGS, WHOLE
from demo.words import Language, say
from nst_core.config import TransferConfig
from nst_core.recipe import sha256_of

PHOTO, STYLE, BLEND = "photo", "style", "blend"
RESULT = "result"  # the name of a picture that the server has kept
KINDS: tuple[library.Kind, ...] = get_args(library.Kind)
SHARED = tuple(each.name for each in SETTINGS if each.is_shared)
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
    settings: Mapping[str, Any] | None = None  # all of them, where the address gives one
    complaints: tuple[str, ...] = ()


def read(query: Mapping[str, str], defaults: TransferConfig, language: Language = "en") -> Setup:
    """What the parameters of an address ask for; what can't be followed is left out and told in `complaints`."""
    complaints: list[str] = []
    photos = _named(query, PHOTO, "photo", complaints, language)
    paintings = _named(query, STYLE, "painting", complaints, language)[:MOST_PAINTINGS]
    blends = _shares(query, len(paintings), complaints, language)
    values, given = widget_values(defaults), False
    for name, text in query.items():
        if name in SHARED:
            try:
                changed = values | {name: _parsed(text, BY_NAME[name].type)}
                make_config(defaults, changed, language)
            except ValueError as error:
                complaints.append(str(error))
            else:
                values, given = changed, True
        elif name not in (PHOTO, STYLE, BLEND, RESULT, *OTHERS) and not name.startswith(("__", "utm_")):
            complaints.append(say(language, "links.unknown", name=name[:MOST]))
    return Setup(
        photo=photos[0] if photos else None,
        paintings=tuple(paintings),
        blends=blends,
        settings=values if given else None,
        complaints=tuple(complaints[:MOST_COMPLAINTS]),
    )


def write(selection: Selection, defaults: TransferConfig) -> str:
    """The parameters that open the page like this: the examples among its pictures, and settings that aren't usual."""
    paintings = _examples(selection, "painting")
    blends = selection.config.style_blend if len(paintings) == len(selection.paintings) else ()
    chosen = {PHOTO: _examples(selection, "photo"), STYLE: paintings, BLEND: [_text(share) for share in blends]}
    usual, values = widget_values(defaults), widget_values(selection.config)
    settings = {name: _text(values[name]) for name in SHARED if values[name] != usual[name]}
    return urlencode({name: ",".join(names) for name, names in chosen.items() if names} | settings, safe=",")


def with_result(query: str, name: str) -> str:
    """The parameters, which also name the picture to show."""
    return "&".join(filter(None, (query, urlencode({RESULT: name}))))


def left_out(selection: Selection, language: Language = "en") -> list[str]:
    """What of a selection no address can tell, in words."""
    own = {kind: len(_examples(selection, kind)) < len(_pictures(selection, kind)) for kind in KINDS}
    blend = own["painting"] and bool(selection.config.style_blend)
    missing = {"pictures": any(own.values()), "regions": bool(selection.masks), "blend": blend}
    missing["strength_map"] = selection.strength_map is not None
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
    shares = [_parsed(each, float) for each in text.split(",")]
    are_shares = all(isinstance(share, float) and 0 <= share <= WHOLE for share in shares)
    if are_shares and len(shares) == paintings and any(shares):
        return tuple(shares)
    complaints.append(say(language, "links.no_blend", value=text[:MOST], count=paintings))
    return ()


def _parsed(text: str, kind: Callable[[str], Any]) -> Any:
    """The value of a widget of that kind; what is no number is left to `make_config` to refuse."""
    try:
        value = kind(text)
    except ValueError:
        value = text
    return value[:MOST] if isinstance(value, str) else value


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _examples(selection: Selection, kind: library.Kind) -> list[str]:
    """The names of the selection's pictures that are examples, unchanged: nobody else's address finds another."""
    known = library.by_sha256(kind)
    hashes = [sha256_of(uploaded(kind, picture)) for picture in _pictures(selection, kind)]
    return [known[each].stem for each in hashes if each in known]


def _pictures(selection: Selection, kind: library.Kind) -> list[FileDataDict]:
    return [picture for picture in ([selection.photo] if kind == "photo" else selection.paintings) if picture]
