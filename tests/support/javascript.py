"""The page's JavaScript linted and its format checked: `python -m tests.support.javascript [--fix]`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence

from tests.support.paths import ROOT

FOLDER = ROOT / "demo/browser/scripts"
CHECKS = (("oxlint", "--deny-warnings"), ("oxfmt", "--check"))
FIXES = (("oxlint", "--deny-warnings", "--fix"), ("oxfmt", "--write"))


def main(options: Sequence[str]) -> int:
    """The exit code of the first tool that complains; 0 if none does."""
    for tool, *arguments in FIXES if "--fix" in options else CHECKS:
        code = subprocess.run([program(tool), *arguments, FOLDER], cwd=ROOT).returncode  # where their settings are
        if code:
            return code
    return 0


def program(tool: str) -> str:
    """Where pip has put it: these packages are programs, without a module for `python -m`."""
    found = shutil.which(tool, path=sysconfig.get_path("scripts"))
    if found is None:
        raise SystemExit(f"{tool} is missing: pip install -r tests/requirements.txt")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
