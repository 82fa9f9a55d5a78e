"""The gallery: it collects what was made, and gives pictures and settings back, from itself and from dropped files."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from demo.form import library, recipes
from demo.form.recipes import page_config, restored
from demo.form.request import Selection, make_selection, make_submission
from demo.form.settings import BY_NAME
from demo.form.values import MOST_PAINTINGS, FormValues, form_values
from demo.jobs.records import Computation
from demo.paint.session import Painted, Segment, followed
from demo.tabs import gallery
from demo.tabs.entries import MOST, Entries, forget
from demo.tabs.gallery import Gallery, add_shown
from demo.tabs.tiles import thumbnails
from demo.words import LANGUAGES
from nst_core.config import Border, TransferConfig
from nst_core.execution import Execution
from nst_core.recipe import Ingredient, Role, read_recipe
from tests.support.playback import ENGLISH, SPANISH, Playback, progress, shown, upload

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


@pytest.fixture
def photo(cache: Path) -> FileDataDict:
    return upload(cache / "bridge.png", (300, 200))


@pytest.fixture
def painting(cache: Path) -> FileDataDict:
    path = library.by_name("painting")["great_wave"]
    return upload(Path(shutil.copyfile(path, cache / "great_wave.jpg")))


def made(photo: FileDataDict, *paintings: FileDataDict, key: str = "run", **options: Any) -> Painted:
    """A run that has come to its end."""
    selection = Selection(photo, paintings, TransferConfig(**{"size": 64, "steps": 2} | options))
    submission = make_submission(selection, key=key)
    return followed(submission, progress(2, size=submission.size), None)


def add(request: gr.Request, entries: Entries | None, painted: Painted | None) -> tuple[Entries, Any]:
    """At the end of a run."""
    return Gallery(Playback(()), DEFAULTS).add(request, entries, None, painted, None)


def collected(*paintings: Painted) -> Entries:
    entries: Entries = ()
    for painted in paintings:
        entries, _ = add(ENGLISH, entries, painted)
    return entries


def test_what_was_painted_is_collected(photo: FileDataDict, painting: FileDataDict, cache: Path) -> None:
    entries, html = add(ENGLISH, None, made(photo, painting, strength=40))
    (entry,) = entries
    assert entry.path.is_relative_to(cache)
    with Image.open(entry.path) as image:
        assert image.size == (64, 43)
    assert read_recipe(entry.path).config.strength == 40
    assert (
        "bridge × The Great Wave off Kanagawa: 40 % painting, 100 % of its colours, strokes × 1, 64 px, 2 steps" in html
    )
    assert "<small>40 % · 64 px · 2\N{NO-BREAK SPACE}steps</small>" in html


def test_a_picture_is_collected_once_and_the_next_beside_it(photo: FileDataDict, painting: FileDataDict) -> None:
    first = made(photo, painting, key="first")
    entries = collected(first, first, made(photo, painting, key="second"))
    assert [entry.made for entry in entries] == [("first", 2), ("second", 2)]
    html = thumbnails("en", entries)
    assert html.index('data-index="1"') < html.index('data-index="0"')  # the newest first


def test_a_run_that_was_left_and_ends_a_step_later_is_collected_once(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    first = made(photo, painting, key="left", steps=9)
    submission = make_submission(first.selection, key="left")
    entries = collected(made(photo, painting, key="before"), first, made(photo, painting, key="next"))
    (left,) = (entry for entry in entries if entry.made == ("left", 2))
    entries, _ = add_shown(ENGLISH, entries, None, followed(submission, progress(4, 9), first), None, 4)
    entries, html = add(ENGLISH, entries, followed(submission, progress(5, 9), first))
    assert [entry.made for entry in entries] == [("before", 2), ("left", 5), ("next", 2), ("left", 4)]
    assert read_recipe(entries[1].path).steps_done == 5
    assert not left.path.exists()
    assert html.count("<button") == 4


def test_nothing_is_collected_before_something_was_painted(photo: FileDataDict, painting: FileDataDict) -> None:
    assert add(ENGLISH, None, None)[0] == ()
    painted = made(photo, painting, key="run")
    runner = Playback(())
    runner.under_way.add("run")
    assert Gallery(runner, DEFAULTS).add(ENGLISH, (), None, painted, None)[0] == ()
    runner.stop("run")
    assert len(Gallery(runner, DEFAULTS).add(ENGLISH, (), None, painted, None)[0]) == 1


def test_an_earlier_moment_that_is_downloaded_is_collected_too_and_once(
    photo: FileDataDict, painting: FileDataDict
) -> None:
    first = made(photo, painting, steps=6)
    submission = make_submission(first.selection, key="run")
    whole = followed(submission, progress(6, 6, size=submission.size), first)
    entries = collected(whole)
    for step in (2, 2, 6):
        entries, _ = add_shown(ENGLISH, entries, None, whole, None, step)
    assert [entry.made for entry in entries] == [("run", 6), ("run", 2)]
    html = thumbnails("en", entries)
    assert "64 px · 6\N{NO-BREAK SPACE}steps<" in html
    assert "64 px · 2\N{NO-BREAK SPACE}steps<" in html  # as many as it has had
    assert read_recipe(entries[1].path).steps_done == 2
    assert add_shown(ENGLISH, entries, None, None, None, 2)[0] == entries


def test_a_full_disk_collects_nothing_and_loses_nothing(
    photo: FileDataDict, painting: FileDataDict, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = collected(*(made(photo, painting, key=str(run)) for run in range(MOST)))
    more = made(photo, painting, key="more")

    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(shutil, "copyfile", refuse)
        folders = set((cache / "made").iterdir())
        assert add(ENGLISH, entries, more)[0] == entries
        assert set((cache / "made").iterdir()) == folders
    assert all(entry.path.exists() for entry in entries)
    assert add(ENGLISH, entries, more)[0][-1].made == ("more", 2)


def test_the_run_after_it_leaves_the_file(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = made(photo, painting)
    (entry,) = collected(painted)
    painted.snapshots.forget()
    assert entry.path.exists()


def test_it_holds_only_so_many(photo: FileDataDict, painting: FileDataDict) -> None:
    entries = collected(*(made(photo, painting, key=str(run)) for run in range(MOST)))
    more = add(ENGLISH, entries, made(photo, painting, key="more"))[0]
    assert [entry.made[0] for entry in more] == [*map(str, range(1, MOST)), "more"]
    assert not entries[0].path.exists()
    assert all(entry.path.exists() for entry in more)
    forget(more)
    assert not any(entry.path.parent.exists() for entry in more)


def selected(values: FormValues) -> Selection:
    """What the form stands for with such values, paths instead of uploaded files."""
    photo, *paintings = (
        path and {"path": path, "orig_name": Path(path).name, "is_stream": False}
        for path in (values.photo, *values.paintings)
    )
    return make_selection(DEFAULTS, replace(values, photo=photo, paintings=tuple(paintings)))


def test_its_settings_go_back_into_the_form(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    options: dict[str, Any] = {"strength": 33.0, "seed": 5, "style_scale": (2.0,), "style_blend": (20.0, 60.0)}
    painted = made(photo, painting, photo, **options | {"size": 128})
    entries = collected(painted, made(photo, painting, key="next"))
    values = Gallery(Playback(()), DEFAULTS).restore(ENGLISH, entries, entries[0].made)
    selection = selected(values)
    assert [selection.photo and selection.photo["path"], *(each["path"] for each in selection.paintings)] == [
        photo["path"],
        painting["path"],
        photo["path"],
    ]
    assert selection.config == painted.selection.config
    assert said == ["The pictures and settings are as they were then."]


def test_settings_beyond_the_sliders_go_back_as_far_as_they_reach(
    photo: FileDataDict, painting: FileDataDict, said: list[str]
) -> None:
    """Who keeps going makes more steps than one run may have."""
    entries = collected(made(photo, painting, steps=1250))
    values = Gallery(Playback(()), DEFAULTS).restore(ENGLISH, entries, entries[0].made)
    assert selected(values).config.steps == BY_NAME["steps"].range[1]


def test_what_was_brushed_is_not_claimed_to_be_back(
    photo: FileDataDict, painting: FileDataDict, said: list[str]
) -> None:
    painted = made(photo, painting, photo)
    mask = np.full((20, 30), 255, np.uint8)
    brushed = replace(painted.selection, masks=(mask, mask), strength_map=mask)
    entries = collected(replace(painted, selection=brushed))
    Gallery(Playback(()), DEFAULTS).restore(ENGLISH, entries, entries[0].made)
    lost = "the regions that were brushed, the map of how much painting where"
    assert said == [f"The settings are back, but this can't be set here as it was: {lost}."]
    # Twenty entries would keep megabytes.
    assert (entries[0].selection.masks, entries[0].selection.strength_map) == ((), None)


def steered(photo: FileDataDict, painting: FileDataDict) -> Painted:
    """A run whose second step went by another strength."""
    painted = made(photo, painting, strength=21, size=128)
    begun = painted.selection.config
    computation = Computation(config=begun, execution=Execution(), versions={"nst_core": "1"})
    turned = replace(painted.progress, steered=((2, replace(begun, strength=84.0)),), computation=computation)
    return replace(painted, progress=turned)


def test_that_a_run_was_steered_is_not_claimed_to_be_back(
    photo: FileDataDict, painting: FileDataDict, said: list[str]
) -> None:
    """The form has one position for each dial: the last one."""
    (entry,) = collected(steered(photo, painting))
    values = Gallery(Playback(()), DEFAULTS).restore(ENGLISH, (entry,), entry.made)
    dropped = read(upload(entry.path), (entry,))
    words = (
        "The settings are back, but this can't be set here as it was: that it was steered while it was painted, which"
        " the command line repeats by its recipe."
    )
    assert [said[0], said[2]] == [words, words]
    for form in (values, dropped):
        assert selected(form).config.strength == 84


def test_an_earlier_moment_goes_by_what_was_chosen_then(photo: FileDataDict, painting: FileDataDict) -> None:
    painted = steered(photo, painting)
    entries = gallery.collected((), painted, None, replace(painted.at(None), index=1))
    assert (entries[0].selection.config.strength, entries[0].lost) == (21, ())


def test_that_a_run_went_on_is_not_claimed_to_be_back(
    photo: FileDataDict, painting: FileDataDict, said: list[str]
) -> None:
    painted = made(photo, painting, size=128)
    entries = collected(replace(painted, past=(Segment("before", painted.selection, painted.size, 1),)))
    Gallery(Playback(()), DEFAULTS).restore(ENGLISH, entries, entries[0].made)
    read(upload(entries[0].path), entries)
    words = "The settings are back, but this can't be set here as it was: that it went on from its own picture."
    assert [said[0], said[2]] == [words, words]


def test_without_a_choice_the_form_stays(photo: FileDataDict, painting: FileDataDict) -> None:
    entries = collected(made(photo, painting))
    gone = ("gone", 1)
    for shelf, which in ((entries, None), ((), gone), (None, gone), (entries, gone)):
        values = Gallery(Playback(()), DEFAULTS).restore(ENGLISH, shelf, which)
        assert not shown(values)


def test_blends_beyond_the_sliders_keep_their_shares() -> None:
    config = TransferConfig(style_blend=(100.0, 300.0))
    values = form_values("a.png", ["b.png", "c.png"], config)
    assert values.paintings == ("b.png", "c.png", None, None)
    assert values.blends[:2] == pytest.approx([100 / 3, 100])


def read(file: FileDataDict | None, entries: Entries = (), request: gr.Request = ENGLISH) -> FormValues:
    return Gallery(Playback(()), DEFAULTS).read(request, entries, file)


def test_a_dropped_result_brings_its_recipe_back(
    photo: FileDataDict, painting: FileDataDict, said: list[str], cache: Path
) -> None:
    (entry,) = collected(made(photo, painting, strength=21, size=128))
    values = read(upload(entry.path), (entry,))
    assert values.photo == photo["path"]  # of this session
    assert values.paintings[0] == str(library.by_name("painting")["great_wave"])
    assert selected(values).config.strength == 21
    assert said == [
        "Set as for bridge_great_wave_128.png: bridge × The Great Wave off Kanagawa: 21 % painting, 100 % of its"
        " colours, strokes × 1, 128 px, 2 steps."
    ]


def test_pictures_that_are_nowhere_are_asked_for(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    (entry,) = collected(made(photo, painting, size=128))
    values = read(upload(entry.path))
    assert values.photo is None
    assert said[1:] == ["Please add the pictures that aren't here: bridge.png."]


def test_what_the_page_cannot_do_is_told(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    painted = made(photo, painting, size=128)
    selection = replace(painted.selection, config=replace(painted.selection.config, size=2048, border=Border.ZERO))
    (entry,) = collected(replace(painted, selection=selection))
    values = read(upload(entry.path), (entry,))
    assert values.settings["size"] == 1024
    assert "1024 px" in said[0]
    assert said[1:] == [
        "The settings are back, but this can't be set here as it was: Resolution (1024 instead of 2048), what lies"
        " beyond the picture's edge."
    ]
    read(upload(entry.path), (entry,), SPANISH)
    assert "Resolución (1024 en vez de 2048), lo que hay más allá del borde" in said[3]


def test_paintings_that_have_no_place_here_are_told(
    photo: FileDataDict, painting: FileDataDict, said: list[str], cache: Path
) -> None:
    names = [f"{letter}.png" for letter in "abcdef"]
    paintings = [upload(cache / name, (40 + place, 40)) for place, name in enumerate(names)]
    (entry,) = collected(made(photo, *paintings, size=128))
    values = read(upload(entry.path), (entry,))
    assert values.paintings == tuple(picture["path"] for picture in paintings[:MOST_PAINTINGS])
    assert "this can't be set here as it was: the painting e.png, the painting f.png." in said[1]


@pytest.mark.parametrize(
    ("role", "words"),
    [(Role.MASK, "the regions that"), (Role.WITHIN, "the mask of what"), (Role.STRENGTH_MAP, "the map of how much")],
)
def test_maps_of_the_command_line_are_told_as_lost(
    photo: FileDataDict, painting: FileDataDict, role: Role, words: str
) -> None:
    (entry,) = collected(made(photo, painting, size=128))
    recipe = read_recipe(entry.path)
    assert not restored(recipe, DEFAULTS, [entry.selection], "en").lost
    recipe = replace(recipe, ingredients=(*recipe.ingredients, Ingredient(role, "map.png", "0" * 64)))
    (lost,) = restored(recipe, DEFAULTS, [entry.selection], "en").lost
    assert lost.startswith(words)


def test_what_a_print_changed_is_told_as_lost(photo: FileDataDict, painting: FileDataDict) -> None:
    (entry,) = collected(made(photo, painting, size=128))
    recipe = replace(read_recipe(entry.path), dpi=300, aspect=1.5)
    recipe = replace(recipe, config=replace(recipe.config, sharp_strokes=True))
    assert restored(recipe, DEFAULTS, [entry.selection], "en").lost == [
        "that enlarged strokes stay sharp",
        "that the photo was cut to a paper's shape",
    ]


def test_the_page_takes_what_it_can_of_a_config() -> None:
    config, lost = page_config(TransferConfig(weights="mine.pth", steps=5000, strength=12), DEFAULTS)
    assert (config.strength, config.steps, config.weights) == (12, 1000, "embedded")
    assert lost == ["steps", "weights"]
    assert page_config(TransferConfig(style_blend=(1.0, 2.0), keep_alpha=True), DEFAULTS)[1] == []


@pytest.mark.parametrize("name", [each.name for each in fields(TransferConfig) if each.name != "keep_alpha"])
def test_the_page_has_a_word_for_whatever_it_cannot_set(name: str) -> None:
    for speaks in LANGUAGES:
        words = recipes._lost(name, DEFAULTS, DEFAULTS, speaks)
        assert words
        assert name not in words.split()


def test_files_without_a_recipe_are_refused_in_words(cache: Path, tmp_path: Path, said: list[str]) -> None:
    plain = upload(cache / "plain.png", (40, 40))
    text = cache / "text.png"
    text.write_text("not a picture")
    elsewhere = upload(tmp_path / "elsewhere.png", (40, 40))
    for file, words in (
        (plain, "plain.png carries no recipe"),
        (upload(text), "text.png carries no recipe"),
        (elsewhere, "wasn't uploaded here"),
        (None, "There is no file"),
    ):
        with pytest.raises(gr.Error, match=words):
            read(file)
    assert not said


def test_a_damaged_recipe_is_refused_in_words(cache: Path, said: list[str]) -> None:
    chunks = PngInfo()
    chunks.add_itxt("nst_core", '{"config": <script>}')
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(cache / "bad.png", pnginfo=chunks)
    with pytest.raises(gr.Error, match=r"The recipe of bad\.png can't be followed"):
        read(upload(cache / "bad.png"))


def opened(query: dict[str, str], request: gr.Request = ENGLISH) -> FormValues:
    request = gr.Request(headers=dict(request.headers), query_params=query)
    return Gallery(Playback(()), DEFAULTS).opened(request)


def test_an_address_fills_the_form(said: list[str]) -> None:
    values = opened({"photo": "cat", "style": "poppies,great_wave", "blend": "20,60", "strength": "61"})
    assert values.blends[:2] == (20.0, 60.0)
    assert not shown(values.blends[2:])
    assert [Path(str(path)).stem for path in (values.photo, *values.paintings[:2])] == ["cat", "poppies", "great_wave"]
    assert values.paintings[2:] == (None, None)
    assert values.settings["strength"] == 61.0
    assert not said


def test_an_address_without_settings_leaves_the_form(said: list[str]) -> None:
    assert not shown(opened({}))
    assert not shown(opened({"colour": "<b>red</b>"}))
    (text,) = said
    assert "<b>" not in text


def test_a_link_comes_from_the_form(photo: FileDataDict, painting: FileDataDict, said: list[str]) -> None:
    values = form_values(None, [], TransferConfig(strength=61.0))
    values = replace(values, paintings=(painting, None, None, None))
    update = Gallery(Playback(()), DEFAULTS).link(ENGLISH, values)
    assert (update["value"], update["visible"]) == ("style=great_wave&strength=61", True)
    assert not said
    again = Gallery(Playback(()), DEFAULTS).link(
        ENGLISH, replace(values, photo=photo, paintings=(painting, None, None, None))
    )
    assert again == update
    assert said == ["The link leaves this out: your own pictures."]


def test_it_speaks_spanish(photo: FileDataDict, painting: FileDataDict) -> None:
    _, html = add(SPANISH, (), made(photo, painting))
    assert "del cuadro" in html
