"""The page's JavaScript: a file is one function, the page uses each, and what Gradio gets of them is JavaScript."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from demo.browser import scripts
from demo.browser.scripts import on_load, script
from tests.support import javascript
from tests.support.pages import build_page
from tests.support.paths import ROOT

FILES = sorted(scripts.FOLDER.iterdir())
GRADIO_HAS = "element, trigger, props, server, upload, watch"  # for `js_on_load`


@pytest.fixture(scope="module")
def events() -> list[str]:
    """What the page runs in the browser at its events, and, as functions, when an element is loaded."""
    page = build_page()
    loads = {getattr(block, "js_on_load", None) for block in page.blocks.values()} - {None, ""}
    return [event.js for event in page.fns.values() if isinstance(event.js, str)] + [
        f"({GRADIO_HAS}) => {{\n{load}\n}}" for load in sorted(map(str, loads))
    ]


def are_expressions(folder: Path, texts: Sequence[str]) -> bool:
    """Whether each is a JavaScript expression, as Gradio takes it: an event's function, with parentheses around it."""
    for place, text in enumerate(texts):
        (folder / f"{place}.js").write_text(f"export default (\n{text}\n);\n", "utf-8")
    lint = subprocess.run([javascript.program("oxlint"), "--allow", "all", folder], capture_output=True)
    return lint.returncode == 0


def test_what_the_browser_gets_is_javascript(events: list[str], tmp_path: Path) -> None:
    assert len(events) > len(FILES)
    assert are_expressions(tmp_path, events)
    assert not are_expressions(tmp_path, ["function one() {}; function two() {}"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_page_uses_every_file(events: list[str], path: Path) -> None:
    assert any(script(path.stem) in event for event in events)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_a_comment_and_a_function_of_its_name(path: Path) -> None:
    assert path.suffix == ".js"
    comment, _, function = path.read_text("utf-8").partition("export default ")
    assert comment
    assert all(line.startswith("// ") for line in comment.splitlines())
    name = re.sub("-(.)", lambda match: match[1].upper(), path.stem)
    assert re.match(rf"(async )?function {name}\(", function)
    assert not re.search("^(import|export) ", function, re.MULTILINE)  # Gradio gets the function alone


@pytest.mark.parametrize("path", sorted((ROOT / "demo").rglob("*.py")), ids=lambda path: path.stem)
def test_no_script_is_a_string_in_python(path: Path) -> None:
    text = path.read_text("utf-8").replace("(...values) => ", "")  # around a function of a file
    assert not re.search(r"=>|querySelector|addEventListener|getElementById|\bdocument\.\w+\(", text)


def test_what_python_fills_in_are_the_first_arguments() -> None:
    function = script("scroll-to-element")
    assert script("scroll-to-element", 'a "b"', "c") == f'(...values) => ({function})("a \\"b\\"", "c", ...values)'


def test_on_load_calls_one_after_the_other() -> None:
    clicks, pressed = script("report-clicks"), script("press-loaded-pair")
    calls = on_load("report-clicks", "press-loaded-pair").split(";\n(")
    assert [call.partition(")({")[0].lstrip("(") for call in calls] == [clicks, pressed]
    assert all(re.search(r"\{element, props, trigger, watch\}\)(;\n)?$", call) for call in calls)


def test_what_is_no_script_is_told_while_the_page_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileNotFoundError, match=r"no-such-script\.js"):
        on_load("report-clicks", "no-such-script")
    monkeypatch.setattr(scripts, "FOLDER", tmp_path)
    (tmp_path / "not-exported.js").write_text("function notExported() {}\n")
    with pytest.raises(ValueError, match=r"not-exported\.js has no 'export default '"):
        script("not-exported")
