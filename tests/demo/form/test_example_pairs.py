"""The example pairs exist, are named as their sources name them, and can be used without a mouse or eyes."""

from __future__ import annotations

import re
from pathlib import Path

from gradio.data_classes import FileDataDict
from PIL import Image

from demo.form import example_pairs

PAIRS = example_pairs.load_pairs()


def test_every_painting_is_used_in_at_least_eight_pairs() -> None:
    assert len(PAIRS) >= 8
    assert {pair.style for pair in PAIRS} == set((example_pairs.EXAMPLES / "style").glob("*.jpg"))
    assert len({(pair.content, pair.style) for pair in PAIRS}) == len(PAIRS)


def test_the_pictures_are_there() -> None:
    for pair in PAIRS:
        for path in (pair.content, pair.style):
            with Image.open(path) as image:
                assert min(image.size) >= 300


def test_names_are_those_of_the_attribution() -> None:
    rows = (example_pairs.EXAMPLES / "ATTRIBUTION.md").read_text(encoding="utf-8").splitlines()
    for pair in PAIRS:
        (style,) = [row for row in rows if row.startswith(f"| `style/{pair.style.name}`")]
        (content,) = [row for row in rows if row.startswith(f"| `content/{pair.content.name}`")]
        assert pair.painter in style
        assert set(re.findall(r"\w+", pair.title)) <= set(re.findall(r"\w+", style))
        assert set(re.findall(r"\w+", pair.photo)) <= set(re.findall(r"\w+", content))


def test_each_pair_is_a_button_with_a_name() -> None:
    html = example_pairs.buttons(PAIRS)
    assert re.findall(r'data-index="(\d+)"', html) == [str(index) for index in range(len(PAIRS))]
    labels = re.findall(r'aria-label="([^"]+)"', html)
    assert labels.pop(0) == "A photo and a painting to begin with"
    assert labels[0] == "Neuschwanstein Castle, to be painted like The Starry Night by Vincent van Gogh"
    assert len(set(labels)) == len(PAIRS)
    assert len(html) < 10_000  # all of them travel with the page


def test_the_buttons_speak_spanish() -> None:
    assert "Castillo de Neuschwanstein, para pintarlo como La noche estrellada" in example_pairs.buttons(PAIRS, "es")


def copy(folder: Path, picture: Path) -> FileDataDict:
    path = folder / f"any-{picture.name}"
    path.write_bytes(picture.read_bytes())
    return {"path": str(path)}  # type: ignore[typeddict-item]


def test_the_pair_that_is_loaded_is_known_by_what_is_in_its_files(cache: Path) -> None:
    photo, painting = copy(cache, PAIRS[3].content), copy(cache, PAIRS[3].style)
    assert example_pairs.mark(PAIRS, photo, painting)["loaded"] == 3
    assert example_pairs.mark(PAIRS, photo, copy(cache, PAIRS[4].style))["loaded"] == example_pairs.NONE
    own = cache / "own.jpg"
    own.write_bytes(b"of a visitor")
    for pictures in ((photo, {"path": str(own)}), ({"path": str(own)}, painting), ({"path": str(own)}, None)):
        assert example_pairs.mark(PAIRS, *pictures)["loaded"] == example_pairs.OWN
    for missing in ((None, painting), (photo, None)):
        assert example_pairs.mark(PAIRS, *missing)["loaded"] == example_pairs.NONE


def test_an_upload_that_is_gone_is_no_example(cache: Path) -> None:
    photo, painting = copy(cache, PAIRS[0].content), copy(cache, PAIRS[0].style)
    Path(photo["path"]).unlink()
    assert example_pairs.mark(PAIRS, photo, painting)["loaded"] != 0


def test_only_what_was_uploaded_is_looked_at() -> None:
    elsewhere = [{"path": str(path)} for path in (PAIRS[0].content, PAIRS[0].style)]
    assert example_pairs.mark(PAIRS, *elsewhere)["loaded"] == example_pairs.NONE
