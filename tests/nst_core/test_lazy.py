"""Names of a package are loaded when they are first used, and not before."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nst_core.lazy import attributes


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that isn't loaded yet; it has an `answer`."""
    (tmp_path / "home_of_answers.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "home_of_answers", raising=False)
    return "home_of_answers"


def test_a_module_is_loaded_by_the_first_use_of_a_name_in_it(home: str) -> None:
    load = attributes("package", {"answer": home})
    assert home not in sys.modules
    assert load("answer") == 42
    assert home in sys.modules


def test_an_unknown_name_is_told_as_python_tells_it(home: str) -> None:
    load = attributes("package", {"answer": home})
    with pytest.raises(AttributeError, match=r"^module 'package' has no attribute 'question'$"):
        load("question")
    assert home not in sys.modules


@pytest.mark.parametrize("package", ["nst_core", "nst_core.images"])
def test_every_name_that_a_package_offers_is_there(package: str) -> None:
    module = __import__(package, fromlist=["*"])
    for name in module.__all__:
        assert getattr(module, name) is not None
