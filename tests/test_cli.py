"""The command line as a person meets it: what is written, what is said, which exit code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from nst_core import __version__, cli
from nst_core.config import Optimizer, TransferConfig
from nst_core.objective import LossValues
from nst_core.transfer import Step, scale_plan

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "examples/content/neuschwanstein.jpg"
PAINTING = ROOT / "examples/style/starry_night.jpg"
LOSSES = LossValues(0.5, 0.25, 0.0, 3.0, {}, {})


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


def assert_one_line(err: str, *parts: str) -> None:
    assert len(err.splitlines()) == 1, err
    assert err.startswith("nst_core: ")
    for part in parts:
        assert part in err


# A process of its own


@pytest.mark.weights
def test_a_run_writes_the_picture_and_every_nth_step(tmp_path: Path) -> None:
    output = tmp_path / "out.png"
    code, out, err = run(PHOTO, PAINTING, "-o", output, "--size", 64, "--steps", 6, "--scales", 1, "--save-every", 3)
    assert (code, out) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out-0003.png", "out-0006.png", "out.png"]
    with Image.open(output) as result:
        assert result.size == (64, 43)
        assert result.format == "PNG"
    assert output.read_bytes() == (tmp_path / "out-0006.png").read_bytes() != (tmp_path / "out-0003.png").read_bytes()
    for part in ("step 6/6", "64x43", "loss ", " left", "100%", f"wrote {output} (64x43)"):
        assert part in err


@pytest.mark.weights
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_the_picture_so_far(tmp_path: Path, number: signal.Signals) -> None:
    output = tmp_path / "out.png"
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child of a background job would ignore it
    try:
        process = start(PHOTO, PAINTING, "-o", output, "--size", 64, "--steps", 5000, "--scales", 1)
    finally:
        signal.signal(signal.SIGINT, previous)
    with process:
        assert process.stderr is not None
        said = ""
        while "step 3/" not in said and process.poll() is None:
            said += process.stderr.read(1)
        process.send_signal(number)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert "nst_core: stopped after step " in rest.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]
    with Image.open(output) as result:
        assert result.size == (64, 43)


def test_missing_and_corrupt_pictures(tmp_path: Path) -> None:
    code, out, err = run(tmp_path / "missing.jpg", PAINTING, "-o", tmp_path / "out.png")
    assert (code, out) == (2, "")
    assert_one_line(err, "missing.jpg doesn't exist")
    corrupt = tmp_path / "corrupt.jpg"
    corrupt.write_bytes(PAINTING.read_bytes()[:5000])
    code, out, err = run(PHOTO, corrupt, "-o", tmp_path / "out.png")
    assert (code, out) == (2, "")
    assert_one_line(err, "corrupt.jpg is damaged or cut off")
    assert list(tmp_path.iterdir()) == [corrupt]


def test_missing_weights(tmp_path: Path) -> None:
    code, _, err = run(PHOTO, PAINTING, "-o", "out.png", cwd=tmp_path, NST_WEIGHTS="nowhere.pth")
    assert code == 2
    assert_one_line(err, "nowhere.pth")
    assert not list(tmp_path.iterdir())


def test_help_and_version_need_no_torch() -> None:
    probe = (
        "import sys; from nst_core.cli import main\ntry: main(['--help'])\nfinally: sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True).returncode == 0
    code, out, err = run("--version")
    assert (code, out, err) == (0, f"nst_core {__version__}\n", "")


# In this process


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
        (["c.jpg", "s.jpg", "-o", "out.png", "--steps", "0"], ["steps", "between 1 and", "got 0"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-weight", "-1"], ["style_weight", "got -1"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-weight", "nan"], ["style_weight", "got nan"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--optimizer", "sgd"], ["--optimizer", "sgd", "lbfgs", "adam"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-layer-weights", "1,x"], ["--style-layer-weights", "'1,x'"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--style-layer-weights", "1,2"], ["2 values", "5"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--save-every", "0"], ["--save-every", "at least 1"]),
        (["c.jpg", "s.jpg", "-o", "out.png", "--device", "toaster"], ["--device", "cuda", "toaster"]),
        (["c.jpg", "s.jpg", "-o", "out.bmp"], ["out.bmp", ".png"]),
        (["c.jpg", "s.jpg", "-o", "missing/out.png"], ["missing", "doesn't exist"]),
        (["c.jpg", "s.jpg", "-o", "."], ["must end in"]),
        ([str(PHOTO), ".", "-o", "out.png"], ["is a folder"]),
        ([str(PHOTO), str(PAINTING), "-o", "out.png", "--device", "cuda:99"], ["cuda:99", "can't be used", "'cpu'"]),
        ([str(PHOTO), str(PAINTING), "-o", "out.png", "--size", "40"], ["32", "crop"]),
        ([str(PHOTO), str(PAINTING), "-o", "out.png", "--style-layers", "relu9_9"], ["relu9_9", "relu5_4"]),
        ([str(PHOTO), str(PAINTING), "-o", "out.png", "--weights", "vgg.txt"], ["vgg.txt", "embedded"]),
    ],
)
def test_bad_input_gets_one_line(
    options: list[str],
    parts: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(options) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert_one_line(err, *parts)
    assert not list(tmp_path.iterdir())


def test_the_pictures_that_go_in_are_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, numbered = tmp_path / "photo.jpg", tmp_path / "photo-0020.jpg"
    shutil.copy(PHOTO, photo)
    shutil.copy(PAINTING, numbered)
    assert cli.main([str(PAINTING), str(photo), "-o", f"{tmp_path}/../{tmp_path.name}/photo.jpg"]) == 2
    assert_one_line(capsys.readouterr().err, "photo.jpg is one of the pictures that go in")
    assert cli.main([str(PHOTO), str(numbered), "-o", str(photo), "--save-every", "10"]) == 2
    assert_one_line(capsys.readouterr().err, "photo-0020.jpg is one of the pictures that go in")
    assert photo.read_bytes() == PHOTO.read_bytes()


def test_every_field_is_an_option_and_no_default_is_retyped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    assert cli.read_order(["c", "s", "-o", "o.png"]).config == TransferConfig()
    text = " ".join(cli.make_parser().format_help().split())
    for field in fields(TransferConfig):
        assert f"--{field.name.replace('_', '-')} " in text
        assert field.metadata["help"] in text
    for part in ("32 to 10000, default: 512)", "{lbfgs,adam}", "default: relu1_1,relu2_1,", "$NST_WEIGHTS"):
        assert part in text
    assert text.index("--size") < text.index("--seed") < text.index("advanced:") < text.index("--tv-weight")


def test_options_reach_the_config() -> None:
    given = (
        "c s1 -o o.jpg --size 300 --steps 40 --style-weight 2.5 --optimizer adam --style-layers relu1_1,relu2_1 "
        "--style-layer-weights 1,0.5 --content-layers= --weights torchvision --device cuda:1 --save-every 7 -q s2"
    )
    order = cli.read_order(given.split())
    assert order.content == Path("c")
    assert order.styles == (Path("s1"), Path("s2"))  # options may stand anywhere
    assert order.config == TransferConfig(
        size=300,
        steps=40,
        style_weight=2.5,
        optimizer=Optimizer.ADAM,
        style_layers=("relu1_1", "relu2_1"),
        style_layer_weights=(1.0, 0.5),
        content_layers=(),
        weights="torchvision",
    )
    assert (order.output, order.device, order.save_every, order.quiet) == (Path("o.jpg"), "cuda:1", 7, True)


def test_the_environment_gives_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NST_WEIGHTS", "mine.pth")
    assert cli.read_order(["c", "s", "-o", "o.png"]).config.weights == "mine.pth"
    assert cli.read_order(["c", "s", "-o", "o.png", "--weights", "embedded"]).config.weights == "embedded"


# The run, with a stand-in for the engine: the picture after step n has the red level n


Stylize = Callable[..., Iterator[Step]]


@dataclass
class Run:
    """A folder, and a run in it whose engine is replaced."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, stylize: Stylize, *options: object) -> tuple[int, str]:
        """Exit code and stderr."""
        self.monkeypatch.setattr("nst_core.transfer.stylize", stylize)
        small = ("--size", "64", "--steps", "8", "--scales", "1")
        code = cli.main([str(PHOTO), str(PAINTING), "-o", str(self.output), *small, *map(str, options)])
        out, err = self.capsys.readouterr()
        assert out == ""
        return code, err

    @property
    def output(self) -> Path:
        return self.folder / "out.png"

    def level(self, name: str = "out.png") -> int:
        """The step that a saved picture is of."""
        with Image.open(self.folder / name) as image:
            red, _, _ = image.getpixel((0, 0))
        return int(red)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    folder = tmp_path / "results"
    folder.mkdir()
    return Run(folder, monkeypatch, capsys)


