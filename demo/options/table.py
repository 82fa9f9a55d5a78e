"""Every option of app.py: its name, what it means, what it may be."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from demo.form.settings import BY_NAME
from demo.jobs.queue import MAX_WAITING, Order
from demo.jobs.registry import RUNNERS
from demo.logs import Format, Level
from demo.visitors.uploads import LARGEST
from nst_core.config import TransferConfig

PREFIX = "NST_"  # of an option's twin in the environment
DEFAULT_PORT = 7860
EVERYWHERE = "0.0.0.0"
LOOPBACK = "127.0.0.1"
LOCAL = (LOOPBACK, "localhost", "::1")
PRIVATE = "127.0.0.1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"  # where a Space's own proxies are
LONGEST = 60.0  # minutes of a picture, where strangers wait for theirs
AUTO = "auto"
YES = ("1", "true", "yes")


@dataclass(frozen=True, kw_only=True)
class Option:
    """One of them: `--name VALUE`, `NST_NAME` in the environment, `name = value` in a file."""

    name: str
    help: str
    kind: Callable[[str], Any] = str  # from its text; `bool`: a switch
    default: Any = ""  # of any type; None = another option, or the place, decides
    metavar: str | None = None
    aliases: tuple[str, ...] = ()
    alone: str | None = None  # what it means without a value; None = it needs one
    choices: tuple[str, ...] = ()
    least: float = -math.inf
    most: float = math.inf
    has_zero: bool = False  # which may be given, too, and means no bound
    is_only_typed: bool = False  # neither the environment nor a file sets it

    @property
    def names(self) -> tuple[str, ...]:
        """The name that counts, and others that mean the same."""
        return self.name, *self.aliases

    @property
    def key(self) -> str:
        """What Python calls it."""
        return self.name.replace("-", "_")

    @property
    def twins(self) -> tuple[str, ...]:
        """What the environment calls it, by each of its names."""
        return tuple(PREFIX + name.replace("-", "_").upper() for name in self.names)

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Let a parser know it."""
        flags = [f"--{name}" for name in self.names]
        if self.kind is bool:
            parser.add_argument(*flags, action="store_true", help=self.help)
            return
        parser.add_argument(
            *flags,
            type=self.read,
            default=self.default,
            metavar=f"{{{','.join(self.choices)}}}" if self.choices else self.metavar,
            help=self.help,
            nargs=None if self.alone is None else "?",
            const=self.alone,
        )

    def read(self, text: str) -> Any:
        """Its value from a text; raises `argparse.ArgumentTypeError` for what it can't be."""
        if self.alone is not None and text.lower() in YES:
            return self.alone
        if self.choices and text not in self.choices:
            raise argparse.ArgumentTypeError(f"it is one of {', '.join(self.choices)}, got {text!r}")
        if "\0" in text:  # no file, address or name can have it
            raise argparse.ArgumentTypeError(f"it is a text without NUL, got {text!r}")
        try:
            value = self.kind(text)
        except ValueError:
            kind = "a whole number" if self.kind is int else "a number"
            raise argparse.ArgumentTypeError(f"it is {kind}, got {text!r}") from None
        if isinstance(value, int | float) and not self._is_within(value):
            raise argparse.ArgumentTypeError(f"it is {self._range()}, got {text}")
        return value

    def _is_within(self, value: float) -> bool:
        return (self.has_zero and value == 0) or (math.isfinite(value) and self.least <= value <= self.most)

    def _range(self) -> str:
        bounds = f"at least {self.least:g}" if math.isinf(self.most) else f"between {self.least:g} and {self.most:g}"
        return f"0 for no bound, or {bounds}" if self.has_zero else bounds


def painters(text: str) -> int | None:
    """How many, None for as many as there are devices."""
    if text == AUTO:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be auto or a whole number of at least 1, got {text!r}")
    return int(text)


