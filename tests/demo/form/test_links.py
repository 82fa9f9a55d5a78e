"""Settings in an address: what is followed, what is refused, and that a link leads back to where it was made."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl

import numpy as np
import pytest
from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import library, links
from demo.form.request import Selection
from demo.form.settings import make_config
from nst_core.config import TransferConfig

pytestmark = pytest.mark.usefixtures("cache")

DEFAULTS = TransferConfig()


def upload(path: Path, cache: Path, name: str = "") -> FileDataDict:
    copied = Path(shutil.copyfile(path, cache / (name or path.name)))
    return {"path": str(copied), "orig_name": copied.name, "is_stream": False}


def config_of(setup: links.Setup) -> TransferConfig:
    assert setup.settings is not None
    return make_config(DEFAULTS, setup.settings)


def test_an_address_sets_pictures_and_settings() -> None:
    query = {"style": "great_wave", "strength": "60", "seed": "3", "photo": "cat", "style_scale": "2", "pooling": "max"}
    setup = links.read(query, DEFAULTS)
    assert (setup.photo, setup.paintings) == (
        library.FOLDERS["photo"] / "cat.jpg",
        (library.FOLDERS["painting"] / "great_wave.jpg",),
    )
    assert config_of(setup) == TransferConfig(strength=60.0, seed=3, style_scale=(2.0,))
    assert setup.complaints == ()


def test_an_address_without_parameters_changes_nothing() -> None:
    assert links.read({}, DEFAULTS) == links.Setup()
    assert links.read({"__theme": "dark", "view": "api", "utm_source": "x"}, DEFAULTS) == links.Setup()


def test_nonsense_does_not_cover_the_page_with_toasts() -> None:
    setup = links.read({"style": "x," * 1000, "strength": "60"}, DEFAULTS)
    assert len(setup.complaints) == links.MOST_COMPLAINTS
    assert config_of(setup).strength == 60


def test_several_paintings_are_named_with_commas() -> None:
    setup = links.read({"style": "great_wave,poppies,night_cafe,summertime,pere_tanguy"}, DEFAULTS)
    assert [path.stem for path in setup.paintings] == ["great_wave", "poppies", "night_cafe", "summertime"]


def test_a_blend_is_for_the_paintings_that_are_named() -> None:
    setup = links.read({"style": "great_wave,poppies", "blend": "20,60.5"}, DEFAULTS)
    assert (setup.blends, setup.settings, setup.complaints) == ((20.0, 60.5), None, ())


@pytest.mark.parametrize("blend", ["20", "20,30,40", "20,101", "20,-1", "20,nan", "20,much", "0,0", ","])
def test_a_blend_that_no_sliders_can_be_set_to_is_told(blend: str) -> None:
    setup = links.read({"style": "great_wave,poppies", "blend": blend}, DEFAULTS)
    (complaint,) = setup.complaints
    assert complaint.endswith(f"from 0 to 100 for each of its paintings (2), not all 0, got {blend}.")
    assert (len(setup.paintings), setup.blends) == (2, ())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"photo": "../../etc/passwd"}, "isn't among the examples"),
        ({"style": "mona_lisa"}, "mona_lisa"),
        ({"strength": "lots"}, "“How much painting?” needs a number, got 'lots'"),
        ({"strength": "101"}, "“How much painting?” must be between 0 and 100"),
        ({"strength": "nan"}, "“How much painting?” needs a number"),
        ({"size": "5000"}, "“Resolution” must be between 128 and 1024"),
        ({"seed": "1.5"}, "“Seed”"),
        ({"pooling": "least"}, "“Pooling” must be one of"),
        ({"weights": "/etc/passwd"}, "asks for weights"),
        ({"colour": "red"}, "asks for colour"),
        ({"x" * 500: "1"}, "x" * 50 + ","),
    ],
)
def test_what_makes_no_sense_is_told_and_left_out(query: dict[str, str], words: str) -> None:
    setup = links.read({"steps": "30"} | query, DEFAULTS)
    (complaint,) = setup.complaints
    assert words in complaint
    assert config_of(setup) == TransferConfig(steps=30)
    assert (setup.photo, setup.paintings) == (None, ())


def test_a_link_leads_back(cache: Path) -> None:
    photo, painting = library.by_name("photo")["cat"], library.by_name("painting")["poppies"]
    config = TransferConfig(strength=33.0, colours=20.0, style_scale=(0.5,), seed=9, steps=40, initial="noise")
    selection = Selection(upload(photo, cache, "my own name.jpg"), (upload(painting, cache),), config)
    text = links.write(selection, DEFAULTS)
    assert parse_qs(text) == {
        "photo": ["cat"],
        "style": ["poppies"],
        "strength": ["33"],
        "colours": ["20"],
        "style_scale": ["0.5"],
        "seed": ["9"],
        "steps": ["40"],
        "initial": ["noise"],
    }
    setup = links.read(dict(parse_qsl(text)), DEFAULTS)
    assert (setup.photo, setup.paintings) == (photo, (painting,))
    assert config_of(setup) == config
    assert setup.complaints == ()


def test_a_link_to_what_is_usual_is_empty(cache: Path) -> None:
    assert links.write(Selection(None, (), DEFAULTS), DEFAULTS) == ""


def test_a_link_names_no_picture_that_others_lack(cache: Path) -> None:
    Image.new("RGB", (40, 40)).save(cache / "cat.jpg")
    own: FileDataDict = {"path": str(cache / "cat.jpg"), "orig_name": "cat.jpg", "is_stream": False}
    assert links.write(Selection(own, (own,), DEFAULTS), DEFAULTS) == ""
    assert links.left_out(Selection(own, (), DEFAULTS)) == ["your own pictures"]


def test_what_no_address_can_tell_is_told(cache: Path) -> None:
    photo = upload(library.by_name("photo")["cat"], cache)
    paintings = tuple(upload(library.by_name("painting")[name], cache) for name in ("poppies", "great_wave"))
    selection = Selection(photo, paintings, DEFAULTS, (0, 1))
    assert links.left_out(selection) == []
    assert links.left_out(Selection(None, (), DEFAULTS)) == []
    mask = np.full((2, 2), 255, np.uint8)
    whole = replace(selection, masks=(mask, mask), config=replace(DEFAULTS, style_blend=(20.0, 60.0)))
    assert links.left_out(whole, "es") == ["las regiones que marcaste"]
    brushed = replace(selection, strength_map=mask)
    assert links.left_out(brushed) == ["where you brushed more or less painting"]
    Image.new("RGB", (40, 40)).save(cache / "own.png")
    own: FileDataDict = {"path": str(cache / "own.png"), "orig_name": "own.png", "is_stream": False}
    half = replace(whole, paintings=(paintings[0], own))
    assert links.left_out(half) == [
        "your own pictures",
        "the regions that you brushed",
        "how much of each painting",
    ]
    assert parse_qs(links.write(half, DEFAULTS)) == {"photo": ["cat"], "style": ["poppies"]}


def test_a_link_leads_back_to_a_blend(cache: Path) -> None:
    paintings = tuple(upload(library.by_name("painting")[name], cache) for name in ("poppies", "great_wave"))
    selection = Selection(None, paintings, replace(DEFAULTS, style_blend=(20.0, 62.5)), (0, 1))
    text = links.write(selection, DEFAULTS)
    assert text == "style=poppies,great_wave&blend=20,62.5"
    assert links.read(dict(parse_qsl(text)), DEFAULTS).blends == (20.0, 62.5)


def test_a_file_that_was_not_uploaded_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    private: FileDataDict = {"path": str(library.by_name("photo")["cat"]), "orig_name": "cat.jpg", "is_stream": False}
    with pytest.raises(ValueError, match="wasn't uploaded here"):
        links.write(Selection(private, (), DEFAULTS), DEFAULTS)