def steps(content: Image.Image, styles: list[Image.Image], config: TransferConfig, **_: object) -> Iterator[Step]:
    index = 0
    for (width, height), count in scale_plan(content.size, [style.size for style in styles], config):
        for _ in range(count):
            index += 1
            image = torch.full((1, 3, height, width), index / 255)
            note = "back to the best picture" if index == 2 else ""
            yield Step(index, config.steps, (width, height), LOSSES, image, note)


def steps_until(index: int, action: Callable[[], None]) -> Stylize:
    def stylize(*arguments: Any, **options: Any) -> Iterator[Step]:
        for step in steps(*arguments, **options):
            if step.index == index + 1:
                action()
            yield step

    return stylize


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def test_a_run(in_folder: Run) -> None:
    code, err = in_folder(steps)
    assert code == 0
    assert in_folder.level() == 8
    assert "step 2: back to the best picture" in err.splitlines()
    assert "step 8/8, 64x43, loss 3" in err


def test_all_paintings_and_the_device_are_passed_on(in_folder: Run) -> None:
    received: list[Any] = []

    def record(
        content: Image.Image, styles: list[Image.Image], config: TransferConfig, device: object
    ) -> Iterator[Step]:
        received.extend([content.size, [style.size for style in styles], device])
        return steps(content, styles, config)

    second = ROOT / "examples/style/great_wave.jpg"
    assert in_folder(record, "--device", "cpu", second)[0] == 0
    assert received == [(1024, 683), [(711, 566), (661, 445)], "cpu"]