# What `--public` sets where nothing else does.
PUBLIC: dict[str, Any] = {
    "max_size": 768,
    "max_steps": 500,
    "max_upload_size": 20,
    "queue_size": 20,
    "jobs_at_once": 2,  # one that is painted, and one that waits
    "jobs_an_hour": 20,
    "seconds_an_hour": 600,
}

OPTIONS = (
    Option(
        name="host",
        default=LOOPBACK,
        help=f"address to listen on; {EVERYWHERE} = reachable from other machines, :: = by IPv6 (default: %(default)s)",
    ),
    Option(
        name="listen",
        metavar="IP",
        alone=EVERYWHERE,
        help=f"instead of --host, and without an address: listen on {EVERYWHERE}",
    ),
    Option(
        name="port",
        kind=int,
        default=DEFAULT_PORT,
        least=1,
        most=65535,
        help="port to listen on (default: %(default)s)",
    ),
    Option(
        name="share",
        kind=bool,
        help="also get a public link that lasts a week, through Gradio's servers (needs a network); "
        "who opens it is asked for a password that is made and told at the start, unless there is one",
    ),
    Option(name="no-auth", kind=bool, help="with --share: let in whoever has the link"),
    Option(
        name="weights",
        default=TransferConfig().weights,
        help="VGG-19's parameters: embedded, torchvision, or a .safetensors or .pth file (default: %(default)s)",
    ),
    Option(name="device", help="where to compute, such as cpu, cuda, cuda:1 or mps (default: the best there is)"),
    Option(name="open", kind=bool, is_only_typed=True, help="open the page in a browser"),
    Option(
        name="mcp",
        kind=bool,
        help="also offer the endpoints as tools to language models, by the Model Context Protocol (needs gradio[mcp])",
    ),
    Option(
        name="runner",
        default=RUNNERS[0],
        help=f"where pictures are painted: {', '.join(RUNNERS)}; zero_gpu on a Space with ZeroGPU alone, and there by "
        "itself (default: %(default)s)",
    ),
    Option(
        name="live",
        default=AUTO,
        alone="yes",
        choices=(AUTO, "yes", "no"),
        help="let the page follow what is chosen, without Paint, where a picture takes less than two seconds; "
        f"{AUTO} = on a graphics card of this machine (default: %(default)s)",
    ),
    Option(
        name="ray-address",
        default="local",
        metavar="ADDRESS",
        help="of the Ray cluster that the runner ray paints on: HOST:PORT, auto for the one that this machine is a "
        "node of, or local for one that is started here (default: %(default)s)",
    ),
    Option(
        name="painters",
        kind=painters,
        default=None,
        metavar=f"N|{AUTO}",
        help="how many pictures the runner ray paints at a time, auto = one a graphics card, or one a machine "
        f"(default: {AUTO})",
    ),
    Option(
        name="queue-size",
        kind=int,
        default=MAX_WAITING,
        least=0,
        most=10_000,  # each may hold a thread
        help="how many people may wait for their turn (default: %(default)s)",
    ),
    Option(
        name="queue-order",
        default=Order.ROUND_ROBIN.value,
        choices=tuple(Order),
        help="who is next: networks take turns, or whoever came first (default: %(default)s)",
    ),
    Option(
        name="trusted-proxies",
        aliases=("forwarded-allow-ips",),
        metavar="ADDRESSES",
        help="addresses and networks, parted by commas, of the proxies in front of this server, whose X-Forwarded-For "
        "tells where a visitor comes from; without it, all of a proxy's visitors count as one (default: none)",
    ),
    Option(
        name="allowed-hosts",
        metavar="NAMES",
        help="the host names, parted by commas, that browsers may ask for the page by, others get a 400; without it "
        f"those of this machine where only it is listened to, and else any (default: {', '.join(LOCAL)}, or any)",
    ),
    Option(
        name="public",
        kind=bool,
        help="bounds for a page that strangers use, where nothing else sets them: "
        + ", ".join(f"{key.replace('_', '-')} {value}" for key, value in PUBLIC.items()),
    ),
    Option(
        name="longest",
        kind=float,
        default=None,
        metavar="MINUTES",
        least=0,
        help=f"how long a picture may take, 0 = as long as it needs (default: {LONGEST:g}, and 0 on {LOOPBACK})",
    ),
    Option(
        name="max-size",
        kind=int,
        default=0,
        metavar="PIXELS",
        least=BY_NAME["size"].range[0],
        has_zero=True,
        help="how large a picture may become, by its long side, 0 = as large as the page offers (default: %(default)s)",
    ),
    Option(
        name="max-steps",
        kind=int,
        default=0,
        metavar="STEPS",
        least=1,
        has_zero=True,
        help="how many steps a picture may take, 0 = as many as the page offers (default: %(default)s)",
    ),
    Option(
        name="max-upload-size",
        kind=int,
        default=LARGEST,
        metavar="MB",
        least=1,
        help="how large a picture's file may be (default: %(default)s)",
    ),
    Option(
        name="jobs-at-once",
        kind=int,
        default=0,
        metavar="JOBS",
        least=1,
        has_zero=True,
        help="how many pictures of a visitor may be painted or wait, 0 = any number (default: %(default)s)",
    ),
    Option(
        name="jobs-an-hour",
        kind=int,
        default=0,
        metavar="JOBS",
        least=1,
        has_zero=True,
        help="how many pictures a visitor may have in an hour, 0 = any number (default: %(default)s)",
    ),
    Option(
        name="seconds-an-hour",
        kind=int,
        default=0,
        metavar="SECONDS",
        least=1,
        has_zero=True,
        help="how long may be painted for a visitor in an hour, 0 = as long as it takes (default: %(default)s)",
    ),
    Option(
        name="limits-store",
        metavar="URL",
        help="a Redis, such as redis://localhost:6379/0, in which several servers count together what visitors have "
        "had (default: each counts for itself)",
    ),
    Option(
        name="ban-file",
        metavar="FILE",
        help="addresses and networks, one a line, that get nothing from this page; a change counts within a second",
    ),
    Option(
        name="closed-file",
        metavar="FILE",
        help="while this file is there no picture is begun, and whoever asks for one is told what stands in it",
    ),
    Option(
        name="drain",
        kind=float,
        default=0.0,
        metavar="SECONDS",
        least=0,
        most=86_400,  # Python waits for no more than 292 years, but for infinity
        help="how long pictures that were begun may go on once the server is told to end; new ones are refused "
        "(default: %(default)s, which keeps each as far as it got)",
    ),
    Option(
        name="metrics-token",
        metavar="TOKEN",
        help="who sends it may read /metrics from another machine, too (default: only this one)",
    ),
    Option(
        name="root-path",
        metavar="PATH",
        help="the path, or the whole address, that a proxy in front shows the page at, such as /paint (default: /)",
    ),
    Option(
        name="auth",
        metavar="NAME:PASSWORD",
        help="ask everybody for these; others on this machine can read a command line, so better in the environment",
    ),
    Option(
        name="auth-file",
        metavar="FILE",
        help="ask everybody for a name and a password of this file, one NAME:PASSWORD a line",
    ),
    Option(
        name="tls-keyfile",
        metavar="FILE",
        help="the private key that the page is served by https with, in PEM and without a password",
    ),
    Option(name="tls-certfile", metavar="FILE", help="the certificate, and its chain, that goes with it"),
    Option(
        name="log-level",
        default=Level.INFO.value,
        choices=tuple(Level),
        help="from what weight on something is written to the log (default: %(default)s)",
    ),
    Option(
        name="log-format",
        default=Format.PLAIN.value,
        choices=tuple(Format),
        help="lines for people, or a JSON object a line (default: %(default)s)",
    ),
    Option(
        name="settings",
        metavar="FILE",
        help="a TOML file of options, such as queue-size = 5; the environment and the command line override it",
    ),
)
