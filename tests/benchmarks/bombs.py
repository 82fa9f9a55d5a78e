"""Pictures that take far more to read than to send, each chosen on the page: `python -m tests.benchmarks.bombs`.

They are made as the benchmark goes, in every format that is read here and some that aren't. With each, a process does
what the page's does with a picture that was chosen, and with one that is dropped for its recipe.

- file: its bytes
- head s: until the size alone is known
- seconds: until it is decoded, looked at and has its preview, or is refused
- process: the most MB that the process had which decoded it
- page: by how many MB the page's own process grew meanwhile, at the most
- recipe s: until it is known whether a recipe is in it

Seconds are a processor's, all processes together: they are the same on a machine that is busy.
What is refused may take two of them, a process a gigabyte, and the page's own some dozens of megabytes. What takes more
is told, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import psutil
import torch

from nst_core.device.memory import forget_peak, own_memory, peak_memory
from tests.benchmarks.table import markdown
from tests.support.answering import READY, Answering
from tests.support.bombs import BOMBS, Scale
from tests.support.pictures import smooth_picture
from tests.support.playback import ENGLISH, upload

T = TypeVar("T")

CPU = torch.device("cpu")
LONGEST = 2.0  # seconds of what is refused
LONGEST_OF_A_PICTURE = 20.0
MOST = 1_000_000_000  # bytes of a process that decodes
MOST_OF_THE_PAGE = 100_000_000  # bytes
MEGABYTE = 1_000_000
ENDED_AFTER = 120.0  # seconds
UNKNOWN = {
    "word": "the page's process was kept busy",
    **dict.fromkeys(("head", "seconds", "recipe"), ENDED_AFTER),
    **dict.fromkeys(("process", "page"), 0),
}


@dataclass(frozen=True)
class Outcome:
    """What became of a file; seconds and bytes."""

    kind: str
    length: int
    word: str  # what was said of it, "taken" of a picture
    head: float
    seconds: float
    process: int
    page: int
    recipe: float

    @property
    def is_fault(self) -> bool:
        """Whether it took more than it may."""
        longest = LONGEST_OF_A_PICTURE if self.word == "taken" else LONGEST
        return (
            max(self.head, self.recipe) > LONGEST
            or self.seconds > longest
            or self.process > MOST
            or self.page > MOST_OF_THE_PAGE
        )

    def cells(self) -> list[str]:
        """In the order of `HEADS`."""
        return [
            self.kind,
            self.word,
            str(self.length),
            f"{self.head:.2f}",
            f"{self.seconds:.2f}",
            f"{self.process / MEGABYTE:.0f}",
            f"{self.page / MEGABYTE:.0f}",
            f"{self.recipe:.2f}",
        ]


HEADS = ["kind", "what became of it", "file", "head s", "seconds", "process", "page", "recipe s"]


class Page:
    """A process that stands for the page's."""

    def __init__(self, folder: Path) -> None:
        """`folder`: where what is chosen lies."""
        environment = os.environ | {"GRADIO_TEMP_DIR": str(folder), "GRADIO_ANALYTICS_ENABLED": "False"}
        self._process = Answering("tests.benchmarks.bombs", "--page", env=environment)

    def take(self, kind: str, path: Path) -> Outcome:
        """What becomes of a file."""
        answer = self._process.ask(str(path), ENDED_AFTER)
        return Outcome(kind, path.stat().st_size, **(json.loads(answer) if answer else UNKNOWN))

    def close(self) -> None:
        """End the process."""
        self._process.close()


def answer_requests() -> None:
    """What a `Page` starts: an answer a line for each path."""
    print(READY, flush=True)
    for line in sys.stdin:
        print(json.dumps(measured(Path(line.strip()))), flush=True)


def measured(path: Path) -> dict[str, Any]:
    """What the page makes of a file."""
    from demo.form import recipes
    from demo.form.checks import Pictures, check
    from demo.form.uploads import size_of

    def choose(picture: Path) -> str | None:
        pictures: Pictures = (upload(picture), *[None] * 4)
        return check(ENGLISH, None, pictures, (None, None))[0].errors[0]

    choose(_some_picture(path.parent))  # its process is there from now on
    decoders = psutil.Process().children()
    for each in decoders:
        Path(f"/proc/{each.pid}/clear_refs").write_text("5")
    forget_peak(CPU)
    before = own_memory()
    head, _ = _timed(lambda: size_of("photo", upload(path)))
    seconds, error = _timed(lambda: choose(path))
    process = max(map(_peak_of, psutil.Process().children()), default=0)
    recipe, _ = _timed(lambda: recipes.dropped(upload(path), "en"))
    page = max(0, (peak_memory(CPU) or 0) - before)
    word = str(error or "taken")
    return {"word": word, "head": head, "seconds": seconds, "process": process, "page": page, "recipe": recipe}


def _some_picture(folder: Path) -> Path:
    """Another one each time: what is chosen again isn't looked at again."""
    path = folder / "some.png"
    smooth_picture(64, 64, 0).save(path)
    return path


def _timed(act: Callable[[], T]) -> tuple[float, T | None]:
    """How many seconds of processors it took, and what came of it; None where it was refused."""
    began, found = _spent(), None
    with suppress(ValueError):
        found = act()
    return _spent() - began, found


def _spent() -> float:
    """Seconds of this process and those that it started."""
    process = psutil.Process()
    times = [process.cpu_times(), *(each.cpu_times() for each in process.children())]
    return sum(each.user + each.system + each.children_user + each.children_system for each in times)


def _peak_of(process: psutil.Process) -> int:
    status = Path(f"/proc/{process.pid}/status")
    found = re.search(r"^VmHWM:\s*(\d+) kB", status.read_text(), re.MULTILINE) if status.exists() else None
    return int(found[1]) * 1024 if found else 0


def outcomes(names: Sequence[str], scale: Scale, folder: Path) -> Iterator[Outcome]:
    """What becomes of the files of these names, one after the other."""
    page, path = Page(folder), folder / "picture"
    try:
        for name in names:
            path.write_bytes(BOMBS[name](scale))
            yield page.take(name, path)
    finally:
        page.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=BOMBS, default=[*BOMBS], metavar="KIND", help="of: %(choices)s")
    parser.add_argument("--megapixels", type=float, default=99, help="of most of them (default: %(default)s)")
    parser.add_argument("--megabytes", type=float, default=45, help="of files that are long (default: %(default)s)")
    parser.add_argument("--page", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.page:
        answer_requests()
        return 0
    scale = Scale(int(options.megapixels * MEGABYTE), int(options.megabytes * MEGABYTE))
    with TemporaryDirectory() as folder:
        found = []
        for each in outcomes(options.only, scale, Path(folder)):
            found.append(each)
            print(each.cells(), file=sys.stderr)
    print(markdown(HEADS, [each.cells() for each in found]))
    faults = [each.kind for each in found if each.is_fault]
    print("\ntoo much: " + (", ".join(faults) or "nothing"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
