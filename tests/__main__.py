"""The whole check: `python -m tests [--install | --fast | --lint] [options of pytest]`.

Lint, format, types, and tests in two processes; stops at the first failure. `--fast` is for the daily round: without
the tests that need a browser, the real VGG-19, or long. `--lint` is for each commit: no tests at all. The whole needs a
Chromium: `--install` gets one where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence

from playwright.sync_api import Error, sync_playwright

from tests.support.paths import ROOT

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 600  # seconds for one download or installation

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("tests.support.javascript",),
)
# Processes that share the tests, in the order and the parts that tests/conftest.py makes.
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadgroup", "--no-loadscope-reorder")
FAST = ("-m", "not weights and not browser and not slow")
NO_BROWSER = """\
The tests of the page need a browser, and there is none. One of these helps:
- install Chromium or Chrome yourself, in the way of your system;
- {command} --install: it downloads Playwright's Chromium and the libraries that this needs, or installs the package
  chromium by apt-get, as root or through sudo;
- {command} --fast: leaves out the tests that need one."""


def main(arguments: Sequence[str]) -> int:
    """The exit code of the first check that fails; 0 if none does."""
    parser = ArgumentParser(prog="python -m tests", description=__doc__, allow_abbrev=False)
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--install", action="store_true", help="get a Chromium where there is none")
    kind.add_argument("--fast", action="store_true", help="only what takes no browser, no VGG-19 and not long")
    kind.add_argument("--lint", action="store_true", help="lint, format and types alone")
    options, of_pytest = parser.parse_known_args(arguments)
    if options.lint:
        return run(CHECKS)
    if options.fast:
        return run((*CHECKS, ("pytest", *SIDE_BY_SIDE, *FAST, *of_pytest)))
    if not (provide_browser() if options.install else has_browser()):
        print("No browser could be installed." if options.install else NO_BROWSER.format(command=parser.prog))
        return 1
    return run((*CHECKS, ("pytest", *SIDE_BY_SIDE, *of_pytest)))


def run(checks: Iterable[Sequence[str]]) -> int:
    """Run modules, each with its arguments; the exit code of the first that fails, 0 if none does."""
    for check in checks:
        print("$", *check, flush=True)
        code = subprocess.run([sys.executable, "-m", *check], cwd=ROOT).returncode
        if code:
            return code
    return 0


def has_browser() -> bool:
    """Whether there is one already, of Playwright's or the system's."""
    return playwrights_starts() or has_systems()


def provide_browser() -> bool:
    """Playwright's own Chromium where it can be fetched, else the system's, else the system's package."""
    return playwrights_starts() or fetch_playwrights() or has_systems() or install_systems()


def playwrights_starts() -> bool:
    """Whether Playwright's own Chromium is there with all the libraries it needs."""
    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch(args=["--no-sandbox"]).close()
        except Error:
            return False
    return True


def fetch_playwrights() -> bool:
    """Download Playwright's Chromium, and then its libraries: where there is no download they would be of no use."""
    playwright = (sys.executable, "-m", "playwright")
    if not succeeds(*playwright, "install", "chromium"):
        return False
    return playwrights_starts() or (succeeds_as_root(*playwright, "install-deps", "chromium") and playwrights_starts())


def has_systems() -> bool:
    """Whether the system has a browser that the tests know."""
    return any(shutil.which(name) for name in SYSTEM_BROWSERS)


def install_systems() -> bool:
    """Install the package `chromium` of Debian and its kin."""
    if not shutil.which("apt-get"):
        return False
    succeeds_as_root("apt-get", "update")  # may complain of one source and still bring the package's
    return succeeds_as_root("apt-get", "install", "-y", "chromium") and has_systems()


def succeeds_as_root(*command: str) -> bool:
    """Like `succeeds`, as root or through a sudo that asks for no password; False where there is neither."""
    if os.geteuid() == 0:
        return succeeds(*command)
    return shutil.which("sudo") is not None and succeeds("sudo", "-n", *command)


def succeeds(*command: str) -> bool:
    """Run a command that asks nothing; of its output only what went wrong is shown."""
    print("$", *command, flush=True)
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except subprocess.TimeoutExpired:
        print(f"gave up after {PATIENCE} s", flush=True)
        return False
    if run.returncode:
        lines = run.stdout.splitlines() or ["no output"]
        print(next((line for line in lines if "error" in line.lower()), lines[-1]), flush=True)
    return run.returncode == 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
