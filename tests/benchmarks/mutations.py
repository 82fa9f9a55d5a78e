"""Files that were damaged on purpose, each read by a process with limits: `python -m tests.benchmarks.mutations`.

Pictures in every format, recipes, states and weights; bytes are changed, numbers made extreme, parts left out, doubled
or put in from another file, the same ones for the same seed. Each has to be read, or refused in one sentence, within
two seconds and one gigabyte. What isn't is told, kept, and makes the exit code 1.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from safetensors.torch import save as save_safetensors

from nst_core.checkpoint import save_state
from nst_core.config import TransferConfig
from nst_core.device.memory import forget_peak, peak_memory
from nst_core.recipe import Command, Ingredient, Recipe, Role
from nst_core.transfer import Transfer
from tests.benchmarks.table import markdown
from tests.support.answering import READY, Answering
from tests.support.networks import tiny_network
from tests.support.pictures import FORMATS, SRGB_COLUMNS, file_of, rgb_profile, smooth_picture

LONGEST, MOST = 2.0, 1_000_000_000  # seconds and bytes of a file
KILLED_AFTER = 10.0  # seconds
EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF)
DIGEST = "0" * 64  # of pictures that aren't there
SIZE = 512  # of the picture that a photo is read for


def seeds(folder: Path) -> dict[str, bytes]:
    """Sound files to begin with, by what they are."""
    picture = smooth_picture(64, 48, 0)
    profile = rgb_profile(SRGB_COLUMNS)
    told = ("PNG", "JPEG", "WEBP", "TIFF", "AVIF")
    found = {
        name.lower(): file_of(picture, name, **options, **({"icc_profile": profile} if name in told else {})).getvalue()
        for name, options in FORMATS.items()
    }
    with suppress(ImportError):
        import pillow_heif

        stream = BytesIO()
        pillow_heif.from_pillow(picture).save(stream)
        found["heic"] = stream.getvalue()
    config = TransferConfig(size=64, steps=2, scales=1, content_layers=("relu2_2",), style_layers=("relu1_1",))
    ingredients = (Ingredient(Role.CONTENT, "a.jpg", DIGEST), Ingredient(Role.STYLE, "b.jpg", DIGEST))
    recipe = Recipe(
        command=Command.STYLIZE,
        config=config,
        ingredients=ingredients,
        depth=8,
        keep_profile=False,
        steps_done=1,
        steps_planned=2,
        versions={"torch": "2"},
    ).to_text()
    transfer = Transfer(picture, [picture], config, extractor=tiny_network())
    next(iter(transfer))
    save_state(transfer.state(), folder / "seed.state", recipe)
    tensors, stream = {"features.0.weight": torch.zeros(64, 3, 3, 3)}, BytesIO()
    torch.save(tensors, stream)
    return found | {
        "json": recipe.encode(),
        "state": (folder / "seed.state").read_bytes(),
        "pth": stream.getvalue(),
        "safetensors": save_safetensors(tensors),
    }


def mutated(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A file with one to five faults; `other` lends parts."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(min(len(broken), chance.choice((32, 400, 1 << 24))) or 1)
        length = chance.choice((1, 2, 4, 64, 1024))
        match chance.randrange(5):
            case 0:
                broken[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                width = chance.choice((1, 2, 4))
                value = chance.choice(EXTREMES) % (1 << 8 * width)
                broken[at : at + width] = value.to_bytes(width, "little" if chance.randrange(2) else "big")
            case 2:
                del broken[at : at + length]
            case 3:
                broken[at:at] = broken[at : at + length] * chance.choice((1, 2, 50))
            case _:
                start = chance.randrange(len(other))
                broken[at : at + length] = other[start : start + length]
    return bytes(broken)


@dataclass(frozen=True)
class Outcome:
    """What became of a file."""

    kind: str
    word: str  # read, refused, or what is wrong
    seconds: float
    memory: int  # bytes that its process had at most

    @property
    def is_fault(self) -> bool:
        """Whether it is other than it has to be."""
        return self.word not in ("read", "refused") or self.seconds > LONGEST or self.memory > MOST


class Reader:
    """A process that reads one file after the other."""

    def __init__(self) -> None:
        self._process = Answering("tests.benchmarks.mutations", "--reader", stderr=subprocess.DEVNULL)

    def read(self, kind: str, path: Path) -> Outcome:
        """What becomes of a file."""
        self._process.start()
        began = time.monotonic()
        told = self._process.ask(json.dumps({"kind": kind, "path": str(path)}), KILLED_AFTER)
        seconds = time.monotonic() - began
        answer: dict[str, Any] = json.loads(told or '{"word": "its process ended", "memory": 0}')
        return Outcome(kind, answer["word"], seconds, answer["memory"])

    def close(self) -> None:
        """End the process."""
        self._process.close()


def answer_requests() -> None:
    """What a `Reader` starts: limits as the page's decoder has them, and an answer a line."""
    from demo.form import decoder

    cpu, addresses = torch.device("cpu"), decoder._addresses()
    print(READY, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        decoder.limit(addresses + decoder.MOST_BYTES + decoder.SLACK, time.process_time() + decoder.SECONDS)
        forget_peak(cpu)
        word = word_for(request["kind"], Path(request["path"]))
        print(json.dumps({"word": word, "memory": peak_memory(cpu) or 0}), flush=True)


def word_for(kind: str, path: Path) -> str:
    """ "read", "refused", or what was raised that is no sentence for a person."""
    from demo.form import decoder
    from nst_core.checkpoint import load_state
    from nst_core.network.weights import load_parameters
    from nst_core.recipe import read_recipe

    try:
        match kind:
            case "json":
                read_recipe(path)
            case "state":
                load_state(path)
            case "pth" | "safetensors":
                load_parameters(str(path))
            case _:
                with path.open("rb") as stream:
                    decoder.decode(stream, SIZE)
    except ValueError as error:
        return "refused" if re.fullmatch(r"[^\n]+", str(error)) else f"more than a sentence: {error}"
    except MemoryError:  # which the page tells in a sentence
        return "refused"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "read"


def outcomes(count: int, seed: int, folder: Path) -> Iterator[tuple[Outcome, bytes]]:
    """Of so many files, of one kind after the other, each with what it held."""
    chance, sound, reader = random.Random(seed), seeds(folder), Reader()
    kinds = list(sound)
    try:
        for place in range(count):
            kind = kinds[place % len(kinds)]
            data = mutated(sound[kind], sound[chance.choice(kinds)], chance)
            path = folder / f"file.{kind}"
            path.write_bytes(data)
            yield reader.read(kind, path), data
    finally:
        reader.close()


def table(found: Sequence[Outcome]) -> str:
    """A line a kind: how many were read, refused and neither, the slowest, the most memory."""
    rows = []
    for kind in dict.fromkeys(each.kind for each in found):
        own = [each for each in found if each.kind == kind]
        words = Counter("fault" if each.is_fault else each.word for each in own)
        slowest, most = max(each.seconds for each in own), max(each.memory for each in own)
        counts = [str(words[word]) for word in ("read", "refused", "fault")]
        rows.append([kind, "", *counts, f"{slowest:.2f}", f"{most / 1e6:.0f}"])
    return markdown(["kind", "", "read", "refused", "fault", "slowest s", "most MB"], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000, help="files (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the faults (default: %(default)s)")
    parser.add_argument(
        "--keep", type=Path, default=Path("faults"), help="where faults are kept (default: %(default)s)"
    )
    parser.add_argument("--reader", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.reader:
        answer_requests()
        return 0
    with TemporaryDirectory() as folder:
        found = list(outcomes(options.count, options.seed, Path(folder)))
    print(table([outcome for outcome, _ in found]))
    faults = [(outcome, data) for outcome, data in found if outcome.is_fault]
    for place, (outcome, data) in enumerate(faults):
        options.keep.mkdir(exist_ok=True)
        path = options.keep / f"{place}.{outcome.kind}"
        path.write_bytes(data)
        print(f"{path}: {outcome.word}, {outcome.seconds:.2f} s, {outcome.memory / 1e6:.0f} MB")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
