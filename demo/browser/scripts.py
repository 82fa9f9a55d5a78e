"""The page's JavaScript: a function a file in `scripts/`, written as Gradio takes it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from demo.browser.compact import compact_script

FOLDER = Path(__file__).with_name("scripts")
EXPORT = "export default "


def script(name: str, *first: str) -> str:
    """For `js=` of an event: calls the function in `name`.js with `first`, then with the values of the event's inputs.

    Read while the page is built: a missing file is a FileNotFoundError there, not silence at a click.
    """
    function = _function(name)
    if not first:
        return function
    arguments = ", ".join(map(json.dumps, first))
    return f"(...values) => ({function})({arguments}, ...values)"


def on_load(*names: str, **options: object) -> str:
    """For `js_on_load` of a `gr.HTML`: calls the functions in the `names`' files, one after the other.

    Each is given an object with what Gradio has there: `element`, `props`, `trigger` and `watch`; and with the
    `options`, which as `props` would be gone where the element is written before it is shown (Gradio 6.31).
    """
    given = ", ".join(
        ("element", "props", "trigger", "watch", *(f"{key}: {json.dumps(options[key])}" for key in options))
    )
    return "".join(f"({_function(name)})({{{given}}});\n" for name in names)


@cache
def _function(name: str) -> str:
    """The function that a file exports, as an expression; the comment before it stays here."""
    before, exported, function = (FOLDER / f"{name}.js").read_text(encoding="utf-8").partition(EXPORT)
    if not exported:
        raise ValueError(f"scripts/{name}.js has no {EXPORT!r}")
    return compact_script(function)
