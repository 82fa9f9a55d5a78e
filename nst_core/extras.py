"""Packages that only some need: imported where they are used, and whoever lacks one is told what to install."""

from __future__ import annotations

from importlib import import_module

from nst_core.errors import InputError

# By the module's name: what needs it, and what pip is to be told. Not "pip install 'nst-core[film]'": in a checkout
# nothing is called that, and pip would ask for a stranger's package.
EXTRAS = {
    "av": ("a film", "av>=17,<19"),
    "pyvips": ("16 bits a channel, or a colour profile,", "pyvips[binary]>=3,<4"),
    "pillow_heif": ("a HEIC photo", "pillow-heif>=1.1,<2"),
    "ray": ("painting on a cluster", "ray>=2.50,<3"),
    "torchvision": ("the choice of torchvision's weights", "torchvision>=0.23,<1"),
}


def require(module: str) -> None:
    """Import one of `EXTRAS`; `InputError` with the way out where it isn't there, or doesn't fit what is."""
    purpose, requirement = EXTRAS[module]
    try:
        import_module(module)
    except (ImportError, OSError, RuntimeError) as error:  # libvips is missing; operators of another torch
        cause = str(error).partition("\n")[0]
        raise InputError(
            f"{purpose} needs the package {module}, which can't be used ({cause}): pip install '{requirement}'",
            "no_package",
            package=module,
        ) from error
