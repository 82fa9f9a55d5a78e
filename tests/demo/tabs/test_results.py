"""What is done with the results in the gallery: shown, compared, made favourites, deleted and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form.request import Selection
from demo.tabs import results
from demo.tabs.entries import Deleted, Entries, Entry, forget
from demo.tabs.results import clicked, delete, pack, undo
from nst_core.config import TransferConfig
from tests.support import playback
from tests.support.playback import ENGLISH, SPANISH, shown, upload

pytestmark = pytest.mark.usefixtures("cache")


@pytest.fixture
def entries(cache: Path) -> Entries:
    """Three, of 10, 20 and 30 % painting."""
    photo, painting = upload(cache / "bridge.png", (30, 20)), upload(cache / "wave.png", (20, 30))
    return tuple(make(cache, photo, painting, strength) for strength in (10, 20, 30))


def make(cache: Path, photo: FileDataDict, painting: FileDataDict, strength: int) -> Entry:
    file = cache / f"made-{strength}" / "bridge_wave.png"
    file.parent.mkdir()
    Image.new("RGB", (3 * strength, 20)).save(file)
    selection = Selection(photo, (painting,), TransferConfig(strength=float(strength), size=64))
    return Entry((f"run {strength}", 2), file, "data:image/jpeg;base64,", selection, ())


def test_a_click_shows_it_large(entries: Entries, said: list[str]) -> None:
    detail = clicked(ENGLISH, entries, None, playback.clicked(1, "show")).detail
    assert (detail.shown, detail.area["visible"], detail.large) == (entries[1].made, True, str(entries[1].path))
    assert "20 %" in detail.words
    assert detail.download["value"] == detail.large
    forget(entries)
    assert not shown(clicked(ENGLISH, entries, None, playback.clicked(1, "show")))
    assert "gone" in said[0]


@pytest.mark.parametrize(("place", "act"), [(3, "show"), (-1, "star"), (0, "remove"), (0, "")])
def test_a_click_on_nothing_of_ours_changes_nothing(entries: Entries, place: int, act: str) -> None:
    assert not shown(clicked(ENGLISH, entries, None, playback.clicked(place, act)))
    assert not shown(clicked(ENGLISH, None, None, playback.clicked(place, act)))


def test_favourites_stand_first(entries: Entries) -> None:
    view = clicked(ENGLISH, entries, None, playback.clicked(0, "star"))
    assert [entry.is_favourite for entry in view.entries] == [True, False, False]
    buttons = [view.thumbnails.index(f'button type="button" data-index="{place}"') for place in (0, 2, 1)]
    assert buttons == sorted(buttons)
    assert view.thumbnails.count(" checked>") == 1
    assert not shown((view.compared, view.beside, view.detail, view.deleted))


def test_two_are_compared_and_of_three_the_first_gives_way(entries: Entries) -> None:
    compared, seen = (), []
    for place in (2, 0, 1, 1, 0):
        view = clicked(ENGLISH, entries, compared, playback.clicked(place, "compare"))
        compared = view.compared
        assert view.thumbnails.count(" checked>") == len(compared)
        seen.append([each[0] for each in compared])
    assert seen == [["run 30"], ["run 30", "run 10"], ["run 10", "run 20"], ["run 10"], []]


def test_what_is_compared_is_shown_with_what_was_asked_for(entries: Entries) -> None:
    one = clicked(SPANISH, entries, (), playback.clicked(2, "compare"))
    assert (one.beside["value"], one.beside["visible"]) == (None, False)
    value = clicked(SPANISH, entries, one.compared, playback.clicked(0, "compare")).beside["value"]
    assert (value["left"]["path"], value["right"]["path"]) == (str(entries[2].path), str(entries[0].path))
    assert (value["left_width"], value["right_width"]) == (90, 30)
    assert "30 % del cuadro" in value["left_words"]


def test_of_a_file_that_is_gone_nothing_is_compared(entries: Entries, said: list[str]) -> None:
    forget(entries[:1])
    view = clicked(ENGLISH, entries, (entries[1].made,), playback.clicked(0, "compare"))
    assert not view.beside["visible"]
    assert "gone" in said[0]


def test_what_is_deleted_comes_back_until_another_is(entries: Entries) -> None:
    view = delete(ENGLISH, entries, None, entries[1].made, None)
    assert [entry.made[0] for entry in view.entries] == ["run 10", "run 30"]
    assert (view.detail.area["visible"], view.notice["visible"]) == (False, True)
    assert "Deleted: 20 % · 64 px" in view.told
    back = undo(ENGLISH, view.entries, None, view.deleted)
    assert back.entries == entries
    assert (back.deleted, back.notice["visible"]) == (None, False)
    assert back.thumbnails.count("<button") == 3
    after = delete(ENGLISH, view.entries, None, entries[0].made, view.deleted)
    assert [entry.path.exists() for entry in entries] == [True, False, True]
    assert after.deleted == Deleted(entries[0], 0)
    results.forget_deleted(after.deleted)
    assert not entries[0].path.exists()


def test_what_is_deleted_is_no_longer_compared(entries: Entries) -> None:
    compared = (entries[0].made, entries[1].made)
    view = delete(ENGLISH, entries, compared, entries[1].made, None)
    assert view.compared == compared[:1]
    assert not view.beside["visible"]
    assert not shown(delete(ENGLISH, entries, compared, entries[2].made, None).beside)


def test_without_a_result_nothing_is_deleted_or_comes_back(entries: Entries, said: list[str]) -> None:
    assert not shown(delete(ENGLISH, entries, None, None, None))
    assert not shown(delete(ENGLISH, None, None, ("gone", 1), None))
    assert not shown(undo(ENGLISH, entries, None, None))
    forget(entries[:1])
    view = undo(ENGLISH, entries[1:], None, Deleted(entries[0], 0))
    assert not shown(view.entries)
    assert "gone" in said[0]


def test_all_of_them_are_one_file_and_the_one_before_goes(entries: Entries, said: list[str]) -> None:
    file, path = pack(ENGLISH, entries, None)
    assert file is not None
    assert path == str(file)
    again, _ = pack(ENGLISH, entries, file)
    assert again is not None
    assert (file.exists(), again.exists()) == (False, True)
    assert pack(ENGLISH, (), again) == (None, "")
    assert "gone" in said[0]
