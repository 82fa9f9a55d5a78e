"""The versions that were tested are within the bounds, and all of them are told."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.constraints import pinned, requirements
from tests.support.paths import ROOT

LINES = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
TESTED = dict(line.split("==") for line in LINES)


@pytest.mark.parametrize("requirement", requirements(), ids=lambda each: each.name)
def test_what_was_tested_is_what_is_asked_for(requirement: Requirement) -> None:
    assert requirement.specifier.contains(TESTED[canonicalize_name(requirement.name)])


def test_a_constraint_is_one_version_of_any_build() -> None:
    assert [*TESTED] == sorted(TESTED)
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in LINES)  # a build of PyTorch is called +cpu


def test_what_is_needed_by_what_is_needed_is_told() -> None:
    assert {"gradio", "fastapi", "starlette"} <= pinned([Requirement("gradio")]).keys()  # the last by the second


@pytest.mark.parametrize("absent", ["no-such-package", "numpy; python_version < '3'"])
def test_what_is_not_here_is_not_told(absent: str) -> None:
    assert not pinned([Requirement(absent)])


def test_extras_are_followed() -> None:
    assert "pyvips-binary" in pinned([Requirement("pyvips[binary]")])
    assert "pyvips-binary" not in pinned([Requirement("pyvips")])
