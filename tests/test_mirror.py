"""Whoever has a module open finds its tests by its name: nst_core/a/b.py has tests/nst_core/a/test_b.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.paths import ROOT

# Modules without a test file of their name, and why; a folder stands for all that is in it.
ELSEWHERE = {
    "demo/words": "words alone: test_words.py asks the same of each of them, test_refusals.py whether none is missing",
    "demo/form/decoder.py": "the program that tests/demo/form/test_decoding.py asks",
    "demo/form/library.py": "a list of files: tests/demo/form/test_example_pairs.py",
    "demo/form/recipes.py": "tests/demo/tabs/test_gallery.py reads what it finds in a file",
    "demo/form/widgets.py": "tests/demo/test_ui.py asks about each of them, in the page that they make",
    "demo/jobs/runner.py": "the Protocol alone; tests/demo/jobs/test_contract.py asks every runner for it",
    "demo/jobs/ray/following.py": "tests/demo/jobs/ray/test_runner.py: what comes of it",
    "demo/jobs/ray/painter.py": "tests/demo/jobs/ray/test_runner.py, where it is an actor",
    "demo/jobs/transfers.py": "tests/demo/jobs/test_local.py and those of zero_gpu: what runners make of a job",
    "demo/jobs/zero_gpu/lease.py": "tests/demo/jobs/zero_gpu/test_runner.py: what comes of it",
    "demo/jobs/zero_gpu/pieces.py": "records: tests/demo/jobs/zero_gpu/test_painting.py, and test_runner.py",
    "demo/options/table.py": "tests/demo/options/test_parsing.py asks the same of each option",
    "demo/paint/layout.py": "tests/demo/test_ui.py asks about the page that it makes",
    "demo/paint/resizing.py": "tests/demo/paint/test_downloads.py: pictures as large as they are taken home",
    "demo/paint/running.py": "tests/demo/paint/test_handlers_steering.py",
    "demo/paint/wiring.py": "tests/demo/test_ui.py asks which handler each event calls",
    "demo/paint/views.py": "tests/demo/paint/test_handlers.py: what handlers answer",
    "demo/visitors/server.py": "tests/demo/visitors/test_gate.py, which serves one",
    "demo/visitors/uploading.py": "tests/demo/visitors/test_gate.py, where files are sent",
    "nst_core/cpu/kernels/codegen.py": "a vocabulary: the loops that are written in it are tested",
    "nst_core/cpu/kernels/pooling.py": "tests/nst_core/cpu/test_pooling.py: what the loops call",
    "nst_core/cpu/kernels/products.py": "tests/nst_core/cpu/test_gram.py: what the loops call",
    "nst_core/cpu/kernels/sizes.py": "numbers alone",
    "nst_core/cpu/kernels/winograd.py": "tests/nst_core/cpu/test_convolution.py: what the loops call",
    "nst_core/images/essentials.py": "a record: tests/nst_core/images/test_png.py, and those of other formats",
    "nst_core/loss/terms.py": "tests/nst_core/loss/test_objective.py",
    "nst_core/version.py": "a constant, which tests/nst_core/test_main.py reads",
}
MODULES = sorted(
    path.relative_to(ROOT)
    for tree in ("nst_core", "demo")
    for path in (ROOT / tree).rglob("*.py")
    if path.name != "__init__.py"
)


def namesake(module: Path) -> Path:
    """Where the tests of a module are; those of `__main__` are called after what it is."""
    return Path("tests", module).with_name(f"test_{module.stem.strip('_')}.py")


def is_elsewhere(module: Path) -> bool:
    return any(str(place) in ELSEWHERE for place in (module, *module.parents))


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_has_tests_of_its_name(module: Path) -> None:
    assert is_elsewhere(module) or (ROOT / namesake(module)).exists(), f"write {namesake(module)}"


@pytest.mark.parametrize("place", ELSEWHERE)
def test_the_exceptions_are_needed(place: str) -> None:
    assert (ROOT / place).exists()
    assert (ROOT / place).is_dir() or not (ROOT / namesake(Path(place))).exists(), f"{place} has tests of its name"


def test_no_test_borrows_from_another() -> None:
    """What several need is in tests/support: a test file may then be split without a look at the others."""
    borrowed = [
        (path.name, line)
        for path in (ROOT / "tests").rglob("test_*.py")
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("from tests.") and ".test_" in line
    ]
    assert not borrowed
