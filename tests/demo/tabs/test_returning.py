"""A page that is loaded anew has what the one before it had."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict

from demo.form.checks import Checked
from demo.form.request import Selection
from demo.paint.running import Running
from demo.tabs import returning
from demo.tabs.contact_sheet import Sketches
from demo.tabs.entries import Entry
from demo.tabs.inside import Seen
from demo.tabs.layer_rows import Place
from demo.tabs.returning import ReturnComponents, Returning, name_of_session, remember
from nst_core.config import TransferConfig
from tests.support.playback import ENGLISH, form, shown, upload

NAMES = ("chosen", "checked", "painted", "running", "entries")


class Before:
    """The session of the page before, by the names of what it holds."""

    def __init__(self, **held: Any) -> None:
        self.held = held
        self.is_shared = False

    def look(self, state: str) -> Any:
        return self.held.get(state)

    def share(self) -> None:
        self.is_shared = True


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (30, 20))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(cache / "wave.png", (30, 20))


def taken_up(monkeypatch: pytest.MonkeyPatch, before: Before | None) -> Any:
    """What comes back of it: here its states are called by their names."""
    monkeypatch.setattr(returning, "left_by", lambda key, request: before)
    sheet, tab = SimpleNamespace(sketches="sketches"), SimpleNamespace(seen="seen", making="making")
    names = {name: name for name in NAMES}
    parts: Any = ReturnComponents(form=None, thumbnails=None, sheet=sheet, inside=tab, unknown=None, **names)
    return Returning(parts).take_up(ENGLISH, "before")


def test_settings_pictures_and_what_was_brushed_come_back(
    photo: FileDataDict, painting: FileDataDict, monkeypatch: pytest.MonkeyPatch
) -> None:
    regions = np.ones((2, 3), np.uint8)
    chosen = form(photo, painting, None, painting, blends=(10.0, 50.0, 70.0), regions=regions, strength=33, steps=41)
    before = Before(chosen=remember(chosen, None)[0], checked=Checked())
    view = taken_up(monkeypatch, before)
    assert before.is_shared
    assert view.form.photo == photo["path"]
    assert view.form.paintings == (painting["path"], None, painting["path"], None)
    assert view.form.blends == chosen.blends
    assert view.form.regions is regions
    assert (view.form.settings["strength"], view.form.settings["steps"]) == (33, 41)
    assert view.checked == Checked()
    assert view.chosen is chosen  # for the page after this one


def test_the_result_and_the_gallery_come_back(photo: FileDataDict, monkeypatch: pytest.MonkeyPatch) -> None:
    selection = Selection(photo, (photo,), TransferConfig())
    entry = Entry(("run", 2), Path("bridge.png"), "data:image/jpeg;base64,", selection, ())
    running = Running("run", selection, TransferConfig(), is_left=True, shown_at=2)
    view = taken_up(monkeypatch, Before(painted="the picture", running=running, entries=(entry,)))
    assert view.painted == "the picture"
    assert (view.running.key, view.running.is_left, view.running.shown_at) == ("run", False, None)
    assert view.entries == (entry,)
    assert view.thumbnails.count("<button") == 1
    assert not shown(view.form)


def test_the_six_sketches_and_the_walk_through_the_layers_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen(Place("style", 2))
    sketches = Sketches((192, 128)).having(1, np.zeros((2, 3, 3), np.uint8))
    view = taken_up(monkeypatch, Before(seen=seen, sketches=sketches))
    assert view.inside.seen == seen
    assert view.sheet.area["visible"]
    assert [cell.count("<img") for cell in view.sheet.cells] == [0, 1, 0, 0, 0, 0]
    assert "Stopped" in view.sheet.status
    assert view.sheet.sketches is sketches  # for the page after this one
    assert not shown(taken_up(monkeypatch, Before(sketches=Sketches((192, 128)))).sheet)


def test_where_nothing_was_left_the_browser_is_asked_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not shown(taken_up(monkeypatch, Before()))
    view = taken_up(monkeypatch, None)
    assert view.unknown == "before"
    assert not shown(view.form)


def test_no_file_of_the_server_s_own_comes_back(
    photo: FileDataDict, painting: FileDataDict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which file a picture is, the browser said: what isn't an upload would be shown to whoever names it."""
    secret = upload(tmp_path / "secret.png", (30, 20))
    Path(painting["path"]).unlink()
    view = taken_up(monkeypatch, Before(chosen=form(photo, secret, painting)))
    assert view.form.photo == photo["path"]
    assert view.form.paintings == (None, None, None, None)


def test_a_page_is_told_its_own_name() -> None:
    assert name_of_session(gr.Request(session_hash="mine")) == "mine"
    assert name_of_session(gr.Request()) == ""
