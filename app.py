"""Start the web page: `python app.py`, then open the address it prints."""

from __future__ import annotations

import sys

try:
    from nst_core.process import begin, ending_signals, leave, quit_on_interrupt, run
except KeyboardInterrupt:  # it is Python's until then
    sys.exit(130)

if __name__ == "__main__":
    begin("app.py")  # what follows takes seconds, and is for newer Pythons

import argparse
import logging
import math
import os
import signal
import socket
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

# The engine is installed without what the page needs.
if find_spec("gradio") is None:
    print("app.py: error: the page needs gradio: pip install -r requirements.txt", file=sys.stderr)
    sys.exit(2)

# Before gradio is imported: it would report each start to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
# And it would remember who the last 10 000 events were of.
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "1")

# On a Space whose card is lent by the second this changes PyTorch and Gradio, before anything uses them.
if os.environ.get("SPACES_ZERO_GPU"):
    import_module("spaces")

import gradio as gr
from starlette.middleware import Middleware

from demo.browser import thumbnails, typeface
from demo.browser.compression import PageCompression
from demo.browser.page_head import PageHead
from demo.browser.theme import theme
from demo.files import remove_unused
from demo.form.example_pairs import EXAMPLES
from demo.form.settings import BY_NAME
from demo.jobs.bounded import BoundedRunner, Bounds
from demo.jobs.queue import MAX_WAITING
from demo.jobs.registry import RUNNERS, RunnerOptions, make_runner, usual_runner
from demo.jobs.runner import Runner
from demo.logs import Guarded
from demo.options import check_certificate, check_root_path, logins, read_settings, set_defaults
from demo.paint import first_view
from demo.ui import STYLESHEETS, build_ui
from demo.visitors.farewell import CLOSING, MOST, bid_farewell, end_within
from demo.visitors.gate import Gate
from demo.visitors.health import ROUTE as HEALTH
from demo.visitors.server import Server
from demo.visitors.uploads import LARGEST, MEGABYTE
from demo.words import I18N
from nst_core.config import TransferConfig

DEFAULT_PORT = 7860
ICON = Path(__file__).with_name("demo") / "browser/icon.png"
EVERYWHERE = "0.0.0.0"
LOOPBACK = "127.0.0.1"
LOCAL = (LOOPBACK, "localhost", "::1")
HUGGING_FACE = "https://huggingface.co"  # which shows a Space within its own page
PRIVATE = "127.0.0.1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"  # where a Space's own proxies are
LONGEST = 60.0  # minutes of a picture, where strangers wait for theirs


