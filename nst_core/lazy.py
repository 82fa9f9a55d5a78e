"""Names of a package that are loaded when they are first used (PEP 562): importing the package stays quick."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in nst_core/process.py
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def attributes(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """The `__getattr__` of a package, by the modules that its public names come from."""

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(homes[name]), name)

    return load