def test_a_narrow_painting_is_refused_before_the_engine_starts(in_folder: Run, tmp_path: Path) -> None:
    narrow = tmp_path / "narrow.png"
    Image.new("RGB", (40, 400)).save(narrow)

    def start(*_: Any, **__: Any) -> Iterator[Step]:
        raise AssertionError("started")

    code, err = in_folder(start, narrow)
    assert code == 2
    assert_one_line(err, "40x400", "at least 320")


def test_a_quiet_run_says_only_what_matters(in_folder: Run) -> None:
    code, err = in_folder(steps, "-q")
    assert (code, err) == (0, "step 2: back to the best picture\n")


def test_intermediates(in_folder: Run) -> None:
    assert in_folder(steps, "--save-every", 3)[0] == 0
    assert sorted(path.name for path in in_folder.folder.iterdir()) == ["out-0003.png", "out-0006.png", "out.png"]
    assert [in_folder.level(name) for name in ("out-0003.png", "out-0006.png", "out.png")] == [3, 6, 8]


def test_the_bar_counts_what_steps_cost(in_folder: Run) -> None:
    """As many steps on either scale: 96 x 72 pixels with the margin, then 160 x 112, so 28 % are done halfway."""
    plan = [((64, 40), 4), ((128, 80), 4)]
    for module in ("nst_core.transfer", __name__):
        in_folder.monkeypatch.setattr(f"{module}.scale_plan", lambda *_: plan)
    _, err = in_folder(steps)
    shown = [line.split("%")[0].strip() for line in err.replace("\r", "\n").splitlines() if "step 4/8" in line]
    assert shown == ["28"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt(in_folder: Run, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    code, err = in_folder(steps_until(5, lambda: os.kill(os.getpid(), number)))
    assert code == 130
    assert in_folder.level() == 5
    assert err.splitlines()[-1] == f"nst_core: stopped after step 5 of 8; wrote {in_folder.output} (64x43)"
    assert signal.getsignal(number) == before


def test_an_interrupt_before_the_first_step(in_folder: Run) -> None:
    code, err = in_folder(steps_until(0, raising(KeyboardInterrupt())))
    assert code == 130
    assert_one_line(err, "stopped before the first step: nothing was made")
    assert not in_folder.output.exists()


def test_a_second_interrupt_does_not_lose_the_picture(in_folder: Run) -> None:
    from nst_core.images import save_image

    def save_impatiently(image: torch.Tensor, path: Path) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        save_image(image, path)

    in_folder.monkeypatch.setattr("nst_core.images.save_image", save_impatiently)
    code, _ = in_folder(steps_until(5, raising(KeyboardInterrupt())))
    assert code == 130
    assert in_folder.level() == 5


OUT_OF_MEMORY = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."),
    RuntimeError("[enforce fail at alloc_cpu.cpp:121] err == 0. DefaultCPUAllocator: can't allocate memory: you tried"),
    MemoryError(),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_out_of_memory(in_folder: Run, error: Exception) -> None:
    code, err = in_folder(steps_until(0, raising(error)))
    assert code == 1
    assert_one_line(err, "out of memory", "smaller --size", "nothing was made")
    code, err = in_folder(steps_until(3, raising(error)))
    assert code == 1
    assert in_folder.level() == 3
    assert_one_line(err.splitlines()[-1], "out of memory", "smaller --size", "after step 3 of 8", "wrote")


def test_a_bug_leaves_the_picture_and_a_traceback(in_folder: Run) -> None:
    with pytest.raises(RuntimeError, match="failed after step 3 of 8") as caught:
        in_folder(steps_until(3, raising(ValueError("shapes do not match"))))
    assert isinstance(caught.value.__cause__, ValueError)
    assert in_folder.level() == 3


def test_a_bad_place_for_the_result_does_not_lose_it(in_folder: Run, tmp_path: Path) -> None:
    in_folder.monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, err = in_folder(steps_until(6, lambda: shutil.rmtree(in_folder.folder)))
    assert code == 1
    (copy,) = tmp_path.glob("nst-*/out.png")
    assert err.splitlines()[-1].startswith(f"nst_core: {in_folder.output} can't be written (No such file or directory)")
    assert err.splitlines()[-1].endswith(str(copy))
    with Image.open(copy) as image:
        assert image.getpixel((0, 0)) == (8, 8, 8)


def test_a_bad_place_for_an_intermediate_is_told_and_the_run_goes_on(in_folder: Run) -> None:
    blocked = in_folder.folder / "out-0003.png"
    code, err = in_folder(steps_until(2, blocked.mkdir), "--save-every", 3)
    assert code == 1
    assert f"nst_core: {blocked} can't be written (Is a directory); going on without it" in err.splitlines()
    assert in_folder.level("out-0006.png") == 6
    assert in_folder.level() == 8