class Parser(argparse.ArgumentParser):
    """One line on what is wrong, like every other error here."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until Ctrl-C; returns the exit status, 2 for settings that can't work."""
    options = parse(arguments)
    try:
        check(options)
        defaults = bounds(options).within(TransferConfig(weights=options.weights))
        runner = make_runner(options.runner, RunnerOptions(defaults=defaults, max_waiting=options.queue_size))
    except ValueError as error:
        print(f"app.py: error: {error}", file=sys.stderr)
        return 2
    serve(options, runner, defaults)
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options; all but `--open` have a twin in the environment, which the command line overrides."""
    on_a_space = bool(os.environ.get("SPACE_ID"))
    parser = Parser(
        prog="app.py",
        description="Neural style transfer in the browser: a photo and a painting in, the painting appears.",
        epilog="The environment can set options too: NST_HOST, NST_PORT, NST_SHARE=1, NST_WEIGHTS, NST_MCP=1, "
        "NST_QUEUE_SIZE, NST_RUNNER, NST_TRUSTED_PROXIES, NST_ALLOWED_HOSTS, NST_LONGEST, NST_MAX_SIZE, "
        "NST_MAX_STEPS, NST_MAX_UPLOAD_SIZE, NST_ROOT_PATH, NST_AUTH, "
        "NST_AUTH_FILE, NST_TLS_KEYFILE, NST_TLS_CERTFILE; and so can a file, NST_SETTINGS.",
    )
    parser.add_argument(
        "--host",
        default=os.environ.get("NST_HOST", EVERYWHERE if on_a_space else "127.0.0.1"),
        help=f"IPv4 address to listen on; {EVERYWHERE} = reachable from other machines (default: %(default)s)",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=os.environ.get("NST_PORT", DEFAULT_PORT),
        help="port to listen on (default: %(default)s)",
    )
    parser.add_argument(
        "--share",
        action="store_true",
        default=os.environ.get("NST_SHARE", "").lower() in ("1", "true", "yes"),
        help="also get a public link that lasts a week, through Gradio's servers (needs a network)",
    )
    parser.add_argument(
        "--weights",
        default=os.environ.get("NST_WEIGHTS", TransferConfig().weights),
        help="VGG-19's parameters: embedded, torchvision, or a .safetensors or .pth file (default: %(default)s)",
    )
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument(
        "--mcp",
        action="store_true",
        default=os.environ.get("NST_MCP", "").lower() in ("1", "true", "yes"),
        help="also offer the endpoints as tools to language models, by the Model Context Protocol (needs gradio[mcp])",
    )
    parser.add_argument(
        "--queue-size",
        type=int,
        default=os.environ.get("NST_QUEUE_SIZE", MAX_WAITING),
        help="how many people may wait for their turn (default: %(default)s)",
    )
    parser.add_argument(
        "--runner",
        default=os.environ.get("NST_RUNNER", usual_runner()),
        help=f"where pictures are painted: {', '.join(RUNNERS)}, the last of them on a Space with ZeroGPU alone "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--trusted-proxies",
        metavar="ADDRESSES",
        default=os.environ.get("NST_TRUSTED_PROXIES", PRIVATE if on_a_space else ""),
        help="addresses and networks, parted by commas, of the proxies in front of this server, whose X-Forwarded-For "
        "tells where a visitor comes from; without it, all of a proxy's visitors count as one (default: none)",
    )
    parser.add_argument(
        "--allowed-hosts",
        metavar="NAMES",
        default=os.environ.get("NST_ALLOWED_HOSTS", ""),
        help="the host names, parted by commas, that browsers may ask for the page by, others get a 400; without it "
        f"those of this machine where only it is listened to, and else any (default: {', '.join(LOCAL)}, or any)",
    )
    parser.add_argument(
        "--longest",
        type=float,
        metavar="MINUTES",
        default=os.environ.get("NST_LONGEST"),
        help=f"how long a picture may take, 0 = as long as it needs (default: {LONGEST:g}, and 0 on {LOOPBACK})",
    )
    parser.add_argument(
        "--max-size",
        type=int,
        metavar="PIXELS",
        default=os.environ.get("NST_MAX_SIZE", 0),
        help="how large a picture may become, by its long side, 0 = as large as the page offers (default: %(default)s)",
    )
    parser.add_argument(
        "--max-steps",
        type=int,
        metavar="STEPS",
        default=os.environ.get("NST_MAX_STEPS", 0),
        help="how many steps a picture may take, 0 = as many as the page offers (default: %(default)s)",
    )
    parser.add_argument(
        "--max-upload-size",
        type=int,
        metavar="MB",
        default=os.environ.get("NST_MAX_UPLOAD_SIZE", LARGEST),
        help="how large a picture's file may be (default: %(default)s)",
    )
    parser.add_argument(
        "--root-path",
        metavar="PATH",
        default=os.environ.get("NST_ROOT_PATH", ""),
        help="the path, or the whole address, that a proxy in front shows the page at, such as /paint (default: /)",
    )
    parser.add_argument(
        "--auth",
        metavar="NAME:PASSWORD",
        default=os.environ.get("NST_AUTH", ""),
        help="ask everybody for these; others on this machine can read a command line, so better in the environment",
    )
    parser.add_argument(
        "--auth-file",
        metavar="FILE",
        default=os.environ.get("NST_AUTH_FILE", ""),
        help="ask everybody for a name and a password of this file, one NAME:PASSWORD a line",
    )
    parser.add_argument(
        "--tls-keyfile",
        metavar="FILE",
        default=os.environ.get("NST_TLS_KEYFILE", ""),
        help="the private key that the page is served by https with, in PEM and without a password",
    )
    parser.add_argument(
        "--tls-certfile",
        metavar="FILE",
        default=os.environ.get("NST_TLS_CERTFILE", ""),
        help="the certificate, and its chain, that goes with it",
    )
    parser.add_argument(
        "--settings",
        metavar="FILE",
        default=os.environ.get("NST_SETTINGS", ""),
        help="a TOML file of options, such as queue-size = 5; the environment and the command line override it",
    )
    return parsed(parser, arguments)


def parsed(parser: Parser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of the command line, on top of those of the file that it, or the environment, names."""
    path = parser.parse_args(arguments).settings
    if path:
        try:
            set_defaults(parser, read_settings(path), path)
        except ValueError as error:
            parser.error(str(error))
    return parser.parse_args(arguments)


