"""Imports point down, and importing does nothing: the core stands alone."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from demo.jobs.registry import RUNNERS
from tests.support.paths import ROOT

CORE = sorted((ROOT / "nst_core").rglob("*.py"))
DEMO = sorted((ROOT / "demo").rglob("*.py"))
SCRIPTS = sorted(set((ROOT / "examples").glob("*.py")) - {ROOT / "examples/client.py"})  # which asks a server


def module_of(path: Path) -> str:
    """`nst_core/a/b.py` -> `nst_core.a.b`; a package is called by its folder."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


# What needs Triton, which PyTorch has for graphics cards alone; nst_core/cuda/choice.py loads it there.
FOR_CARDS = {"nst_core.cuda.kernels", "nst_core.cuda.layers"}
WITHOUT_A_CARD = [module for module in map(module_of, CORE) if module not in FOR_CARDS]

MODULES = {module_of(path): path for path in (*CORE, *DEMO)}

# Both trees from below: a folder or a module may import what is in its own line or before it.
LEVELS = (
    ("nst_core.lazy", "nst_core.version", "nst_core.errors", "nst_core.extras", "nst_core.fields"),
    ("nst_core.streams", "nst_core.process"),
    ("nst_core.files", "nst_core.notes", "nst_core.cluster"),
    ("nst_core.config", "nst_core.execution", "nst_core.printing"),
    ("nst_core.images", "nst_core.device"),
    ("nst_core.recipe", "nst_core.cpu", "nst_core.cuda"),
    ("nst_core.network",),
    ("nst_core.scene",),
    ("nst_core.loss",),
    ("nst_core.optim",),
    ("nst_core.forecast", "nst_core.checkpoint", "nst_core.evaluation", "nst_core.initial"),
    ("nst_core.transfer",),
    (
        "nst_core",
        "nst_core.vgg",
        "nst_core.variations",
        "nst_core.reconstruct",
        "nst_core.film",
        "nst_core.forecast.measuring",
    ),
    ("nst_core.cli",),
    ("nst_core.__main__", "demo.words", "demo"),
    ("demo.visitors",),
    ("demo.files", "demo.logs"),
    ("demo.jobs",),
    ("demo.browser",),
    ("demo.form",),
    ("demo.paint",),
    ("demo.tabs",),
    ("demo.api",),
    ("demo.ui", "demo.deploy", "demo.options"),
)
HEIGHTS = {group: height for height, level in enumerate(LEVELS) for group in level}


def group_of(module: str) -> str:
    """The line of `LEVELS` that a module is in: itself, or the folder below its tree."""
    return module if module in HEIGHTS else ".".join(module.split(".")[:2])


def imported_by(path: Path) -> set[str]:
    """The dotted names that a file imports, wherever in it; of a module's names there is each one, too."""
    return set(_imports(ast.parse(path.read_text("utf-8")), ".".join(path.relative_to(ROOT).parent.parts)))


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = f"{package}.{node.module or ''}".rstrip(".") if node.level else node.module or ""
            names = [f"{module}.{alias.name}" for alias in node.names]
            yield from names
            if not all(name in MODULES for name in names):  # a module's module isn't the package's own code
                yield module


def forbidden(path: Path, *names: str) -> set[str]:
    """The imports of a file that are `names` or lie in them."""
    return {found for found in imported_by(path) for name in names if found == name or found.startswith(f"{name}.")}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


# They import it where it is asked for, and not before.
ON_CLUSTERS = {ROOT / "nst_core/cluster.py", ROOT / "nst_core/cli/spread.py"}


@pytest.mark.parametrize("path", [*CORE, *SCRIPTS], ids=name_of)
def test_the_engine_knows_no_web(path: Path) -> None:
    assert not forbidden(path, "demo", "gradio", "gradio_client", "spaces", "fastapi", "matplotlib")
    assert path in ON_CLUSTERS or not forbidden(path, "ray")


@pytest.mark.parametrize("path", [*CORE, *DEMO, *SCRIPTS], ids=name_of)
def test_nothing_builds_on_the_programs(path: Path) -> None:
    allowed = path == ROOT / "nst_core/__main__.py"
    assert allowed or not forbidden(path, "app", "nst_core.cli.main", "nst_core.__main__")


