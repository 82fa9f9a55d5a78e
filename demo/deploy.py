"""Put the page onto Hugging Face Spaces: `python -m demo.deploy OWNER/NAME`."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from nst_core.version import __version__

PROGRAM = "python -m demo.deploy"
ROOT = Path(__file__).parents[1]
PARTS = ("app.py", "demo", "nst_core", "examples", "LICENSE", "*.md")  # what a Space needs of this repository
NOT_OURS = shutil.ignore_patterns("__pycache__", ".*")
FREE = "zero-a10g"  # what Hugging Face calls ZeroGPU, whose cards have been others for long
CPU_BUILD = "--extra-index-url https://download.pytorch.org/whl/cpu"  # 0.2 GB instead of 6

# What of requirements.txt is otherwise there. The host brings Gradio, in the version that the README's head names, and
# its own packages: a pin of ours can make it fail. ZeroGPU knows the versions of PyTorch from 2.8 to 2.11.
INSTEAD = {
    "python-3.11-or-later": None,
    "gradio": None,
    "torch": "torch>=2.8,<2.12",
    "torchvision": "torchvision>=0.23,<0.27",
}


class Parser(argparse.ArgumentParser):
    """One line on what is wrong."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = Parser(prog=PROGRAM, description=__doc__, allow_abbrev=False)
    parser.add_argument("space", metavar="OWNER/NAME", help="the Space, which is made if there is none")
    parser.add_argument(
        "--hardware",
        help=f"what it runs on, such as cpu-basic or t4-small (default: {FREE}, which is free, for a new Space; "
        "one that is there keeps its own)",
    )
    parser.add_argument("--private", action="store_true", help="only its owner can see a new Space")
    parser.add_argument(
        "--dry-run", type=Path, metavar="FOLDER", help="upload nothing: write what would be to a new or empty folder"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 2 for what can't be asked for, 1 where Hugging Face refused it, or isn't there."""
    parser = make_parser()
    options = parser.parse_args(arguments)
    try:
        check(options)
    except ValueError as error:
        parser.error(str(error))
    if options.dry_run is not None:
        write_tree(options.dry_run, options.space, options.hardware)
        return 0
    return upload(options)


def check(options: argparse.Namespace) -> None:
    """Raise `ValueError` for what would fail, or do harm, later."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", options.space):
        raise ValueError(f"a Space is named OWNER/NAME, as in ada/neural-style-transfer, got {options.space!r}")
    folder = options.dry_run
    if folder is not None and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} is there already, and has something in it; name a new folder")
    if options.hardware is not None:
        known = hardware()
        if options.hardware not in known:
            raise ValueError(f"there is no hardware {options.hardware!r}; there are {', '.join(known)}")


def hardware() -> tuple[str, ...]:
    """What Hugging Face has."""
    from huggingface_hub import SpaceHardware  # here: its import takes a second, and a folder needs none of it

    return tuple(each.value for each in SpaceHardware)


def write_tree(folder: Path, space: str, on: str | None = None) -> None:
    """Write what a Space consists of to a new or empty folder; `on`: its hardware."""
    folder.mkdir(parents=True, exist_ok=True)
    for pattern in PARTS:
        for path in ROOT.glob(pattern):
            if path.is_dir():
                shutil.copytree(path, folder / path.name, ignore=NOT_OURS)
            else:
                shutil.copy(path, folder)
    readme = folder / "README.md"
    readme.write_text(with_thumbnail(readme.read_text("utf-8"), space), "utf-8")
    listed = (ROOT / "requirements.txt").read_text("utf-8")
    (folder / "requirements.txt").write_text(requirements(listed, on), "utf-8")


def requirements(listed: str, on: str | None = None) -> str:
    """The lines of requirements.txt as a Space needs them, without what they say beside."""
    lines = [line.split("#")[0].split(";")[0].strip() for line in listed.splitlines()]
    names = [re.match(r"[\w.-]*", line) for line in lines]
    kept = [INSTEAD.get(name[0], line) for name, line in zip(names, lines, strict=True) if name and name[0]]
    first = [CPU_BUILD] if (on or "").startswith("cpu") else []
    return "".join(f"{line}\n" for line in (*first, *kept) if line)


def with_thumbnail(readme: str, space: str) -> str:
    """The README whose head names the thumbnail by its address: a path within the Space isn't understood there."""
    address = f"https://huggingface.co/spaces/{space}/resolve/main/"
    return re.sub(r"^thumbnail: (?=\w+/)", f"thumbnail: {address}", readme, count=1, flags=re.MULTILINE)


def upload(options: argparse.Namespace) -> int:
    """Make the Space if there is none, and make its files these, in one commit."""
    from huggingface_hub import HfApi, SpaceHardware
    from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

    api, space = HfApi(), options.space
    try:
        if not api.repo_exists(space, repo_type="space"):
            api.create_repo(
                space,
                repo_type="space",
                space_sdk="gradio",
                space_hardware=SpaceHardware(options.hardware or FREE),
                private=options.private,
            )
        elif options.hardware is not None:
            api.request_space_hardware(space, SpaceHardware(options.hardware))
        with tempfile.TemporaryDirectory() as folder:
            write_tree(Path(folder), space, options.hardware)
            api.upload_folder(
                repo_id=space,
                repo_type="space",
                folder_path=folder,
                delete_patterns="*",
                commit_message=f"Version {__version__}",
            )
    except LocalTokenNotFoundError:
        print(f"{PROGRAM}: error: nobody is signed in; run `hf auth login`, or set HF_TOKEN", file=sys.stderr)
        return 2
    except HfHubHTTPError as error:
        print(f"{PROGRAM}: error: Hugging Face refused it: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except Exception as error:
        reason = unreachable(error)
        if reason is None:
            raise
        print(f"{PROGRAM}: error: Hugging Face can't be reached ({reason}); try again with a network", file=sys.stderr)
        return 1
    print(f"https://huggingface.co/spaces/{space}")
    return 0


def unreachable(error: BaseException) -> str | None:
    """What the system says of a network that isn't there; None for another error.

    Which library asks, and what its own errors are, depends on the version of huggingface_hub.
    """
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, OSError):
        reason = reason.__cause__ or reason.__context__
    return None if reason is None else str(reason.strerror or reason)


if __name__ == "__main__":
    sys.exit(main())
