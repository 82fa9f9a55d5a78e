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
import math
import os
import secrets
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
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
from starlette.routing import Route

from demo.browser import thumbnails, typeface
from demo.browser.compression import PageCompression
from demo.browser.page_head import PageHead
from demo.browser.theme import theme
from demo.files import remove_unused
from demo.form.example_pairs import EXAMPLES
from demo.jobs.admission import AdmittingRunner
from demo.jobs.bounded import BoundedRunner, Bounds
from demo.jobs.metrics import Metrics
from demo.jobs.queue import Order
from demo.jobs.registry import RunnerOptions, make_runner
from demo.jobs.runner import Runner
from demo.logs import Format, Level, set_up
from demo.options.checks import bracketed, check
from demo.options.files import logins
from demo.options.parsing import parse
from demo.options.table import AUTO, LOCAL, LONGEST, LOOPBACK
from demo.paint import first_view
from demo.ui import build_ui, styles
from demo.visitors.connections import Connections, limited, most_files
from demo.visitors.farewell import CLOSING, MOST, bid_farewell, end_within
from demo.visitors.gate import Gate
from demo.visitors.health import ROUTE as HEALTH
from demo.visitors.pseudonyms import Pseudonyms
from demo.visitors.quotas import Quota, Quotas
from demo.visitors.server import Server
from demo.visitors.storage import Salts, Storage, make_storage, today
from demo.visitors.switches import Switches
from demo.visitors.uploads import MEGABYTE
from demo.words import I18N
from nst_core.config import TransferConfig

ICON = Path(__file__).with_name("demo") / "browser/icon.png"
HUGGING_FACE = "https://huggingface.co"  # which shows a Space within its own page


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the page until Ctrl-C; returns the exit status, 2 for settings that can't work."""
    options = parse(arguments)
    try:
        check(options)
        defaults = bounds(options).within(TransferConfig(weights=options.weights))
        server = make_server(options)
        server.switches.check_files()
        storage = make_storage(options.limits_store)
        # Last, since it takes longest.
        runner = admitting(options, make_runner(options.runner, of_runner(options, defaults)), server, storage)
    except ValueError as error:
        print(f"app.py: error: {error}", file=sys.stderr)
        return 2
    serve(options, runner, server, defaults)
    return 0


def admitting(options: argparse.Namespace, runner: Runner, server: Server, storage: Storage) -> AdmittingRunner:
    """The runner for jobs that this server takes."""
    quota = Quota(at_once=options.jobs_at_once, jobs=options.jobs_an_hour, seconds=options.seconds_an_hour)
    names = Pseudonyms(Salts(storage).of, today)
    return AdmittingRunner(runner, Quotas(quota, storage), server.switches, server.ending, names.of)


def of_runner(options: argparse.Namespace, defaults: TransferConfig) -> RunnerOptions:
    """What a runner is told."""
    return RunnerOptions(
        defaults=defaults,
        max_waiting=options.queue_size,
        queue_order=Order(options.queue_order),
        device=options.device,
        ray_address=options.ray_address,
        painters=options.painters,
    )


def serve(options: argparse.Namespace, runner: AdmittingRunner, server: Server, defaults: TransferConfig) -> None:
    """Run the server until it is interrupted."""
    set_up(Level(options.log_level), Format(options.log_format))
    runner.measure(defaults)
    ui = build(options, runner, defaults)
    metrics = Metrics(lambda: runner.under_way, server.listeners.count)
    metrics.listen()
    for number in ending_signals():  # SIGTERM is what a container is stopped with
        signal.signal(number, signal.default_int_handler)
    try:
        launch(ui, options, server, [metrics.route(options.metrics_token)])
        threading.Event().wait()
    except KeyboardInterrupt:
        server.ending.set()  # no more are taken, here and by whoever balances the load
        with suppress(KeyboardInterrupt):  # who asks again wants the end now
            runner.wait_until_idle(options.drain)
        quit_on_interrupt("app.py")  # who presses again has no patience for the step at hand
        end_within(MOST)
        runner.end_jobs()
        bid_farewell(server.listeners)
        server.hang_up()
        ui.close(verbose=False)
        runner.close()