@pytest.mark.parametrize("path", [*CORE, *DEMO], ids=name_of)
def test_imports_point_down(path: Path) -> None:
    own = group_of(module_of(path))
    found = {group_of(name) for name in imported_by(path) & set(MODULES)} - {own}
    above = {group for group in found if HEIGHTS[group] > HEIGHTS[own]}
    assert not above


def test_the_maths_knows_no_config_and_the_page_no_torch() -> None:
    assert not forbidden(ROOT / "nst_core/loss/functional.py", "nst_core.config", "nst_core.network")
    assert not forbidden(ROOT / "demo/ui.py", "torch")
    assert not forbidden(ROOT / "demo/jobs/records.py", "torch")
    assert forbidden(ROOT / "nst_core/loss/functional.py", "torch")  # the test can see an import


@pytest.mark.parametrize("folder", [CORE, DEMO], ids=["nst_core", "demo"])
def test_no_two_modules_import_each_other(folder: list[Path]) -> None:
    modules = {module_of(path): path for path in folder}
    for package in [name for name, path in modules.items() if path.name == "__init__.py"]:
        del modules[package]  # it offers what is in it, and by name alone: see `nst_core.lazy`
    TopologicalSorter({name: imported_by(path) & set(modules) for name, path in modules.items()}).prepare()


def test_the_guards_see_sub_folders() -> None:
    assert ROOT / "demo/words/page.py" in DEMO


def probe(code: str, folder: Path = ROOT) -> str:
    """What a new process prints, on either stream."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return run.stdout


@pytest.mark.slow
def test_the_core_stands_alone() -> None:
    heavy = {"gradio", "ray", "demo", "torchvision", "matplotlib", "av", "pyvips", "triton"}
    core = ", ".join(WITHOUT_A_CARD)
    assert probe(f"import sys, {core}; print({heavy} & set(sys.modules))") == "set()\n"
    assert probe("import sys, nst_core.cli.main; print({'torch', 'PIL', 'gradio'} & set(sys.modules))") == "set()\n"
    assert probe("import sys, nst_core.config; print({'torch', 'numpy'} & set(sys.modules))") == "set()\n"
    assert probe("import sys, demo.jobs.records; print({'torch', 'gradio'} & set(sys.modules))") == "set()\n"


# Without the runners, each of which is chosen by its name, and what those share that compute by themselves.
COMPUTING = {"quick_look", "transfers", *RUNNERS}
PAGE = [module for module in map(module_of, DEMO) if not COMPUTING & set(module.removeprefix("demo.jobs.").split("."))]
ELSEWHERE = """
import asyncio, sys
from demo.ui import build_ui
from nst_core.config import TransferConfig

class Elsewhere:
    def estimate(self, content, styles, config):
        return None

async def build():
    build_ui(Elsewhere(), TransferConfig())

asyncio.run(build())
print({"torch", "numba"} & set(sys.modules))
"""


@pytest.mark.slow
def test_a_page_whose_pictures_are_painted_elsewhere_loads_no_torch() -> None:
    assert probe(f"import sys, app, {', '.join(PAGE)}; print({{'torch', 'numba'}} & set(sys.modules))") == "set()\n"
    assert probe(ELSEWHERE) == "set()\n"


WATCHED = """
import os, random, signal, socket, subprocess, sys, threading, warnings
import numpy, PIL.Image, torch

def state():
    return {
        "threads": threading.active_count(),
        "torch's threads": (torch.get_num_threads(), torch.get_num_interop_threads()),
        "torch's modes": (torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_float32_matmul_precision()),
        "determinism": (torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.benchmark),
        "CUDA": torch.cuda.is_initialized(),
        "seeds": (torch.initial_seed(), random.getstate(), repr(numpy.random.get_state())),
        "environment": dict(os.environ),
        "arguments": list(sys.argv),
        "warnings": list(warnings.filters),
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "Pillow's limit": PIL.Image.MAX_IMAGE_PIXELS,
    }

def refuse(*_, **__):
    raise AssertionError("importing reached out")

torch.initial_seed()
before = state()
socket.socket.connect = subprocess.Popen.__init__ = refuse
import MODULES
after = state()
for name in before:
    if before[name] != after[name]:
        print(name, "changed")
"""


@pytest.mark.slow
def test_importing_does_nothing(tmp_path: Path) -> None:
    core = ", ".join(WITHOUT_A_CARD)
    assert probe(WATCHED.replace("MODULES", core), tmp_path) == ""
    assert not list(tmp_path.iterdir())