def check(options: argparse.Namespace) -> None:
    """Raise `ValueError` for what would fail later, when the first visitor comes."""
    if not 1 <= options.port <= 65535:
        raise ValueError(f"the port must be between 1 and 65535, got {options.port}")
    if options.queue_size < 0:
        raise ValueError(f"the queue size can't be negative, got {options.queue_size}")
    if options.longest is not None and not 0 <= options.longest < float("inf"):
        raise ValueError(f"the longest time of a picture can't be {options.longest:g} minutes")
    least = int(BY_NAME["size"].range[0])
    if options.max_size and options.max_size < least:
        raise ValueError(f"the page's pictures have {least} pixels at least, got {options.max_size} as --max-size")
    if options.max_steps < 0:
        raise ValueError(f"a picture takes at least 1 step, got {options.max_steps} as --max-steps")
    if options.max_upload_size < 1:
        raise ValueError(f"a picture's file needs at least 1 MB, got {options.max_upload_size}; see --max-upload-size")
    check_proxies(options.trusted_proxies)
    check_root_path(options.root_path)
    check_certificate(options.tls_keyfile, options.tls_certfile)
    logins(options.auth, options.auth_file)
    try:
        with socket.create_server((options.host, options.port)):
            pass
    except OSError as error:
        address = f"{options.host}:{options.port}"
        raise ValueError(f"can't listen on {address} ({error.strerror}); choose another --host or --port") from error
    if options.mcp:
        check_tools()


def check_proxies(addresses: str) -> None:
    """Raise `ValueError` for what is neither an address nor a network: nobody would be trusted, and nobody told."""
    for address in filter(None, (each.strip() for each in addresses.split(","))):
        try:
            ip_network(address)
        except ValueError:
            example = "127.0.0.1 or 10.0.0.0/8"
            raise ValueError(f"a trusted proxy is an address or a network such as {example}, got {address!r}") from None


def check_tools() -> None:
    """Raise `ValueError` where Gradio can't offer its endpoints as tools: it would start without them."""
    try:
        import_module("mcp.server.lowlevel.helper_types")
    except ImportError as error:
        advice = "pip install 'gradio[mcp]', or leave --mcp out"
        raise ValueError(f"--mcp needs packages that aren't here ({error}): {advice}") from error


def serve(options: argparse.Namespace, runner: Runner, defaults: TransferConfig) -> None:
    """Run the server until it is interrupted."""
    sys.stderr = Guarded(sys.stderr)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    runner.measure(defaults)
    server = make_server(options)
    ui = build(options, runner, defaults)
    for number in ending_signals():  # SIGTERM is what a container is stopped with
        signal.signal(number, signal.default_int_handler)
    try:
        launch(ui, options, server)
        threading.Event().wait()
    except KeyboardInterrupt:
        quit_on_interrupt("app.py")  # who presses again has no patience for the step at hand
        end_within(MOST)
        server.ending.set()
        runner.end_jobs()
        bid_farewell(server.listeners)
        server.hang_up()
        ui.close(verbose=False)
        runner.close()


