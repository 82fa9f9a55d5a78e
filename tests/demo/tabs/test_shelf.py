"""What the browser has kept comes back; what was made is forgotten when somebody says so."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from gradio.data_classes import FileDataDict

from demo.form.request import Selection, make_submission
from demo.paint import downloads
from demo.paint.downloads import Format
from demo.paint.running import Running
from demo.paint.session import followed
from demo.tabs import archive
from demo.tabs.entries import Deleted, Entries, Entry
from demo.tabs.shelf import Shelf, manifest
from demo.tabs.tiles import caption
from nst_core.config import TransferConfig
from tests.support.playback import ENGLISH, SPANISH, Playback, form, progress, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

SHELF = Shelf(Playback(()), TransferConfig())


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    return upload(cache / "wave.png", (80, 60))


@pytest.fixture
def entry(photo: FileDataDict, painting: FileDataDict) -> Entry:
    """A result as the gallery has it."""
    selection = Selection(photo, (painting,), TransferConfig(size=64, steps=2, strength=33))
    submission = make_submission(selection, key="run")
    painted = followed(submission, progress(2, size=submission.size), None)
    file = downloads.write(painted, None, painted.at(None), Format.PNG)
    return Entry(("run", 2), file, "data:image/jpeg;base64,", painted.selection, ())


def brought(chosen: Any, entries: Entries) -> dict[str, Any]:
    """What the browser brings: the files that it was told to keep it has sent, here they lie where they were."""
    kept = json.loads(manifest(chosen, entries))
    assert isinstance(kept, dict)
    return kept


def test_what_the_browser_kept_comes_back(
    photo: FileDataDict, painting: FileDataDict, entry: Entry, said: list[str]
) -> None:
    favourite = replace(entry, is_favourite=True)
    kept = brought(form(photo, None, painting, blends=(20.0,), strength=33), (favourite,))
    view = SHELF.unpack(ENGLISH, json.dumps(kept), None)
    assert view.form.photo == photo["path"]
    assert view.form.paintings == (None, painting["path"], None, None)
    assert view.form.settings["strength"] == 33
    assert view.form.blends[0] == 20
    assert not shown(view.form.regions)
    (back,) = view.entries
    assert back.made == entry.made
    assert back.is_favourite
    assert back.path != entry.path  # a copy that goes with the session
    assert back.path.read_bytes() == entry.path.read_bytes()
    assert back.selection.config.strength == 33
    assert back.selection.hashes == entry.selection.hashes  # its pictures are those that were brought
    assert caption("en", back.selection) == caption("en", entry.selection)
    assert view.thumbnails.count("<button") == 1
    assert "Your last picture" in view.pane
    assert any("started anew" in each for each in said)


def test_it_stands_beside_what_was_made_meanwhile(photo: FileDataDict, painting: FileDataDict, entry: Entry) -> None:
    before = replace(entry, made=("another", 2))
    kept = brought(form(photo, painting), (entry,))
    del kept["results"][0]["favourite"]  # an earlier version of the page has kept it
    assert [each.made for each in SHELF.unpack(ENGLISH, json.dumps(kept), (before,)).entries] == [
        ("another", 2),
        ("run", 2),
    ]


def test_what_can_t_be_used_is_left_out(photo: FileDataDict, painting: FileDataDict, entry: Entry) -> None:
    kept = brought(form(photo, painting), (entry,))
    kept["results"] += [{"made": ["none", 1], "path": photo["path"]}, {"made": ["gone", 1], "path": "/etc/hostname"}]
    assert len(SHELF.unpack(ENGLISH, json.dumps(kept), None).entries) == 1
    Path(painting["path"]).unlink()
    view = SHELF.unpack(ENGLISH, json.dumps(kept | {"results": []}), None)
    assert view.form.paintings == (None, None, None, None)
    assert not shown(view.entries)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "nonsense",
        '{"pictures": [], "blends": [], "settings": {}, "results": []}',
        '{"pictures": ["/etc/hostname"], "blends": [], "settings": {}, "results": []}',
        '{"pictures": [7], "blends": 3, "settings": 1, "results": null}',
        '{"pictures": [null], "blends": [], "settings": {}, "results": [{"made": "x"}]}',
    ],
)
def test_what_is_none_of_ours_changes_nothing(text: str) -> None:
    assert not shown(SHELF.unpack(ENGLISH, text, None))


def test_what_was_made_is_forgotten_here_and_on_the_server(entry: Entry, said: list[str]) -> None:
    view = SHELF.forget(SPANISH, (entry,), None, None, None)
    assert not entry.path.exists()
    assert (view.results.entries, view.painted, view.running) == ((), None, None)
    for update in (view.comparison, view.results.detail.area, view.results.beside, view.results.notice):
        assert not update["visible"]
    assert "<img" not in view.pane + view.results.thumbnails
    assert said == ["Lo que hiciste está olvidado."]


def test_what_was_deleted_and_what_was_packed_is_forgotten_too(entry: Entry, said: list[str]) -> None:
    packed = archive.write((entry,))
    view = SHELF.forget(ENGLISH, (), Deleted(entry, 0), packed, None)
    assert not entry.path.exists()
    assert not packed.exists()
    assert (view.results.deleted, view.packed, view.results.compared) == (None, None, ())


def test_who_forgets_amid_a_run_keeps_that(entry: Entry) -> None:
    runner = Playback(())
    runner.under_way.add("run")
    view = Shelf(runner, TransferConfig()).forget(
        ENGLISH, (), None, None, Running("run", entry.selection, TransferConfig())
    )
    assert view.results.entries == ()
    assert not any(map(shown, (view.painted, view.running, view.pane, view.status)))
