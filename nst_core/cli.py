"""The command line: `python -m nst_core CONTENT STYLE [STYLE ...] -o OUT.png`.

torch and what needs it are imported in the functions that use them: help, and most complaints, then come at once.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import Field, dataclass, fields
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, get_args, get_type_hints

from nst_core import __version__
from nst_core.config import TransferConfig

if TYPE_CHECKING:
    from PIL.Image import Image
    from tqdm import tqdm

    from nst_core.transfer import Step

PROGRAM = "python -m nst_core"
COMMON = ("size", "steps", "style_weight", "seed")  # the options that matter first; all others are "advanced"

BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130  # exit codes; 130 is the shell's for Ctrl-C
OUT_OF_MEMORY = "out of memory (use a smaller --size, or --device cpu if it was a GPU's)"


@dataclass(frozen=True)
class Order:
    """What the command line asks for."""

    content: Path
    styles: tuple[Path, ...]
    output: Path
    config: TransferConfig
    device: str | None
    save_every: int | None
    quiet: bool

    def intermediate(self, index: int) -> Path:
        """Where the picture after step `index` goes: out.png -> out-0050.png."""
        return self.output.with_stem(f"{self.output.stem}-{index:04d}")

    @property
    def intermediates(self) -> list[Path]:
        """All the pictures that `--save-every` will write."""
        if self.save_every is None:
            return []
        return [self.intermediate(index) for index in range(self.save_every, self.config.steps + 1, self.save_every)]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 with the file written, 2 on bad input, 130 on Ctrl-C, else 1.

    `--help` and `--version` leave by `SystemExit`, as argparse does.
    """
    try:
        order = read_order(argv)
        with _terminated_like_interrupted():
            return _paint(order, *_check(order))
    except ValueError as error:
        return _end(BAD_INPUT, str(error))
    except KeyboardInterrupt:
        return _end(INTERRUPTED, "stopped before the first step: nothing was made")
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        return _end(FAILED, f"{OUT_OF_MEMORY} before the first step: nothing was made")


def read_order(argv: Sequence[str] | None) -> Order:
    """Parse the arguments; `ValueError` for one that is unknown, missing or out of range."""
    options = vars(make_parser().parse_intermixed_args(argv))
    config = {field.name: options[field.name] for field in fields(TransferConfig) if field.name in options}
    others = {name: value for name, value in options.items() if name not in config}
    return Order(config=TransferConfig(**config), **others)


def make_parser() -> argparse.ArgumentParser:
    """One option for every field of `TransferConfig`, with its help, range, choices and default, and a few more."""
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} CONTENT STYLE [STYLE ...] -o OUT.png [options]",
        description="Repaint the photo CONTENT in the manner of the painting STYLE; several paintings are blended.",
        epilog=f"example: {PROGRAM} photo.jpg painting.jpg -o out.png --size 768 --style-weight 20",
        allow_abbrev=False,
    )
    parser.add_argument("content", type=Path, metavar="CONTENT", help="the photo")
    parser.add_argument(
        "styles", type=Path, metavar="STYLE", nargs="+", action=_ToTuple, help="the painting or paintings"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="picture to write: .png, .tif and .webp without loss, or .jpg; an existing one is replaced",
    )
    advanced = parser.add_argument_group("advanced")
    for field in fields(TransferConfig):
        _add_option(parser if field.name in COMMON else advanced, field)
    parser.add_argument(
        "--save-every",
        type=_at_least_one,
        metavar="N",
        help="also write every N-th step's picture beside OUT: OUT-0050.png",
    )
    parser.add_argument("--device", type=_device, help="cpu, cuda, cuda:1 or mps (default: the best there is)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar; problems are still told")
    parser.add_argument("--version", action="version", version=f"nst_core {__version__}")
    return parser


class _Parser(argparse.ArgumentParser):
    """Complains by `ValueError`, in one line, instead of printing the usage."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}; {self.prog} --help lists the options")


class _ToTuple(argparse.Action):
    def __call__(self, parser: Any, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        setattr(namespace, self.dest, tuple(values))


def _add_option(group: argparse._ActionsContainer, field: Field[Any]) -> None:
    # Options not given are absent, so that TransferConfig alone knows the defaults.
    default: str = os.environ.get("NST_WEIGHTS", "") if field.name == "weights" else ""
    group.add_argument(
        f"--{field.name.replace('_', '-')}",
        default=default or argparse.SUPPRESS,
        help=_describe(field).replace("%", "%%"),
        **_reader(get_type_hints(TransferConfig)[field.name]),
    )


def _describe(field: Field[Any]) -> str:
    low, high = field.metadata["low"], field.metadata["high"]
    span = f"{low:g} to {high:g}, " if abs(high) <= 1e6 else f"at least {low:g}, " if abs(low) <= 1e6 else ""
    values = field.default if isinstance(field.default, tuple) else (field.default,)
    default = ",".join(str(value) for value in values) or "none"
    environment = ", or $NST_WEIGHTS" if field.name == "weights" else ""
    return f"{field.metadata['help']} ({span}default: {default}{environment})"


def _reader(hint: Any) -> dict[str, Any]:
    """argparse's arguments for a field's type."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"choices": [str(member) for member in hint]}
    if isinstance(hint, type):
        return {"type": hint, "metavar": {int: "N", float: "X"}.get(hint, "SOURCE")}
    return {"type": _list_of(get_args(hint)[0]), "metavar": "A,B,..."}


def _list_of(kind: type) -> Any:
    def read(text: str) -> tuple[Any, ...]:
        try:
            return tuple(kind(part.strip()) for part in text.split(",") if part.strip())
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} isn't a list of numbers such as 1,0.5,2") from None

    return read


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