def build(options: argparse.Namespace, runner: Runner, defaults: TransferConfig) -> gr.Blocks:
    """The page, with limits that suit those who can reach it."""
    ui = build_ui(BoundedRunner(runner, bounds(options)), defaults)
    # How many events may wait is bounded by visitors, in the gate: who fills a common queue keeps all others out.
    ui.queue(api_open=False, default_concurrency_limit=None)
    return ui


def make_server(options: argparse.Namespace) -> Server:
    """What is known of visitors, before the first of them comes."""
    return Server(
        hosts={os.environ.get("SPACE_HOST", ""), urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).netloc},
        only_hosts=allowed_hosts(options),
        framed_by=HUGGING_FACE if os.environ.get("SPACE_ID") else "",
        largest_upload=options.max_upload_size,
        is_behind_proxy=bool(options.trusted_proxies) or options.share,
        remove_unused=remove_unused,
    )


def launch(ui: gr.Blocks, options: argparse.Namespace, server: Server) -> None:
    """Let visitors in; returns at once."""
    # The server that Gradio starts reads it, and then takes a visitor's address from there.
    os.environ["FORWARDED_ALLOW_IPS"] = options.trusted_proxies or (LOOPBACK if options.share else "")
    ui.launch(
        server_name=options.host,
        server_port=options.port,
        share=options.share,
        inbrowser=options.open,
        root_path=options.root_path or None,
        auth=logins(options.auth, options.auth_file) or None,
        ssl_keyfile=options.tls_keyfile or None,
        ssl_certfile=options.tls_certfile or None,
        ssl_verify=False,  # Gradio looks at its own page first, by an address that no certificate is for
        # Everyone who waits holds a thread for up to a second at a time; the page itself needs some as well.
        max_threads=40 + options.queue_size,
        max_file_size=server.largest_upload * MEGABYTE,
        app_kwargs={
            "lifespan": server.lifespan,
            "middleware": [
                Middleware(PageCompression),
                Middleware(PageHead, picture=first_view.result),
                Middleware(Gate),
            ],
            "routes": [HEALTH, thumbnails.ROUTE, typeface.ROUTE],
        },
        allowed_paths=[str(EXAMPLES)],
        favicon_path=ICON,
        theme=theme(),
        css_paths=list(STYLESHEETS),
        i18n=I18N,
        footer_links=["api"],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=options.mcp,
        prevent_thread_lock=True,
    )
    server.hosts.add(urlsplit(ui.share_url or "").netloc)
    config = ui.server.config  # which would say by what, and in which version, every page is served
    config.encoded_headers = [header for header in config.encoded_headers if header[0] != b"server"]
    config.timeout_graceful_shutdown = CLOSING


def allowed_hosts(options: argparse.Namespace) -> frozenset[str]:
    """The names that the page may be asked for by; none = any. A proxy asks by whatever name it is asked by."""
    named = frozenset(name.strip().lower() for name in options.allowed_hosts.split(",") if name.strip())
    is_local = options.host in LOCAL and not options.share and not options.trusted_proxies
    return named or frozenset(LOCAL if is_local else ())


def bounds(options: argparse.Namespace) -> Bounds:
    """What a picture may ask for."""
    is_mine = options.host in (LOOPBACK, "localhost") and not options.share
    minutes = (0.0 if is_mine else LONGEST) if options.longest is None else options.longest
    return Bounds(
        longest=60 * minutes or math.inf, size=options.max_size or math.inf, steps=options.max_steps or math.inf
    )


if __name__ == "__main__":
    leave(run("app.py", lambda: main))
