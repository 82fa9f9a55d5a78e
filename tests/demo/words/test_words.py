"""Every word of the page is there in both languages, and whoever asks for one asks for one that exists."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from starlette.datastructures import Headers

from demo import words
from demo.words import I18N, LANGUAGES, WORDS, Words, collect, language, numeral, rounded, say, t
from tests.support.paths import ROOT

SOURCES = sorted((ROOT / "demo").rglob("*.py"))


def request(accepted: str | None) -> gr.Request:
    headers = Headers({} if accepted is None else {"accept-language": accepted})
    made = gr.Request()
    made.kwargs = {"headers": headers}
    return made


def asked_for(path: Path) -> Iterator[str]:
    """The keys that a file writes out as the first argument of `t` and the second one of `say`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = {"t": 0, "say": 1}.get(node.func.id, len(node.args))
            for argument in node.args[place : place + 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_key_that_is_asked_for_exists(path: Path) -> None:
    assert set(asked_for(path)) <= set(WORDS)


def test_the_page_asks_for_keys() -> None:
    assert {"how.title", "page.title"} <= {key for path in SOURCES for key in asked_for(path)}


def test_the_browser_gets_every_text_without_slots_in_both_languages() -> None:
    english, spanish = (I18N.translations_dict[name] for name in LANGUAGES)
    assert english.keys() == spanish.keys()
    assert english["paint.start"] == "Paint"
    assert spanish["paint.start"] == "Pintar"
    assert "status.ahead" in WORDS
    assert "status.ahead" not in english


def test_a_doubled_brace_stands_for_itself() -> None:
    assert "N_l^{-2}" in I18N.translations_dict["es"]["how.energy"]
    assert "N_l^{-2}" in say("en", "how.energy")


def test_a_label_names_its_text() -> None:
    assert t("paint.start").key == "paint.start"


def test_a_label_can_have_no_slots() -> None:
    with pytest.raises(ValueError, match=r"'status\.ahead' has slots"):
        t("status.ahead")


@pytest.mark.parametrize("ask", [t, lambda key: say("es", key)], ids=["t", "say"])
def test_a_text_that_is_not_there_is_an_error(ask) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"no text has the key 'paint\.nothing'"):
        ask("paint.nothing")


def test_the_server_fills_the_slots() -> None:
    assert say("en", "status.step", step=3, steps=40) == "step 3 of 40"
    assert say("es", "status.step", step=3, steps=40) == "paso 3 de 40"
    assert say("en", "sheet.settings", strength=60.0, scale=0.5).count("0.5") == 1
    assert say("es", "sheet.settings", strength=60.0, scale=0.5).count("0,5") == 1


def test_numbers_with_few_digits_have_a_decimal_comma_in_spanish() -> None:
    assert [rounded(language, 0.12345, 3) for language in LANGUAGES] == ["0.123", "0,123"]
    assert [rounded(language, 1024, 6) for language in LANGUAGES] == ["1024", "1024"]


def test_a_missing_value_is_named() -> None:
    with pytest.raises(ValueError, match="also needs steps$"):
        say("es", "status.step", step=3)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("es", "es"),
        ("es-ES,es;q=0.9,en;q=0.8", "es"),
        ("ES-mx", "es"),
        ("en-US,es;q=0.9", "en"),
        ("fr-FR,es;q=0.9", "en"),  # as the browser's own translations: the first or English
        ("est", "en"),
        ("*", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_is_the_first_that_the_browser_accepts(accepted: str | None, expected: str) -> None:
    assert language(request(accepted)) == expected


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        (1e12, "1,000,000,000,000", "1 000 000 000 000"),
        (1024, "1024", "1024"),
        (0.25, "0.25", "0,25"),
        (-12345.5, "-12,345.5", "-12 345,5"),
    ],
)
def test_numbers_are_written_as_people_do(value: float, english: str, spanish: str) -> None:
    assert numeral("en", value) == english
    assert numeral("es", value).replace("\N{NO-BREAK SPACE}", " ") == spanish


def test_without_a_browser_it_is_english() -> None:
    assert language(None) == "en"


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"one": {"a.b": ("x", "y")}, "two": {"a.b": ("x", "y")}}, "two: there is a text 'a.b' in another module"),
        ({"one": {"a.b": ("x",)}}, "one: 'a.b' needs one text in each of en, es"),
        ({"one": {"a.b": ("x", " ")}}, "one: 'a.b' needs one text in each of en, es"),
        ({"one": {"a.b": ("{n} left", "quedan {m}")}}, "one: the texts of 'a.b' have different slots"),
    ],
)
def test_incomplete_words_are_refused(parts: dict[str, Words], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        collect(parts)


def test_all_modules_are_collected() -> None:
    modules = {path.stem for path in Path(words.__file__).parent.glob("*.py")} - {"__init__"}
    assert {"page", "pictures", "how"} <= modules
    assert {"page.title", "photo.cat", "how.title"} <= set(WORDS)


@pytest.mark.slow
def test_words_need_no_torch() -> None:
    code = "import sys, demo.words; print({'torch', 'matplotlib'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
