"""The versions that the tests ran with, for pip: `python -m tests.constraints > constraints.txt`.

Of what requirements.txt asks for and of all that this brings along, in the environment that runs this.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.paths import ROOT

HEAD = """\
# What the tests ran with: pip install -r requirements.txt -c constraints.txt
# Written by: python -m tests.constraints > constraints.txt (Python {python}, {system} {machine})
"""


def requirements() -> list[Requirement]:
    """Those of requirements.txt; what names a place instead of versions is left out."""
    lines = (line.partition(" #")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines())
    found = (Requirement(line.partition("  #")[0]) for line in lines if line and not line.startswith("#"))
    return [each for each in found if each.url is None]


def pinned(wanted: Iterable[Requirement]) -> dict[str, str]:
    """The versions of packages and of what they need here, by their names; of a build, the version it is of."""
    versions: dict[str, str] = {}
    seen, queue = set[tuple[str, str]](), [(each, "") for each in wanted]
    while queue:
        requirement, extra = queue.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        versions[name] = Version(package.version).public
        for each in {"", *requirement.extras} - {extra for known, extra in seen if known == name}:
            seen.add((name, each))
            queue += [(Requirement(needed), each) for needed in package.requires or ()]
    return versions


def main() -> None:
    head = HEAD.format(python=platform.python_version(), system=platform.system(), machine=platform.machine())
    lines = (f"{name}=={version}\n" for name, version in sorted(pinned(requirements()).items()))
    sys.stdout.write(head + "".join(lines))


if __name__ == "__main__":
    main()
