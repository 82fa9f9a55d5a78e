"""What is installed: the engine and the command `nst`, and of other packages no more than each part needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from configparser import ConfigParser
from email.parser import Parser
from importlib import import_module
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from PIL import Image

from nst_core import extras
from nst_core.process import OLDEST
from nst_core.version import __version__
from tests.support.paths import ROOT
from tests.support.project import DEPENDENCIES, EXTRAS, everything, plain, python_versions

ONLY_SOME_NEED = ("gradio", "gradio_client", "matplotlib", "demo", *extras.EXTRAS)

COMMAND_LINE = """
import sys
sys.modules |= dict.fromkeys({missing})  # what is None there can't be imported
from nst_core.cli.main import main
sys.exit(main({arguments}))
"""


def run_without(
    missing: Sequence[str], arguments: Sequence[object], folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command line in a process that lacks the modules `missing`, in `folder`."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND_LINE.format(missing=[*missing], arguments=[*map(str, arguments)])],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )


def tiny(output: str) -> list[object]:
    """Arguments for two steps at a width of 48 pixels."""
    pictures = (ROOT / "examples/content/neuschwanstein.jpg", ROOT / "examples/style/starry_night.jpg")
    return [*pictures, "-o", output, "--size", 48, "--steps", 2, "--scales", 1, "--quiet"]


@pytest.mark.weights
def test_the_engine_paints_without_what_only_some_need(tmp_path: Path) -> None:
    run = run_without(ONLY_SOME_NEED, tiny("out.png"), tmp_path)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    with Image.open(tmp_path / "out.png") as picture:
        assert picture.size == (48, 32)


@pytest.mark.weights
def test_without_numba_it_paints_and_says_so(tmp_path: Path) -> None:
    """Nothing is kept, and the processes that compile beforehand can't import it either."""
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / "numba.py").write_text("raise ImportError('there is none for this NumPy')\n")
    paths = f"{missing}{os.pathsep}{ROOT}"
    run = run_without([], tiny("plain.png"), tmp_path, PYTHONPATH=paths, NST_CACHE="")
    assert run.returncode == 0
    assert run.stderr.startswith("numba can't be used (")
    assert len(run.stderr.splitlines()) == 1
    with Image.open(tmp_path / "plain.png") as picture:
        assert picture.size == (48, 32)


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("av", ["--clip", "making-of.mp4"]),
        ("pyvips", ["--depth", 16]),
        pytest.param("torchvision", ["--weights", "torchvision"], marks=pytest.mark.slow),
    ],
)
def test_who_lacks_a_package_is_told_what_to_install_before_any_work(
    tmp_path: Path, module: str, options: list[object]
) -> None:
    run = run_without([module], [*tiny("out.png"), *options], tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert f"needs the package {module}" in line
    assert line.endswith(f": pip install '{extras.EXTRAS[module][1]}'")
    assert not list(tmp_path.iterdir())


def test_without_gradio_the_page_says_what_to_install() -> None:
    code = "import runpy, sys; sys.modules['gradio'] = None; runpy.run_path('app.py', run_name='__main__')"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "app.py: error: the page needs gradio: pip install -r requirements.txt\n"


def test_what_to_install_is_what_the_project_says() -> None:
    assert {requirement for _, requirement in extras.EXTRAS.values()} <= everything()


def listed(name: str) -> set[str]:
    """The requirements in a file, without their reasons, and without what refuses an old Python."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return {line.split()[0] for line in lines if not line.startswith("#") and " @ " not in line}


def test_requirements_are_the_package_s_and_the_page_s() -> None:
    assert listed("requirements.txt") == plain([*DEPENDENCIES, *EXTRAS["page"], *EXTRAS["torchvision"]])


def test_an_old_python_is_refused_before_anything_is_downloaded() -> None:
    """pip looks for that file first, and says its name; only a Python that is too old is sent for it."""
    first = next(line for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines() if line[0] != "#")
    requirement = Requirement(first.split("  #")[0])
    oldest = ".".join(map(str, OLDEST))
    assert requirement.url == f"file:///this-needs-Python-{oldest}-or-later"
    assert requirement.marker is not None
    refused = [version for version in ("3.8", "3.10", *python_versions()) if is_met(requirement.marker, version)]
    assert refused == ["3.8", "3.10"]
    assert python_versions()[0] == oldest


def is_met(marker: Marker, version: str) -> bool:
    return marker.evaluate({"python_version": version})


def test_every_bound_has_both_ends() -> None:
    for requirement in everything():
        assert re.fullmatch(r"[a-z-]+(\[\w+\])?>=[\d.]+,<\d+", requirement), requirement


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The package as pip builds it, of a copy: building leaves folders behind."""
    folder = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "nst_core", folder / "nst_core", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "demo").mkdir()
    for name in ("demo/__init__.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    build = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-q", "-w", "."]
    subprocess.run([*build, "."], cwd=folder, check=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.mark.slow
def test_the_wheel_holds_the_engine_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nst_core").rglob("*") if path.is_file()}
    ours = {name for name in files if "__pycache__" not in name}
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == ours
    assert "nst_core/py.typed" in packed


@pytest.mark.slow
def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    metadata, points = (read(wheel, name) for name in ("METADATA", "entry_points.txt"))
    headers = Parser().parsestr(metadata)
    assert (headers["Name"], headers["Version"], headers["License-Expression"]) == ("nst-core", __version__, "MIT")
    assert {*headers.get_all("Provides-Extra", [])} == {*EXTRAS}
    commands = ConfigParser()
    commands.read_string(points)
    module, function = commands["console_scripts"]["nst"].split(":")
    assert callable(getattr(import_module(module), function))


def read(archive: zipfile.ZipFile, name: str) -> str:
    """A file of the wheel's metadata."""
    (path,) = (each for each in archive.namelist() if each.endswith(f".dist-info/{name}"))
    return archive.read(path).decode()
