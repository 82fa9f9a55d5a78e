"""The command line as a person meets it: what is written, what is said, which exit code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from nst_core.cli import main
from nst_core.cli.request import read_job
from nst_core.config import ColourMethod, Optimizer, Preset, TransferConfig
from nst_core.execution import Execution
from nst_core.film.clip import Clip
from nst_core.recipe import read_recipe
from nst_core.transfer import Step
from nst_core.version import __version__
from tests.support.pictures import smooth_picture
from tests.support.terminal import (
    MACHINE,
    PAINTING,
    PHOTO,
    REMARK,
    ROOT,
    Before,
    Terminal,
    at,
    engine,
    nothing,
    open_terminal,
    raising,
)

# A process of its own


def start(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nst_core", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*arguments: object, **options: Any) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    with start(*arguments, **options) as process:
        out, err = process.communicate(timeout=300)
    return process.returncode, out, err


@pytest.mark.weights
def test_a_run_writes_the_picture_and_every_nth_step(tmp_path: Path) -> None:
    output = tmp_path / "out.png"
    code, out, err = run(PHOTO, PAINTING, "-o", output, "--size", 48, "--steps", 3, "--scales", 1, "--save-every", 2)
    assert (code, out) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out-0002.png", "out.png"]
    with Image.open(output) as result:
        assert result.size == (48, 32)
        assert result.format == "PNG"
    for part in ("step 3/3", "48x32", "loss ", " left", "100%", f"wrote {output} (48x32)"):
        assert part in err


@pytest.mark.weights
def test_a_kill_keeps_the_picture_so_far_and_the_state(tmp_path: Path) -> None:
    output = tmp_path / "out.png"
    process = start(PHOTO, PAINTING, "-o", output, "--size", 48, "--steps", 5000, "--scales", 1)
    with process:
        assert process.stderr is not None
        said = ""
        while "step 1/" not in said and process.poll() is None:
            said += process.stderr.read(1)
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert "nst_core: stopping after this step; Ctrl-C again stops at once" in rest.splitlines()
    last = rest.splitlines()[-1]
    assert last.startswith("nst_core: stopped after step ")
    assert last.endswith(f"go on with: python -m nst_core --resume {tmp_path / 'out.state'}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.png", "out.state"]
    with Image.open(output) as result:
        assert result.size == (48, 32)


def test_missing_weights(tmp_path: Path) -> None:
    code, _, err = run(PHOTO, PAINTING, "-o", "out.png", cwd=tmp_path, NST_WEIGHTS="nowhere.pth")
    assert code == 2
    assert "nowhere.pth" in err
    assert len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_help_and_version_need_no_torch() -> None:
    probe = "import sys, nst_core.cli.main as cli\ntry: cli.main(['--help'])\nfinally: sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True).returncode == 0
    code, out, err = run("--version")
    assert (code, out, err) == (0, f"nst_core {__version__}\n", "")


@pytest.mark.parametrize(
    "options",
    [
        ["nowhere.jpg", PAINTING, "-o", "out.png"],
        [PHOTO, "nowhere.jpg", "-o", "out.png"],
        [PHOTO, ROOT / "README.md", "-o", "out.png"],
        [PHOTO, PAINTING, "-o", "out.bmp"],
        [PHOTO, PAINTING, "-o", "nowhere/out.png"],
        [PHOTO, PAINTING, "-o", "out.png", "--clip", "out.avi"],
        [PHOTO, PAINTING, "-o", "out.png", "--mask", "nowhere.png"],
        [PHOTO, PAINTING, "-o", "out.png", "--size", "40"],
        ["--recipe", PHOTO, "-o", "out.png"],
        ["--resume", "nowhere.state"],
    ],
    ids=lambda options: " ".join(str(option).rpartition("/")[2] for option in options),
)
def test_what_is_wrong_with_files_is_told_before_torch_is_imported(options: list[object]) -> None:
    arguments = [*map(str, options)]
    probe = f"import sys; from nst_core.cli.main import main; print(main({arguments}), 'torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == "2 False\n", run.stderr


# In this process: what is refused


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return open_terminal(tmp_path, monkeypatch, capsys)


TWO = (str(PHOTO), str(PAINTING))


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        ([], ["required", "--help"]),
        (["c.jpg", "-o", "out.png"], ["required", "STYLE", "--help"]),
        (["c.jpg", "s.jpg"], ["required", "-o"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--sizes", "5"], ["--sizes"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-w", "5"], ["--style-w"]),
        (["two\nlines.jpg", "s.jpg", "-o", "out.png"], ["two lines.jpg doesn't exist"]),
        (["c.jpg", "s.jpg", "-o", "x" * 248 + ".png", "--save-every", "9"], ["can't be written"]),
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


def test_what_goes_in_is_never_overwritten(terminal: Terminal) -> None:
    shutil.copy(PHOTO, "photo.jpg")
    shutil.copy(PAINTING, "photo-0020.jpg")
    Image.new("L", (64, 64), 255).save("mask.png")
    taken = "is one of the files that go in"
    output = f"{terminal.folder}/../here/photo.jpg"
    assert f"photo.jpg {taken}" in terminal.refuses(PAINTING, "photo.jpg", "-o", output)
    said = terminal.refuses(PHOTO, "photo-0020.jpg", "-o", "photo.jpg", "--save-every", "10")
    assert f"photo-0020.jpg {taken}" in said
    assert f"mask.png {taken}" in terminal.refuses(*TWO, "-o", "mask.png", "--mask", "mask.png")
    assert f"mask.png {taken}" in terminal.refuses(*TWO, "-o", "mask.png", "--within", "mask.png")
    assert terminal.bytes("photo.jpg") == PHOTO.read_bytes()


# From the options to the job


def test_no_default_is_retyped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    job = read_job(["c", "s", "-o", "o.png"])
    assert job.config == TransferConfig()
    assert (job.depth, job.keep_profile, job.masks, job.quiet) == (8, False, [], False)


def test_options_reach_the_order() -> None:
    given = (
        "c s1 -o o.jpg --size 300 --steps 40 --style-weight 2.5 --optimizer adam --style-layers relu1_1,relu2_1 "
        "--style-layer-weights 1,0.5 --content-layers= --weights torchvision --device cuda:1 --save-every 7 -q s2 "
        "--mask none --mask m.png s3 --clip c.mp4 --state s.state --depth 16 --keep-profile --colour-method luminance"
    )
    job = read_job(given.split())
    assert job.content == Path("c")
    assert [source.path for source in job.sources if source.role == "style"] == [Path("s1"), Path("s2"), Path("s3")]
    assert job.masks == [None, Path("m.png"), None]  # one each
    assert job.config == TransferConfig(
        size=300,
        steps=40,
        style_weight=2.5,
        optimizer=Optimizer.ADAM,
        style_layers=("relu1_1", "relu2_1"),
        style_layer_weights=(1.0, 0.5),
        content_layers=(),
        weights="torchvision",
        colour_method=ColourMethod.LUMINANCE,
    )
    assert (job.output, job.device, job.save_every, job.quiet) == (Path("o.jpg"), "cuda:1", 7, True)
    assert (job.clip, job.state) == (Path("c.mp4"), Path("s.state"))
    assert (job.depth, job.keep_profile) == (16, True)


def test_options_count_more_than_the_preset() -> None:
    given = ["c", "s", "-o", "o.png", "--preset", "paper"]
    assert read_job(given).config == TransferConfig.preset(Preset.PAPER)
    changed = read_job([*given, "--steps", "7", "--scales", "2"]).config
    assert changed == TransferConfig.preset(Preset.PAPER, steps=7, scales=2)


def test_a_strength_counts_although_the_preset_has_a_style_weight() -> None:
    config = read_job(["c", "s", "-o", "o.png", "--preset", "paper", "--strength", "30"]).config
    assert config == TransferConfig.preset(Preset.PAPER, strength=30.0, style_weight=None)


def test_the_environment_gives_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_WEIGHTS", "mine.pth")
    assert read_job(["c", "s", "-o", "o.png"]).config.weights == "mine.pth"
    assert read_job(["c", "s", "-o", "o.png", "--weights", "embedded"]).config.weights == "embedded"


# The run, with a stand-in for the engine: the picture after step n has the level n


@pytest.fixture
def paints(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> Paints:
    return Paints(terminal, monkeypatch)


class Paints:
    """Paints out.png in eight steps, by the stand-in."""

    def __init__(self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.terminal, self.monkeypatch = terminal, monkeypatch
        self.received: list[dict[str, Any]] = []
        self.files, self.level = terminal.files, terminal.level

    def __call__(self, *options: object, before: Before = nothing) -> tuple[int, str]:
        self.monkeypatch.setattr("nst_core.transfer.Transfer", engine(before, self.received))
        small = ("--size", "64", "--steps", "8", "--scales", "1", *options)
        return self.terminal(*TWO, "-o", "out.png", *small)


def test_a_run(paints: Paints) -> None:
    code, err = paints()
    assert code == 0
    assert paints.level() == 8
    assert f"step 2: {REMARK}" in err.splitlines()
    assert "step 8/8, 64x43, loss 3" in err
    assert err.splitlines()[-1] == "nst_core: wrote out.png (64x43)"
    assert paints.files() == ["out.png"]


def test_all_pictures_and_the_device_are_passed_on(paints: Paints) -> None:
    Image.new("L", (30, 20), 200).save("mask.png")
    second = ROOT / "examples/style/great_wave.jpg"
    options = (second, "--device", "cpu", "--mask", "none", "--mask", "mask.png", "--within", "mask.png")
    assert paints(*options)[0] == 0
    (received,) = paints.received
    assert received["content"].size == (1024, 683)
    assert [style.size for style in received["styles"]] == [(711, 566), (661, 445)]
    assert received["device"] == "cpu"
    first, mask = received["masks"]
    assert first is None
    assert (mask.size, mask.mode, mask.getextrema()) == ((30, 20), "L", (200, 200))
    assert received["within"].size == (30, 20)


def test_transparent_pictures_stay_so_only_if_asked(paints: Paints) -> None:
    picture = smooth_picture(64, 48, seed=1).convert("RGBA")
    picture.putalpha(100)
    picture.save("clear.png")
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(nothing, paints.received))
    for option in ("--keep-alpha", "--no-keep-alpha"):
        paints.terminal("clear.png", "clear.png", "-o", "out.png", "--size", 64, "--steps", 1, option)
    modes = [[received["content"].mode, received["styles"][0].mode] for received in paints.received]
    assert modes == [["RGBA", "RGBA"], ["RGB", "RGB"]]


def test_depth_alpha_and_profile_reach_the_file(paints: Paints) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = smooth_picture(64, 48, seed=1)
    picture.save("photo.png", icc_profile=profile)
    saved: list[dict[str, Any]] = []
    paints.monkeypatch.setattr(
        "nst_core.images.saving.save_image", lambda image, path, **options: saved.append(options)
    )
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine())
    for options in (("--depth", "16", "--keep-profile"), ()):
        paints.terminal("photo.png", "photo.png", "-o", "out.png", "--size", 64, "--steps", 1, *options)
    assert [(options["depth"], options["profile"]) for options in saved] == [(16, profile), (8, None)]
    assert [*saved[0]["text"]] == ["nst_core"]


def test_a_narrow_painting_is_refused_before_the_engine_starts(terminal: Terminal) -> None:
    Image.new("RGB", (40, 400)).save("narrow.png")
    said = terminal.refuses(*TWO, "narrow.png", "-o", "out.png", "--size", 64)
    assert "40x400" in said
    assert "at least 320" in said


def test_a_quiet_run_says_only_what_matters(paints: Paints) -> None:
    assert paints("-q") == (0, f"step 2: {REMARK}\n")


def test_intermediates(paints: Paints) -> None:
    assert paints("--save-every", 3)[0] == 0
    assert paints.files() == ["out-0003.png", "out-0006.png", "out.png"]
    assert [paints.level(name) for name in paints.files()] == [3, 6, 8]


def test_the_bar_counts_what_steps_cost(paints: Paints) -> None:
    """As many steps on either scale: 96 x 72 pixels with the margin, then 160 x 112, so 28 % are done halfway."""
    paints.monkeypatch.setattr("tests.support.terminal.scale_plan", lambda *_: [((64, 40), 4), ((128, 80), 4)])
    _, err = paints()
    shown = [line.split("%")[0].strip() for line in err.replace("\r", "\n").splitlines() if "step 4/8" in line]
    assert shown == ["28"]


def test_a_clip(paints: Paints) -> None:
    code, _ = paints("--clip", "clip.gif")
    assert code == 0
    with Image.open("clip.gif") as clip:
        clip.seek(clip.n_frames - 1)
        assert clip.size == (64, 43)
        assert clip.convert("RGB").getpixel((0, 0))[0] == pytest.approx(8, abs=8)


def test_a_clip_that_cannot_be_written_is_told_and_the_run_goes_on(paints: Paints) -> None:
    real = Clip.add

    def add(self: Clip, step: Step) -> None:
        if step.index == 4:
            raise OSError(28, "No space left on device")
        real(self, step)

    paints.monkeypatch.setattr(Clip, "add", add)
    code, err = paints("--clip", "clip.gif")
    assert code == 1
    assert "nst_core: clip.gif can't be written (No space left on device); going on without it" in err.splitlines()
    assert paints.level() == 8
    assert paints.files() == ["clip.gif", "out.png"]  # what was filmed until then


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_step_at_hand(paints: Paints, number: signal.Signals) -> None:
    earlier = signal.getsignal(number)
    code, err = paints(before=at(5, lambda: os.kill(os.getpid(), number)))
    assert code == 130
    assert paints.level() == 5
    assert err.splitlines()[-1] == (
        "nst_core: stopped after step 5 of 8; wrote out.png (64x43) and out.state; "
        "go on with: python -m nst_core --resume out.state"
    )
    assert paints.files() == ["out.png", "out.state"]
    assert signal.getsignal(number) == earlier


def test_an_interrupt_of_the_last_step_interrupts_nothing(paints: Paints) -> None:
    code, _ = paints(before=at(8, lambda: os.kill(os.getpid(), signal.SIGINT)))
    assert code == 0
    assert paints.files() == ["out.png"]


def test_a_second_interrupt_stops_at_once(paints: Paints) -> None:
    def twice() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    code, err = paints(before=at(5, twice))
    assert code == 130
    assert paints.level() == 4
    assert err.splitlines()[-1] == "nst_core: stopped after step 4 of 8; wrote out.png (64x43)"
    assert paints.files() == ["out.png"]


def test_two_interrupts_before_the_first_step(paints: Paints) -> None:
    code, err = paints(before=at(1, raising(KeyboardInterrupt())))
    assert code == 130
    assert err.splitlines()[-1] == "nst_core: stopped before the first step: nothing was made"
    assert paints.files() == []


def test_an_interrupt_does_not_lose_the_picture_that_is_being_saved(paints: Paints) -> None:
    from nst_core.images.saving import save_image

    def save_impatiently(image: torch.Tensor, path: Path, **options: Any) -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGINT)
        save_image(image, path, **options)

    paints.monkeypatch.setattr("nst_core.images.saving.save_image", save_impatiently)
    code, _ = paints(before=at(6, raising(KeyboardInterrupt())))
    assert code == 130
    assert paints.level() == 5


def test_a_run_on_a_thread_leaves_signals_alone(paints: Paints) -> None:
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(paints()[0]))
    thread.start()
    thread.join()
    assert codes == [0]


def test_the_command_that_goes_on_is_complete(paints: Paints) -> None:
    options = ("--state", "else where.state", "--device", "cpu", "--save-every", "4")
    Path("sub").mkdir()
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(at(2, lambda: os.kill(os.getpid(), signal.SIGINT))))
    _, err = paints.terminal(*TWO, "-o", "sub/out.png", "--size", 64, "--steps", 3, "--scales", 1, *options)
    assert err.splitlines()[-1].endswith(
        "go on with: python -m nst_core --resume 'else where.state' -o sub/out.png --device cpu --save-every 4"
    )


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
    MemoryError(),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_out_of_memory(paints: Paints, error: Exception) -> None:
    code, err = paints(before=at(1, raising(error)))
    assert code == 1
    for part in ("out of memory", "smaller --size", "nothing was made"):
        assert part in err
    code, err = paints(before=at(4, raising(error)))
    assert code == 1
    assert paints.level() == 3
    for part in ("nst_core: out of memory", "smaller --size", "after step 3 of 8", "wrote"):
        assert part in err.splitlines()[-1]


def test_a_bug_leaves_the_picture_and_a_traceback(paints: Paints) -> None:
    with pytest.raises(RuntimeError, match="failed after step 3 of 8") as caught:
        paints(before=at(4, raising(ValueError("shapes do not match"))))
    assert isinstance(caught.value.__cause__, ValueError)
    assert paints.level() == 3


def test_a_bad_place_for_the_result_does_not_lose_it(paints: Paints, tmp_path: Path) -> None:
    paints.monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, err = paints(before=at(7, lambda: shutil.rmtree(paints.terminal.folder)))
    assert code == 1
    (copy,) = tmp_path.glob("nst-*/out.png")
    assert err.splitlines()[-1].startswith("nst_core: out.png can't be written (No such file or directory)")
    assert err.splitlines()[-1].endswith(str(copy))
    with Image.open(copy) as image:
        assert image.getpixel((0, 0)) == (8, 8, 8)


def test_a_bad_place_for_an_intermediate_is_told_and_the_run_goes_on(paints: Paints) -> None:
    code, err = paints("--save-every", 3, before=at(3, Path("out-0003.png").mkdir))
    assert code == 1
    assert "nst_core: out-0003.png can't be written (Is a directory); going on without it" in err.splitlines()
    assert paints.level("out-0006.png") == 6
    assert paints.level() == 8


def test_a_bad_place_for_the_state_is_told(paints: Paints) -> None:
    def block() -> None:
        Path("out.state").mkdir()
        os.kill(os.getpid(), signal.SIGINT)

    code, err = paints(before=at(3, block))
    assert code == 1
    assert err.splitlines()[-1].startswith(
        "nst_core: stopped after step 3 of 8; wrote out.png (64x43); out.state can't"
    )
    assert paints.level() == 3


# The plan


def test_the_plan_is_told_before_the_run(paints: Paints) -> None:
    told: list[str] = []
    code, err = paints(before=at(1, lambda: told.append(paints.terminal.capsys.readouterr().err)))
    assert code == 0
    assert told[0].startswith("nst_core: 64x43, 8 steps on 2 CPU cores: about ")
    assert len(told[0].splitlines()) == 1
    assert "CPU cores" not in paints("-q")[1]


def test_the_plan_alone(paints: Paints) -> None:
    def never(index: int) -> None:
        raise AssertionError("a step was taken")

    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(never))
    options = (*TWO, "-o", "out.png", "--size", 256, "--steps", 100, "--history", 7)
    first, *lines = paints.terminal.plans(*options).splitlines()
    assert first.startswith("256x171 in 3 scales, 100 steps on 2 CPU cores: about ")
    assert [line.split()[:2] for line in lines[:3]] == [["64x43", "45"], ["128x85", "32"], ["256x171", "23"]]
    assert [line.split(maxsplit=1) for line in lines[3:6]] == [
        ["block", "the whole picture"],
        ["precision", "float32"],
        ["history", "7 steps"],
    ]
    assert lines[6].split()[0] == "memory"
    assert lines[6].endswith("GB of 11.0 GB")
    assert "history" not in paints.terminal.plans(*options, "--optimizer", "adam", "-q")


def test_what_was_typed_counts_more_than_what_would_suit(paints: Paints) -> None:
    assert paints("--block", 32, "--history", 3)[0] == 0
    recipe = read_recipe(Path("out.png"))
    assert recipe.execution == Execution(block=32, history=3)
    assert "in blocks of 32 pixels" in paints("--block", 32)[1]


def test_little_memory_makes_blocks_and_too_little_is_refused(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.forecast.machine.probe", lambda *_: replace(MACHINE, free=700_000_000))
    said = paints.terminal.plans(*TWO, "-o", "out.png", "--size", 512)
    assert "in blocks of " in said
    paints.monkeypatch.setattr("nst_core.forecast.machine.probe", lambda *_: replace(MACHINE, free=40_000_000))
    said = paints.terminal.refuses(*TWO, "-o", "out.png", "--size", 512)
    for part in ("512x342", "smallest blocks", "1.0 GB are there", "smaller size", "adam"):
        assert part in said
    assert "it may fail" in paints.terminal.plans(*TWO, "-o", "out.png", "--size", 512, "--block", 256)


# Reconstructions


def test_a_reconstruction_is_a_transfer_with_one_side(paints: Paints) -> None:
    paints.monkeypatch.setattr("nst_core.transfer.Transfer", engine(nothing, paints.received))
    options = ("-o", "out.png", "--size", 64, "--steps", 3)
    assert paints.terminal("reconstruct", PHOTO, *options, "--content", "relu2_1")[0] == 0
    assert paints.terminal("reconstruct", PHOTO, *options, "--style", "relu1_1,relu3_1", "--seed", 5)[0] == 0
    content, style = paints.received
    assert (content["config"].content_layers, content["config"].style_layers) == (("relu2_1",), ())
    assert content["styles"] == []
    assert (style["config"].content_layers, style["config"].style_layers) == ((), ("relu1_1", "relu3_1"))
    assert style["styles"] == [style["content"]]
    assert (style["config"].initial, style["config"].seed) == ("noise", 5)
    assert paints.level() == 3


def test_main_reads_the_arguments_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["nst_core", "--version"])
    with pytest.raises(SystemExit, match="^0$"):
        main.main()
