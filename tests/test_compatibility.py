"""How the bounds of versions are tried, without a network."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.compatibility import SHOWN, find_python, lowest, read_versions
from tests.support.project import everything


def test_the_lowest_is_the_first_of_a_bound() -> None:
    assert lowest({"torch>=2.8,<3", "av>=17,<19", "pyvips[binary]>=3,<4"}) == {
        "torch==2.8.*",
        "av==17.0.*",
        "pyvips[binary]==3.0.*",
    }
    assert len(lowest(everything())) == len(everything())


def test_the_running_python_is_at_hand_and_one_that_nobody_has_is_not() -> None:
    assert find_python(f"{sys.version_info[0]}.{sys.version_info[1]}") == sys.executable
    assert find_python("2.99") is None


def test_what_is_shown_is_required() -> None:
    names = {requirement.partition(">=")[0] for requirement in everything()}
    assert {*SHOWN} <= names


def test_the_versions_are_read_off_a_report_of_pip(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"install": [{"metadata": {"name": "Pillow", "version": "12.3.0"}}]}))
    assert read_versions(report) == {"pillow": "12.3.0"}
