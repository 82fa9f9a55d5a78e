"""Does what pyproject.toml says of versions hold? Needs a network, so it is no part of the check.

    python -m tests.compatibility           # resolve both ends of every bound on each Python; nothing is installed
    python -m tests.compatibility --paint   # also install and paint where that Python is at hand: gigabytes each

For a Python that isn't on the PATH the running one resolves, which is less sure: pip then judges conditions such as
`python_version < "3.13"` by its own, and takes no package that comes as source.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.paths import ROOT
from tests.support.project import everything, python_versions

SOURCE_ONLY = "pyvips"  # has no wheel; what its extra brings is one
SHOWN = ("torch", "torchvision", "numba", "numpy", "pillow", "av", "gradio")
PICTURES = ("examples/content/cat.jpg", "examples/style/great_wave.jpg")
TINY = ("--size", "48", "--steps", "2", "--scales", "1", "--depth", "16", "--clip", "out.mp4", "--quiet")


def main() -> int:
    """0 if everything resolves, and paints where it was asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paint", action="store_true", help="install and paint on each Python that is at hand")
    parser.add_argument("--python", nargs="+", metavar="X.Y", default=python_versions(), dest="versions")
    options = parser.parse_args()
    failures = 0
    for version in options.versions:
        python = find_python(version)
        for end, requirements in (("newest", everything()), ("lowest", lowest(everything()))):
            failures += not resolves(python, version, end, requirements)
            if options.paint:
                failures += not paints(python, version, end, requirements)
    return min(failures, 1)


def lowest(requirements: Iterable[str]) -> set[str]:
    """Requirements such as `torch>=2.8,<3`, held to their lower ends: `torch==2.8.*`."""
    ends = (re.fullmatch(r"(.+?)>=([\d.]+),<\d+", each) for each in requirements)
    return {f"{end[1]}=={end[2]}{'' if '.' in end[2] else '.0'}.*" for end in ends if end}


def find_python(version: str) -> str | None:
    """A Python of this version that starts."""
    path = sys.executable if sys.version_info[:2] == tuple(map(int, version.split("."))) else f"python{version}"
    found = shutil.which(path)
    return found if found and not subprocess.run([found, "-c", "import venv"], capture_output=True).returncode else None


def resolves(python: str | None, version: str, end: str, requirements: Iterable[str]) -> bool:
    """Whether pip finds versions of all packages that go together; says which."""
    pip = [python or sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    by = "" if python else f", as Python {sys.version_info[0]}.{sys.version_info[1]} sees it without {SOURCE_ONLY}"
    if not python:
        requirements = {each for each in requirements if not each.startswith(SOURCE_ONLY)}
        pip += ["--python-version", version, "--only-binary", ":all:"]
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [*pip, "--quiet", "--target", folder, "--report", str(report), *sorted(requirements)]
        run = subprocess.run(command, capture_output=True, text=True)
        if run.returncode:
            errors = [line for line in run.stderr.splitlines() if not line.startswith("WARNING")]
            tell(version, end, "\n".join([f"doesn't resolve{by}", *errors]))
            return False
        chosen = read_versions(report)
    tell(version, end, f"resolves{by}: " + ", ".join(f"{name} {chosen[name]}" for name in SHOWN))
    return True


def read_versions(report: Path) -> dict[str, str]:
    """The packages of one of pip's reports, and their versions."""
    packages = (each["metadata"] for each in json.loads(report.read_text("utf-8"))["install"])
    return {package["name"].lower(): package["version"] for package in packages}


def paints(python: str | None, version: str, end: str, requirements: Iterable[str]) -> bool:
    """Whether the installed command paints, films and writes 16 bits, and the page's modules can be imported."""
    if python is None:
        tell(version, end, f"not painted: there is no python{version} on the PATH")
        return True
    with TemporaryDirectory() as name:
        folder = Path(name)
        own = folder / "venv/bin/python"
        steps = (
            (python, "-m", "venv", str(folder / "venv")),
            (str(own), "-m", "pip", "install", "--quiet", *sorted(requirements)),
            (str(own), "-m", "pip", "install", "--quiet", "--no-deps", str(copied(folder / "source"))),
            (str(own.with_name("nst")), *(str(ROOT / picture) for picture in PICTURES), "-o", "out.png", *TINY),
            (str(own), "-c", f"import sys; sys.path.append({str(ROOT)!r}); import app"),
        )
        fine = all(succeeds(*step, folder=folder) for step in steps) and (folder / "out.png").is_file()
    tell(version, end, "paints" if fine else "doesn't paint")
    return fine


def copied(folder: Path) -> Path:
    """What the package is built of: building leaves folders behind."""
    shutil.copytree(ROOT / "nst_core", folder / "nst_core", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


def succeeds(*command: str, folder: Path = ROOT) -> bool:
    """Run a command; what it says is shown only if it fails."""
    run = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode:
        print(run.stdout.strip(), flush=True)
    return run.returncode == 0


def tell(version: str, end: str, result: str) -> None:
    """One line for a Python and an end of the bounds."""
    print(f"Python {version}, {end}: {result}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
