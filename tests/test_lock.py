"""The lock file holds what was tested, all of it, and each file by its hash."""

from __future__ import annotations

import re

from packaging.utils import canonicalize_name

from tests.constraints import requirements
from tests.lock import ONLY_THERE, PYTORCH
from tests.support.paths import ROOT

TEXT = (ROOT / "demo/hosting/requirements.lock").read_text("utf-8")
LOCKED = dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", TEXT, re.MULTILINE))
TESTED = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if line[0] != "#")


def test_the_versions_are_those_that_were_tested() -> None:
    elsewhere = set(LOCKED) - set(TESTED)
    assert elsewhere <= {*ONLY_THERE}
    assert {name: LOCKED[name] for name in set(LOCKED) - elsewhere} == {
        name: TESTED[name] for name in set(LOCKED) - elsewhere
    }


def test_nothing_that_is_asked_for_is_missing() -> None:
    asked = {canonicalize_name(each.name) for each in requirements()}
    assert asked - {*PYTORCH} <= set(LOCKED)
    assert {*ONLY_THERE} <= set(LOCKED)


def test_each_has_hashes_and_no_place_is_named() -> None:
    body = "".join(line for line in TEXT.splitlines(keepends=True) if not line.startswith("#"))
    entry = r"[a-z0-9-]+==\S+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+"
    assert re.fullmatch(f"({entry})+", body)
