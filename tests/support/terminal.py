"""A folder to run the command line in, and a stand-in for the engine."""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from nst_core.checkpoint import Checkpoint
from nst_core.cli import main
from nst_core.config import Pooling, TransferConfig
from nst_core.execution import Execution, Precision
from nst_core.forecast.machine import Machine, Pace
from nst_core.loss.objective import Losses
from nst_core.network.vgg import VGG
from nst_core.network.weights import CHANNELS
from nst_core.notes import Note
from nst_core.scene.scales import Plan, scale_plan
from nst_core.transfer import Step
from tests.support.paths import ROOT

PHOTO = ROOT / "examples/content/neuschwanstein.jpg"
PAINTING = ROOT / "examples/style/starry_night.jpg"
TWO = (str(PHOTO), str(PAINTING))
MACHINE = Machine(
    device="2 CPU cores", precision=Precision.FLOAT32, used=10**9, free=10**10, pace=Pace(start=0.01, pixel=1e-6)
)
REMARK = "a step went astray: back to the best picture so far, with steps 4 times shorter"  # the engine's, of step 2
LOSSES = Losses(
    content=torch.tensor(0.5),
    style=torch.tensor(0.25),
    total_variation=torch.tensor(0.0),
    total=torch.tensor(3.0),
    content_layers={},
    style_layers={},
)
TINY = ("--content-layers", "relu2_1", "--style-layers", "relu1_1,relu3_1", "--size", "48")  # of a tiny network

Before = Callable[[int], None]


@dataclass
class Terminal:
    """Runs the command line in a folder of its own, in this process."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object) -> tuple[int, str]:
        """Exit code and stderr; nothing may come on stdout."""
        code = main.main([*map(str, arguments)])
        out, err = self.capsys.readouterr()
        assert out == ""
        return code, err

    def plans(self, *arguments: object, beside: str = "") -> str:
        """What `--plan` prints; nothing but `beside` is said on stderr, and nothing written."""
        before = self.files()
        code = main.main([*map(str, arguments), "--plan"])
        out, err = self.capsys.readouterr()
        assert (code, err) == (0, beside)
        assert self.files() == before
        return out

    def refuses(self, *arguments: object) -> str:
        """The one line that a command is refused with, and nothing was written."""
        before = self.files()
        code, err = self(*arguments)
        assert code == 2, err
        assert len(err.splitlines()) == 1, err
        assert err.startswith("nst_core: ")
        assert self.files() == before
        return err

    def files(self) -> list[str]:
        """The names of all files in the folder and those in it."""
        return sorted(path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if not path.is_dir())

    def bytes(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def level(self, name: str = "out.png") -> int:
        """The step that a picture of the stand-in's is of."""
        with Image.open(self.folder / name) as image:
            return int(np.asarray(image)[0, 0, 0])


def open_terminal(parent: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """A terminal in a new folder, which is the current one until the test ends."""
    folder = parent / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    work_on(MACHINE, monkeypatch)
    monkeypatch.setattr("nst_core.cpu.kernels.compile_beside", lambda: None)
    return Terminal(folder, capsys)


def work_on(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command line take its own for that machine, whether it asks for what is known or measures it."""
    for name in ("machine.known", "measuring.probe"):
        monkeypatch.setattr(f"nst_core.forecast.{name}", lambda network, config: machine)


class HollowVGG(VGG):
    """Tests share one, so it mustn't be used: what convolutions prepare then stays, and forecasts count it."""

    def forward(self, *args: Any, **options: Any) -> dict[str, Any]:
        raise AssertionError("a test computes with a network whose parameters are nothing in particular")


@functools.cache
def hollow_network() -> VGG:
    """VGG-19 whose parameters are nothing in particular: memory that is never looked at isn't even taken."""
    parameters, inputs = {}, 3
    for block, channels in enumerate(CHANNELS, 1):
        for depth, outputs in enumerate(channels, 1):
            parameters[f"conv{block}_{depth}.weight"] = torch.empty(outputs, inputs, 3, 3)
            parameters[f"conv{block}_{depth}.bias"] = torch.empty(outputs)
            inputs = outputs
    return HollowVGG(parameters, Pooling.MAX)


def nothing(index: int) -> None:
    """Before each step."""


def at(index: int, action: Callable[[], object]) -> Before:
    """Do something while step `index` is at work."""

    def before(current: int) -> None:
        if current == index:
            action()

    return before


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def no_space(*_: object) -> None:
    """Stands in for whatever writes to a disk that is full."""
    raise OSError(28, "No space left on device")


PLAIN = 3  # steps of the stand-in that change over


def engine(before: Before = nothing, received: list[dict[str, Any]] | None = None) -> Any:
    """A stand-in for `Transfer`: every channel of the picture after step n is n / 255."""

    class Engine:
        def __init__(
            self,
            content: Image.Image,
            styles: Sequence[Image.Image],
            config: TransferConfig,
            state: Checkpoint | None = None,
            **options: Any,
        ) -> None:
            if received is not None:
                received.append({"content": content, "styles": styles, "config": config, **options})
            self.network = hollow_network()
            self.execution: Execution | None = None
            self.plan: Plan = scale_plan(content.size, [style.size for style in styles], config)
            self.remarks: tuple[Note, ...] = ()
            self.done = state.done if state else 0
            self.changes_over = False

        def __iter__(self) -> Iterator[Step]:
            sizes = [size for size, steps in self.plan for _ in range(steps)]
            for width, height in sizes[self.done :]:
                before(self.done + 1)
                self.done += 1
                if self.changes_over and self.done <= PLAIN and self.execution:
                    self.execution = replace(self.execution, plain_steps=self.done)
                image = partial(torch.full, (1, 3, height, width), self.done / 255)
                notes = (Note("astray", {"times": 4.0}),) if self.done == 2 else ()
                yield Step(self.done, len(sizes), (width, height), LOSSES.values, image, notes)

        def state(self) -> Checkpoint:
            return Checkpoint(plan=self.plan, scale=0, done=self.done, descent={})

    return Engine


class Paints:
    """Paints out.png in eight steps, by the stand-in for the engine: the picture after step n has the level n."""

    def __init__(self, terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.terminal, self.monkeypatch = terminal, monkeypatch
        self.received: list[dict[str, Any]] = []
        self.files, self.level = terminal.files, terminal.level

    def __call__(self, *options: object, before: Before = nothing) -> tuple[int, str]:
        self.monkeypatch.setattr("nst_core.transfer.Transfer", engine(before, self.received))
        small = ("--size", "64", "--steps", "8", "--scales", "1", *options)
        return self.terminal(*TWO, "-o", "out.png", *small)


def interrupt_at(index: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C once, while step `index` of the real engine is at work."""
    from nst_core.optim.descent import Descent

    move, count = Descent.move, iter(range(1, 1000))

    def interrupted(self: Descent, total: Tensor, gradient: Tensor) -> Any:
        if next(count) == index:
            os.kill(os.getpid(), signal.SIGINT)
        return move(self, total, gradient)

    monkeypatch.setattr(Descent, "move", interrupted)
