"""The command line as a person meets it: what is said, and which exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from nst_core.cli import main
from tests.support.terminal import PAINTING, PHOTO, REMARK, TINY, TWO, Paints, Terminal


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ([], ["required", "--help"]),
        (["c.jpg", "-o", "out.png"], ["required", "STYLE", "--help"]),
        (["c.jpg", "s.jpg"], ["required", "-o"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--sizes", "5"], ["--sizes"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-w", "5"], ["--style-w"]),
        (["two\nlines.jpg", "s.jpg", "-o", "out.png"], ["two lines.jpg doesn't exist"]),
        (["c.jpg", "s.jpg", "-o", "x" * 252 + ".png"], ["can't be written", "choose a shorter name"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--size", "5"], ["size", "32", "10000", "5"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--size", "big"], ["--size", "big"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--size", "512px"], ["whole number", "32 to 10000", "512px"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--strength", "half"], ["a number", "0 to 100", "half"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--within", "a.png", "--within", "b.png"], ["--within", "only once"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--only-colours", "--state", "a.state"], ["--state", "--only-colours"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--block", "7"], ["block", "at least 16", "got 7"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--history", "0"], ["history", "between 1 and 100", "got 0"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--precision", "float8"], ["--precision", "float8", "tf32"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--steps", "0"], ["steps", "between 1 and", "got 0"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--strength", "101"], ["strength", "between 0 and 100", "got 101"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-weight", "-1"], ["style_weight", "got -1"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-weight", "nan"], ["style_weight", "got nan"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--strength", "9", "--style-weight", "5"], ["--strength", "one of them"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--preset", "best"], ["--preset", "best", "fast", "fine"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--optimizer", "sgd"], ["--optimizer", "sgd", "lbfgs", "adam"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-layer-weights", "1,x"], ["--style-layer-weights", "'1,x'"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-layer-weights", "1,2"], ["2 values", "5"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--save-every", "0"], ["--save-every", "at least 1"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--device", "toaster"], ["--device", "cuda", "toaster"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--depth", "12"], ["--depth", "12", "8, 16"]),
        (["c.jpg", "s.jpg", "-o", "out.jpg", "--depth", "16"], ["out.jpg", "16 bits", ".png"]),
        (["c.jpg", "s.jpg", "-o", "out.jpg", "--keep-alpha"], ["out.jpg", "transparency", ".png"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--state", "state.png"], ["state.png", ".state"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--state", "missing/a.state"], ["missing", "doesn't exist"]),
        (["c.jpg", "s.jpg", "-o", "out.webp", "--clip", "out.webp"], ["out.webp is written already"]),
        (["c.jpg", "s.jpg", "-o", "out.bmp"], ["out.bmp", ".png"]),
        (["c.jpg", "s.jpg", "-o", "missing/out.png"], ["missing", "doesn't exist"]),
        (["c.jpg", "s.jpg", "-o", "."], ["must end in"]),
        (["", "s.jpg", "-o", "results"], ["name of a picture is empty"]),
        (["c.jpg", "s.jpg", "", "-o", "results"], ["name of a picture is empty"]),
        (["https://a.b/c.jpg", "s.jpg", "-o", "out.png"], ["https://a.b/c.jpg is an address", "download"]),
        ([*TWO, "-o", "out.png", "--mask", "m.png"], ["m.png doesn't exist"]),
        ([*TWO, "-o", "out.png", "--mask", "none", "--mask", str(PHOTO)], ["2", "of paintings 1"]),
        ([*TWO, "-o", "out.png", "--within", "w.png"], ["w.png doesn't exist"]),
        ([*TWO, "-o", "out.png", "--style-blend", "1,2"], ["style_blend is 2 and that of paintings 1"]),
        ([*TWO, "-o", "out.png", "--device", "cuda:99"], ["cuda:99", "can't be used", "'cpu'"]),
        ([*TWO, "-o", "out.png", "--size", "40"], ["32", "crop"]),
        ([*TWO, "-o", "out.png", "--style-layers", "relu9_9"], ["relu9_9", "relu5_4"]),
        ([*TWO, "-o", "out.png", "--weights", "vgg.txt"], ["vgg.txt", "embedded"]),
        ([*TWO, "-o", "out.png", "--clip", "out.avi"], ["out.avi", ".mp4"]),
        (["reconstruct", TWO[0], "-o", "out.png"], ["--content", "--style", "one of them"]),
        (["reconstruct", TWO[0], "-o", "out.png", "--content", "a", "--style", "b"], ["give one of them"]),
        (["reconstruct", TWO[0], "-o", "out.png", "--content", "relu9_9"], ["relu9_9", "relu5_4"]),
        (["reconstruct", TWO[0], "-o", "out.png", "--style", "relu1_1", "--strength", "5"], ["--strength"]),
        (["reconstruct", "-o", "out.png", "--style", "relu1_1"], ["a picture is required"]),
        (["reconstruct", ".", "-o", "out.png", "--style", "relu1_1"], ["is a folder"]),
    ],
)
def test_bad_input_gets_one_line(options: list[str], parts: list[str], terminal: Terminal) -> None:
    said = terminal.refuses(*options)
    for part in parts:
        assert part in said


def test_missing_and_corrupt_pictures(terminal: Terminal) -> None:
    assert "missing.jpg doesn't exist" in terminal.refuses("missing.jpg", PAINTING, "-o", "out.png")
    Path("corrupt.jpg").write_bytes(PAINTING.read_bytes()[:5000])
    assert "corrupt.jpg is damaged or cut off" in terminal.refuses(PHOTO, "corrupt.jpg", "-o", "out.png")


def test_a_run(paints: Paints) -> None:
    code, err = paints()
    assert code == 0
    assert paints.level() == 8
    assert f"step 2: {REMARK}" in err.splitlines()
    assert "step 8/8, 64x43, loss 3" in err
    assert err.splitlines()[-1] == "nst_core: wrote out.png (64x43)"
    assert paints.files() == ["out.png"]


def test_a_quiet_run_says_only_what_matters(paints: Paints) -> None:
    assert paints("-q") == (0, f"step 2: {REMARK}\n")


def test_what_the_pictures_cannot_give_is_told_before_the_work_and_once(tiny: Terminal) -> None:
    Image.new("RGB", (64, 48), "navy").save("even.png")
    options = ("even.png", "s.png", "-o", "out.png", *TINY, "--steps", 2)
    said = "nst_core: the photo is nearly one colour, so there is little to be seen of it\n"
    assert tiny.plans(*options, beside=said)
    assert tiny(*options, "-q") == (0, said)
    first, second, *_ = tiny(*options)[1].splitlines()
    assert (first.startswith("nst_core: 48x36"), second) == (True, said.strip())


def test_main_reads_the_arguments_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["nst_core", "--version"])
    with pytest.raises(SystemExit, match="^0$"):
        main.main()
