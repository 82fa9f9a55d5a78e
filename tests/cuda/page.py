"""The page on the card: asked by a program, and what it costs to watch a run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import torch
from gradio_client import Client, handle_file
from PIL import Image

from demo.jobs.local import LocalRunner
from nst_core.network.vgg import VGG
from tests.benchmarks.judge import EXAMPLES
from tests.benchmarks.streaming import alone, on_the_page
from tests.cuda.lab import Lab, NotOkError
from tests.support.paths import ROOT
from tests.support.serving import wait_for

STEPS = 40


def a_program_asks(lab: Lab) -> str:
    """A picture by `/stylize`, step by step, from a page that was started for it."""
    with TemporaryDirectory() as folder, serving(Path(folder)) as url:
        client = Client(url, download_files=folder, verbose=False)
        photo, painting = (handle_file(str(EXAMPLES / name)) for name in ("content/cat.jpg", "style/poppies.jpg"))
        stream = list(
            client.submit(photo=photo, painting=painting, size=lab.sizes[0], steps=STEPS, api_name="/stylize")
        )
        client.close()
        numbers = [entry for picture, entry in stream if picture]
        first, end = numbers[0], numbers[-1]
        with Image.open(stream[-1][0]) as picture:
            size = picture.size
    if max(size) != lab.sizes[0] or not end["style_loss"] < first["style_loss"]:
        raise NotOkError(
            f"a picture of {size}, whose style loss went from {first['style_loss']} to {end['style_loss']}"
        )
    return f"{len(numbers)} pictures, the last one after step {end['step']}"


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of a page."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder)}
    log = folder / "log.txt"
    with (
        log.open("w") as output,
        subprocess.Popen(
            (sys.executable, "app.py", "--port", str(port)),
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            wait_for(url := f"http://127.0.0.1:{port}/", process)
            yield url
        finally:
            process.kill()
    if "Traceback" in log.read_text():
        raise NotOkError(log.read_text()[-500:])


def watched(lab: Lab) -> str:
    """Seconds of a run's steps by themselves, and on the page, at each size."""
    cells, runner = [], Lent(lab.device, lab.network)
    with TemporaryDirectory() as folder, patch.dict(os.environ, GRADIO_TEMP_DIR=folder):
        for size in lab.sizes:
            config = replace(lab.config, size=size, steps=4 * lab.rounds)
            without = alone(lab.pairs[0], config, lab.network)
            beside, views = on_the_page(lab.pairs[0], config, runner)
            cells.append(f"{size} px {without:.2f} s alone, {beside / without:.2f} times that with {views} views")
    runner.close()
    return "; ".join(cells)


class Lent(LocalRunner):
    """Paints by a network that is there already."""

    def __init__(self, device: torch.device, network: VGG) -> None:
        super().__init__(device)
        self._lent = network

    def _extractor(self, config: object) -> VGG:
        return self._lent

    _any_extractor = _extractor
