"""Who lacks a package that only some need is told what it is for, and what to install."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from nst_core import extras
from nst_core.errors import InputError

NAMES = tuple(extras.EXTRAS)


def test_what_is_there_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    monkeypatch.setitem(extras.EXTRAS, "colorsys", ("a test", "colorsys"))
    extras.require("colorsys")
    assert "colorsys" in sys.modules


@pytest.mark.parametrize("module", NAMES)
def test_what_is_missing_is_told_with_the_way_out(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    purpose, requirement = extras.EXTRAS[module]
    monkeypatch.setitem(sys.modules, module, None)  # can't be imported then
    with pytest.raises(InputError) as caught:
        extras.require(module)
    sentence = str(caught.value)
    assert sentence.startswith(f"{purpose} needs the package {module}, which can't be used (")
    assert sentence.endswith(f"): pip install '{requirement}'")
    assert (caught.value.about, caught.value.values) == ("no_package", {"package": module})


@pytest.mark.parametrize(
    "error", [OSError("cannot load library\nand a long story"), RuntimeError("cannot load library")]
)
def test_what_does_not_fit_is_told_in_one_line(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> ModuleType:
        raise error

    monkeypatch.setattr(extras, "import_module", refuse)
    with pytest.raises(InputError, match=r"can't be used \(cannot load library\): pip install") as caught:
        extras.require(NAMES[0])
    assert "\n" not in str(caught.value)
    assert caught.value.__cause__ is error