def build(options: argparse.Namespace, runner: Runner, defaults: TransferConfig) -> gr.Blocks:
    """The page, with limits that suit those who can reach it."""
    ui = build_ui(BoundedRunner(runner, bounds(options)), defaults, is_live(options))
    # How many events may wait is bounded by visitors, in the gate: who fills a common queue keeps all others out.
    ui.queue(api_open=False, default_concurrency_limit=None)
    return ui


def is_live(options: argparse.Namespace) -> bool:
    """Whether the page follows what is chosen without Paint: on a processor runs would hold up all others."""
    if options.live != AUTO:
        return bool(options.live == "yes")
    from nst_core.device.select import resolve_device  # here: --help needs no torch

    return options.runner == "local" and resolve_device(options.device or None).type != "cpu"


def make_server(options: argparse.Namespace) -> Server:
    """What is known of visitors, before the first of them comes."""
    return Server(
        hosts={os.environ.get("SPACE_HOST", ""), urlsplit(os.environ.get("GRADIO_ROOT_PATH", "")).netloc},
        only_hosts=allowed_hosts(options),
        framed_by=HUGGING_FACE if os.environ.get("SPACE_ID") else "",
        largest_upload=options.max_upload_size,
        is_behind_proxy=bool(options.trusted_proxies) or options.share,
        remove_unused=remove_unused,
        switches=Switches(options.ban_file, options.closed_file),
    )


def launch(ui: gr.Blocks, options: argparse.Namespace, server: Server, routes: Sequence[Route] = ()) -> None:
    """Let visitors in; returns at once. `routes`: what is there beside the page."""
    # The server that Gradio starts reads it, and then takes a visitor's address from there.
    os.environ["FORWARDED_ALLOW_IPS"] = options.trusted_proxies or (LOOPBACK if options.share else "")
    ui.launch(
        server_name=bracketed(options.host),
        server_port=options.port,
        share=options.share,
        inbrowser=options.open,
        root_path=options.root_path or None,
        auth=guests(options) or None,
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
            "routes": [HEALTH, thumbnails.ROUTE, typeface.ROUTE, *routes],
        },
        allowed_paths=[str(EXAMPLES)],
        favicon_path=ICON,
        theme=theme(),
        css=styles(),
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
    proxies = [each.strip() for each in options.trusted_proxies.split(",") if each.strip()]
    config.http_protocol_class = limited(config.http_protocol_class, Connections(proxies, most_files()))


def guests(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Names and passwords of those who may come in; none = anybody may.

    A public link leads to this machine, so it isn't left open by oversight: a password is made, and told here.
    """
    named = logins(options.auth, options.auth_file)
    if named or not options.share or options.no_auth:
        return named
    name, password = "guest", secrets.token_urlsafe(9)
    print(f"* Who opens the link is asked for the name {name} and the password {password}", flush=True)
    return [(name, password)]


def allowed_hosts(options: argparse.Namespace) -> frozenset[str]:
    """The names that the page may be asked for by; none = any. A proxy asks by whatever name it is asked by."""
    named = frozenset(name.strip().lower() for name in options.allowed_hosts.split(",") if name.strip())
    is_local = options.host in LOCAL and not options.share and not options.trusted_proxies
    return named or frozenset(LOCAL if is_local else ())


def bounds(options: argparse.Namespace) -> Bounds:
    """What a picture may ask for."""
    is_mine = options.host in LOCAL and not options.share
    minutes = (0.0 if is_mine else LONGEST) if options.longest is None else options.longest
    return Bounds(
        longest=60 * minutes or math.inf, size=options.max_size or math.inf, steps=options.max_steps or math.inf
    )


if __name__ == "__main__":
    leave(run("app.py", lambda: main))
