"""Programs ask the same server: they get pictures as these are painted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from PIL import Image

from tests.support.page import check_picture
from tests.support.paths import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.weights]


def test_programs_stream_pictures(server: str, tmp_path: Path) -> None:
    client = Client(server, download_files=tmp_path, verbose=False)
    photo, painting = (handle_file(str(ROOT / "examples" / name)) for name in ("content/cat.jpg", "style/poppies.jpg"))
    job = client.submit(photo=photo, painting=painting, size=128, steps=30, api_name="/stylize")
    stream = list(job)
    client.close()
    numbers = [numbers for picture, numbers in stream if picture]
    assert len(stream) >= 4
    assert [entry["step"] for entry in numbers] == sorted(entry["step"] for entry in numbers)
    assert numbers[-1]["style_loss"] < numbers[0]["style_loss"] / 3
    check_picture(Path(stream[-1][0]), (128, 96))


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["contact_sheet", "examples/content/cat.jpg", "examples/style/poppies.jpg", "--steps", "2"], "six"),
        (
            ["reconstruct", "examples/style/poppies.jpg", "--kind", "style", "--layers", "relu1_1", "--steps", "20"],
            "a.png",
        ),
        (
            ["stylize", "examples/content/cat.jpg", "examples/style/poppies.jpg", "--size", "128", "--steps", "4"],
            "b.png",
        ),
    ],
)
def test_the_example_for_programs_works(server: str, tmp_path: Path, arguments: list[str], output: str) -> None:
    command = [sys.executable, "-m", "examples.client", "--server", server, *arguments, "-o", str(tmp_path / output)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "step" in run.stdout.splitlines()[-1]
    written = sorted((tmp_path / output).iterdir()) if output == "six" else [tmp_path / output]
    assert len(written) == (6 if output == "six" else 1)
    for path in written:
        with Image.open(path) as image:
            assert (image.format, len(image.convert("RGB").getcolors(1_000_000)) > 1000) == ("PNG", True)
