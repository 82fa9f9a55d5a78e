"""Start the web page: `python app.py`, then open the address it prints."""

from __future__ import annotations

import sys

try:
    from nst_core.process import begin, ending_signals, quit_on_interrupt, run
except KeyboardInterrupt:  # it is Python's until then
    sys.exit(130)

if __name__ == "__main__":
    begin("app.py")  # what follows takes seconds, and is for newer Pythons

import argparse
import logging
import os
import signal
import socket
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import NoReturn

# The engine is installed without what the page needs.
if missing := [name for name in ("gradio", "matplotlib") if find_spec(name) is None]:
    print(f"app.py: error: the page needs {' and '.join(missing)}: pip install -r requirements.txt", file=sys.stderr)
    sys.exit(2)

# Before gradio is imported: it would report each start to its makers.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from starlette.middleware import Middleware

from demo.form.example_pairs import EXAMPLES
from demo.jobs.queue import MAX_WAITING
from demo.jobs.registry import RUNNERS, RunnerOptions, make_runner
from demo.jobs.runner import Runner
from demo.logs import Guarded
from demo.requests import Guard
from demo.ui import STYLESHEETS, build_ui, theme
from demo.words import I18N
from nst_core.config import TransferConfig

DEFAULT_PORT = 7860
MAX_FILE_SIZE = "50mb"
MAX_SESSIONS = 500  # whose last pictures are kept, 12 MB at the most each; Gradio's own limit is 10 000
EVERYWHERE = "0.0.0.0"


class Parser(argparse.ArgumentParser):
    """One line on what is wrong, like every other error here."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until Ctrl-C; returns the exit status, 2 for settings that can't work."""
    options = parse(arguments)
    defaults = TransferConfig(weights=options.weights)
    try:
        check(options)
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
        "NST_QUEUE_SIZE, NST_RUNNER.",
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
        default=os.environ.get("NST_RUNNER", RUNNERS[0]),
        help=f"where pictures are painted: {', '.join(RUNNERS)} (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def check(options: argparse.Namespace) -> None:
    """Raise `ValueError` for what would fail later, when the first visitor comes."""
    if not 1 <= options.port <= 65535:
        raise ValueError(f"the port must be between 1 and 65535, got {options.port}")
    if options.queue_size < 0:
        raise ValueError(f"the queue size can't be negative, got {options.queue_size}")
    try:
        with socket.create_server((options.host, options.port)):
            pass
    except OSError as error:
        address = f"{options.host}:{options.port}"
        raise ValueError(f"can't listen on {address} ({error.strerror}); choose another --host or --port") from error
    if options.mcp:
        check_tools()


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
    ui = build_ui(runner, defaults)
    # Everyone who waits holds a thread for up to a second at a time; the page itself needs some as well.
    threads = 40 + options.queue_size
    ui.queue(max_size=4 * (options.queue_size + 1), api_open=False, default_concurrency_limit=None)
    for number in ending_signals():  # SIGTERM is what a container is stopped with
        signal.signal(number, signal.default_int_handler)
    try:
        ui.launch(
            server_name=options.host,
            server_port=options.port,
            share=options.share,
            inbrowser=options.open,
            max_threads=threads,
            max_file_size=MAX_FILE_SIZE,
            state_session_capacity=MAX_SESSIONS,
            allowed_paths=[str(EXAMPLES)],
            app_kwargs={"middleware": [Middleware(Guard)]},
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
        threading.Event().wait()
    except KeyboardInterrupt:
        quit_on_interrupt("app.py")  # who presses again has no patience for the step at hand
        runner.close()
        ui.close(verbose=False)


if __name__ == "__main__":
    sys.exit(run("app.py", lambda: main))
