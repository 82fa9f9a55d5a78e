"""`python -m nst_core` as a process of its own: what it writes and says, its exit code, and how soon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nst_core.version import __version__
from tests.support.paths import ROOT
from tests.support.terminal import PAINTING, PHOTO


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
    assert last.endswith(f"go on with: python -m nst_core --resume {tmp_path / 'out.png.state'}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.png", "out.png.state"]
    with Image.open(output) as result:
        assert result.size == (48, 32)


@pytest.mark.slow
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


WRONG_FILES: list[list[object]] = [
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
]


@pytest.fixture(scope="module")
def refusals() -> tuple[list[str], str]:
    """For each of the commands the exit code and whether torch is there, and all that was said; in one process."""
    commands = [[*map(str, options)] for options in WRONG_FILES]
    probe = f"""
import sys
from nst_core.cli.main import main
for arguments in {commands}:
    print(main(arguments), 'torch' in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True)
    return run.stdout.splitlines(), run.stderr


@pytest.mark.parametrize(
    "place",
    range(len(WRONG_FILES)),
    ids=lambda place: " ".join(str(option).rpartition("/")[2] for option in WRONG_FILES[place]),
)
def test_what_is_wrong_with_files_is_told_before_torch_is_imported(place: int, refusals: tuple[list[str], str]) -> None:
    told, said = refusals
    assert told[place] == "2 False", said