def _device(text: str) -> str:
    if not re.fullmatch(r"cpu|mps|cuda(:\d+)?", text):
        raise argparse.ArgumentTypeError(
            f"must be cpu, cuda, cuda:1 (another number is another card) or mps, got {text!r}"
        )
    return text


def _check(order: Order) -> tuple[Image, list[Image], int]:
    """Refuse with `ValueError`, before any work, what would fail after it.

    Returns the photo, the paintings, and the cost of the run.
    """
    from nst_core.images import check_output, load_image
    from nst_core.transfer import resolve_device, scale_plan, step_cost

    outputs = [order.output, *order.intermediates]
    for path in (outputs[0], outputs[-1]):  # the last name is the longest
        check_output(path)
    inputs = {path.resolve(): path for path in (order.content, *order.styles)}
    for path in outputs:
        if path.resolve() in inputs:
            raise ValueError(f"{path} is one of the pictures that go in; choose another name for the output")
    resolve_device(order.device)
    content, *styles = [load_image(path) for path in (order.content, *order.styles)]
    plan = scale_plan(content.size, [style.size for style in styles], order.config)
    return content, styles, sum(step_cost(size, order.config) * steps for size, steps in plan)


def _paint(order: Order, content: Image, styles: list[Image], cost: int) -> int:
    """Run, show, save. Whatever ends the run, the last picture is kept; what comes before the first step is raised."""
    from nst_core.transfer import step_cost, stylize

    last, complete = None, True
    try:
        with _progress_bar(cost, order.quiet) as bar:
            for last in stylize(content, styles, order.config, device=order.device):
                _show(bar, last, step_cost(last.size, order.config))
                complete &= _save_intermediate(bar, order, last)
    except (Exception, KeyboardInterrupt) as error:
        if last is None:
            raise
        return _keep(order, last, error)
    if last is None:
        raise RuntimeError("the run ended without a step")
    return _save(order, last, 0 if complete else FAILED)


def _progress_bar(cost: int, quiet: bool) -> tqdm[NoReturn]:
    """A bar that counts what steps cost: its estimate stays honest although they get four times dearer a scale."""
    from tqdm import tqdm

    return tqdm(
        total=cost,
        bar_format="{percentage:3.0f}%|{bar}| {desc}, {remaining} left",
        delay=1e-6,  # shows nothing before the first step, and yet knows the time it took
        mininterval=0,  # shows every step: none is so short that drawing would count
        miniters=0,
        disable=quiet,
    )


def _show(bar: tqdm[NoReturn], step: Step, cost: int) -> None:
    width, height = step.size
    if step.note:
        bar.write(f"step {step.index}: {step.note}", file=sys.stderr)
    bar.set_description_str(
        f"step {step.index}/{step.total}, {width}x{height}, loss {step.losses.total:.4g}", refresh=False
    )
    bar.update(cost)


def _save_intermediate(bar: tqdm[NoReturn], order: Order, step: Step) -> bool:
    """False, and a line for the person, when the picture was due and couldn't be written; the run goes on."""
    from nst_core.images import save_image

    if order.save_every is None or step.index % order.save_every:
        return True
    path = order.intermediate(step.index)
    try:
        save_image(step.image, path)
    except OSError as error:
        bar.write(_line(f"{path} can't be written ({_reason(error)}); going on without it"), file=sys.stderr)
        return False
    return True


def _keep(order: Order, last: Step, error: BaseException) -> int:
    """Save the picture so far, then say what ended the run; raises what nobody expected."""
    where = f"after step {last.index} of {last.total}"
    if isinstance(error, KeyboardInterrupt):
        return _save(order, last, INTERRUPTED, f"stopped {where}; ")
    if _is_out_of_memory(error):
        return _save(order, last, FAILED, f"{OUT_OF_MEMORY} {where}; ")
    _save(order, last, FAILED, f"failed {where}; ")
    raise RuntimeError(f"the run failed {where}") from error


def _save(order: Order, step: Step, code: int, ending: str = "") -> int:
    """Write the result, or if its place has gone bad, a copy in the temporary folder; returns the exit code."""
    from nst_core.images import save_image

    width, height = step.size
    with _deaf_to_interrupts():
        try:
            save_image(step.image, order.output)
        except OSError as error:
            return _end(FAILED, f"{order.output} can't be written ({_reason(error)}); {_rescue(order, step)}")
    if ending or not order.quiet:
        _end(code, f"{ending}wrote {order.output} ({width}x{height})")
    return code


def _rescue(order: Order, step: Step) -> str:
    from nst_core.images import save_image

    try:
        path = Path(tempfile.mkdtemp(prefix="nst-")) / order.output.name
        save_image(step.image, path)
    except OSError as error:
        return f"nor can a copy in the temporary folder ({_reason(error)}): the picture is lost"
    return f"the picture is in {path}"


def _is_out_of_memory(error: BaseException) -> bool:
    """torch has a class of its own for CUDA's allocator alone; everything else is a `RuntimeError` with a text."""
    texts = r"out of memory|not enough memory|can't allocate memory|ALLOC_FAILED"
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and bool(re.search(texts, str(error))))


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _line(message: str) -> str:
    return " ".join(f"nst_core: {message}".splitlines())


def _end(code: int, message: str) -> int:
    print(_line(message), file=sys.stderr)
    return code


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """A `kill` then keeps the picture so far, as Ctrl-C does."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    with _handling(signal.SIGTERM, interrupt):
        yield


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """An impatient second Ctrl-C must not lose the picture that the first one asked to keep."""
    with _handling(signal.SIGINT, signal.SIG_IGN), _handling(signal.SIGTERM, signal.SIG_IGN):
        yield


@contextmanager
def _handling(number: signal.Signals, handler: Any) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield
        return
    previous = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, previous)
