"""A state belongs to its picture; with another one beside it, it isn't gone on with."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from nst_core.checkpoint import load_state, save_state
from nst_core.cli.states import StateLabel, label_of, parse_label, recipe_of, state_beside
from nst_core.recipe import sha256_of
from tests.support.pictures import smooth_picture
from tests.support.terminal import TINY as OPTIONS
from tests.support.terminal import Paints, Terminal, interrupt_at


@pytest.fixture
def stopped(tiny: Terminal, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """With out.png and out.jpg of a run that stopped after step 2 of 4, and their states."""
    for output in ("out.png", "out.jpg"):
        with monkeypatch.context() as patch:
            interrupt_at(2, patch)
            assert tiny("a.png", "s.png", "-o", output, *OPTIONS, "--steps", 4)[0] == 130
    return tiny


def as_earlier_versions(state: Path, picture: Path) -> Path:
    """The state of `picture` as it was written before it told the picture's hash: s.png -> s.state."""
    found, text = load_state(state)
    values = {name: value for name, value in json.loads(text).items() if name != "sha256"}
    old = picture.with_suffix(".state")
    save_state(found, old, json.dumps(values))
    state.unlink()
    return old


def test_what_a_state_tells(stopped: Terminal) -> None:
    label = label_of(Path("out.png.state"))
    assert label is not None
    assert (label.output, label.is_kept, label.sha256) == ("out.png", False, sha256_of(Path("out.png")))
    assert label.recipe == recipe_of(Path("out.png"))
    assert parse_label(label.to_text(), Path("x")) == label


def test_a_state_lies_beside_its_picture_whatever_that_is_called() -> None:
    assert state_beside(Path("a/out.png")) == Path("a/out.png.state")
    assert state_beside(Path("a/out.jpg")) != state_beside(Path("a/out.png"))


@pytest.mark.parametrize("output", ["out.png", "out.jpg"])
def test_another_picture_is_not_painted_over(stopped: Terminal, output: str) -> None:
    assert stopped("s.png", "a.png", "-o", output, *OPTIONS, "--steps", 3)[0] == 0
    finished = stopped.bytes(output)
    said = stopped.refuses("--resume", f"{output}.state")
    assert f"{output} isn't the picture that {output}.state was saved with" in said
    assert "choose another name with -o" in said
    assert stopped.refuses("--resume", f"{output}.state", "-o", f"../here/{output}").endswith("with -o\n")
    assert stopped("--resume", f"{output}.state", "-o", "more.png")[0] == 0
    assert stopped.bytes(output) == finished


@pytest.mark.parametrize("output", ["out.png", "out.jpg"])
def test_an_edited_picture_is_not_painted_over(stopped: Terminal, output: str) -> None:
    smooth_picture(48, 36, 8).save(output)
    assert f"{output} isn't the picture" in stopped.refuses("--resume", f"{output}.state")


@pytest.mark.parametrize("output", ["out.png", "out.jpg"])
def test_a_picture_that_is_gone_is_made_again(stopped: Terminal, output: str) -> None:
    Path(output).unlink()
    assert stopped("--resume", f"{output}.state")[0] == 0
    assert output in stopped.files()


def test_a_state_under_another_pictures_name_is_refused(stopped: Terminal) -> None:
    shutil.copy("out.jpg.state", "a.png.state")
    said = stopped.refuses("--resume", "a.png.state")
    assert "a.png.state is the state of out.jpg, not of a.png; say with -o what to write" in said
    assert stopped("--resume", "a.png.state", "-o", "new.png")[0] == 0


def test_a_picture_of_the_same_run_that_went_further_is_no_other(stopped: Terminal) -> None:
    """As when the machine died between the writing of the two."""
    shutil.copy("out.png.state", "earlier")
    assert stopped("a.png", "s.png", "-o", "out.png", *OPTIONS, "--steps", 4)[0] == 0
    whole = stopped.bytes("out.png")
    shutil.copy("earlier", "out.png.state")
    assert stopped("--resume", "out.png.state")[0] == 0
    assert stopped.bytes("out.png") == whole


@pytest.mark.parametrize("output", ["out.png", "out.jpg"])
def test_states_of_earlier_versions_are_read(stopped: Terminal, output: str) -> None:
    old = as_earlier_versions(Path(f"{output}.state"), Path(output))
    assert stopped("--resume", old)[0] == 0
    assert old.name not in stopped.files()


@pytest.mark.parametrize("output", ["out.png", "out.jpg"])
def test_stale_states_of_earlier_versions_are_refused(stopped: Terminal, output: str) -> None:
    old = as_earlier_versions(Path(f"{output}.state"), Path(output))
    assert stopped("s.png", "a.png", "-o", output, *OPTIONS, "--steps", 3)[0] == 0
    later = old.stat().st_mtime_ns + 1_000_000_000
    os.utime(output, ns=(later, later))
    assert f"{output} isn't the picture" in stopped.refuses("--resume", old)


def test_a_resumed_run_of_an_earlier_version_is_stopped_again(
    stopped: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = as_earlier_versions(Path("out.jpg.state"), Path("out.jpg"))
    with monkeypatch.context() as patch:
        interrupt_at(1, patch)
        assert stopped("--resume", old, "--steps", 9)[0] == 130
    assert [name for name in stopped.files() if "out.jpg" in name or name == old.name] == ["out.jpg", "out.state"]
    label = label_of(old)
    assert label is not None
    assert (label.recipe.steps_done, label.sha256) == (3, sha256_of(Path("out.jpg")))


def test_what_is_no_state_has_no_label(paints: Paints) -> None:
    for number, content in enumerate((b"", b"nonsense", b"PK\x03\x04", b"\x80\x02}q\x00.")):
        Path(f"{number}.state").write_bytes(content)
        assert label_of(Path(f"{number}.state")) is None
    Path("folder.state").mkdir()
    assert label_of(Path("folder.state")) is None
    assert label_of(Path("missing.state")) is None


@pytest.mark.parametrize("sha256", [5, [], {}])
def test_a_hash_that_is_none_is_refused(painted: Terminal, sha256: object) -> None:
    state, text = load_state(Path("out.state"))
    save_state(state, Path("odd.state"), json.dumps(json.loads(text) | {"sha256": sha256}))
    said = painted.refuses("--resume", "odd.state", "--steps", 9)
    assert "odd.state is damaged" in said


def test_a_state_that_was_asked_for_says_so(painted: Terminal) -> None:
    label = label_of(Path("out.state"))
    assert isinstance(label, StateLabel)
    assert label.is_kept
