"""The program's options, what it refuses before it starts, and how it ends."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import httpx
import pytest
import torch
from gradio_client import Client, handle_file
from gradio_client.client import Job
from gradio_client.exceptions import AppError
from PIL import Image

import app
from demo.jobs.bounded import Bounds
from demo.jobs.registry import RUNNERS
from demo.options.parsing import parse
from demo.options.table import OPTIONS
from nst_core.config import TransferConfig
from tests.support.visits import soon

ROOT = Path(app.__file__).parent
PATIENCE = 120.0  # seconds for a start, or for a large step, on a busy machine


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No option comes from the environment that the tests run in."""
    for name in ("SPACE_ID", "SPACES_ZERO_GPU", *(twin for option in OPTIONS for twin in option.twins)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_defaults() -> None:
    options = parse([])
    assert (options.host, options.port, options.share, options.weights) == ("127.0.0.1", 7860, False, "embedded")


def test_on_zero_gpu_its_package_comes_before_all_that_it_changes() -> None:
    """It says so itself; and what has a card in view before it can't be undone."""
    source = (ROOT / "app.py").read_text("utf-8")
    later = ("import gradio", "from demo.", "from nst_core.config")
    places = [source.index(line) for line in ('import_module("spaces")', *later)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], {"127.0.0.1", "localhost", "::1"}),
        (["--allowed-hosts", "A.example, b.example"], {"a.example", "b.example"}),
        (["--share"], set()),
        (["--host", "0.0.0.0"], set()),
        (["--trusted-proxies", "127.0.0.1"], set()),
        (["--host", "0.0.0.0", "--allowed-hosts", "a.example"], {"a.example"}),
    ],
)
def test_a_page_for_this_machine_answers_to_its_names(arguments: list[str], names: set[str]) -> None:
    assert app.allowed_hosts(parse(arguments)) == names


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ([], math.inf),
        (["--host", "0.0.0.0"], 3600),
        (["--share"], 3600),
        (["--longest", "2"], 120),
        (["--host", "0.0.0.0", "--longest", "0"], math.inf),
    ],
)
def test_a_picture_may_take_as_long_as_it_needs_where_nobody_else_waits(arguments: list[str], seconds: float) -> None:
    assert app.bounds(parse(arguments)).longest == seconds


def test_a_picture_may_be_as_large_and_take_as_many_steps_as_the_operator_says() -> None:
    assert app.bounds(parse([])) == Bounds()
    assert app.bounds(parse(["--max-size", "512", "--max-steps", "200"])) == Bounds(size=512, steps=200)


def test_the_page_follows_what_is_chosen_on_a_card_or_if_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_live(*arguments: str) -> bool:
        return app.is_live(parse(arguments))

    for kind, by_itself in (("cpu", False), ("cuda", True)):
        monkeypatch.setattr("nst_core.device.select.resolve_device", lambda _, kind=kind: torch.device(kind))
        assert (is_live(), is_live("--live"), is_live("--live", "no")) == (by_itself, True, False)
        assert not is_live("--runner", "zero_gpu")  # whose seconds are a visitor's own
    for value, told in (("1", True), ("no", False)):
        monkeypatch.setenv("NST_LIVE", value)
        assert is_live() == told


def complaint(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that `arguments` are refused with."""
    try:
        code = app.main(arguments)
    except SystemExit as exit:  # argparse's own
        code = int(exit.code or 0)
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    return line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--port", "99999"], "between 1 and 65535"),
        (["--port", "http"], "a whole number, got 'http'"),
        (["--host", "203.0.113.1", "--port", "8123"], "can't listen on 203.0.113.1:8123"),
        (["--queue-size", "-1"], "between 0 and 10000, got -1"),
        (["--max-size", "64"], "at least 128, got 64"),
        (["--max-steps", "-1"], "at least 1, got -1"),
        (["--max-upload-size", "0"], "at least 1, got 0"),
        (["--longest", "-1"], "at least 0, got -1"),
        (["--longest", "nan"], "at least 0, got nan"),
        (["--trusted-proxies", "127.0.0.1, proxy.example"], "got 'proxy.example'"),
        (["--device", "abacus"], "device 'abacus' can't be used here"),
        (["--painters", "0"], "must be auto or a whole number of at least 1, got '0'"),
        (["--colour"], "unrecognized arguments"),
    ],
)
def test_bad_options_are_refused_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in complaint(arguments, capsys)


def test_missing_weights_are_refused_before_the_start(capsys: pytest.CaptureFixture[str], port: int) -> None:
    assert "nowhere.pth" in complaint(["--weights", "nowhere.pth", "--port", str(port)], capsys)


def test_an_unknown_runner_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str], port: int) -> None:
    line = complaint(["--runner", "mars", "--port", str(port)], capsys)
    assert line == f"app.py: error: there is no runner 'mars'; those there are: {', '.join(RUNNERS)}"


def test_a_port_in_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = str(server.getsockname()[1])
        assert f"127.0.0.1:{taken}" in complaint(["--port", taken], capsys)


def test_help_explains_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="^0$"):
        app.main(["--help"])
    told = capsys.readouterr().out
    for word in (*(f"--{option.name}" for option in OPTIONS), "7860", "embedded"):
        assert word in told


def test_a_shared_page_asks_for_a_password_that_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    ((name, password),) = app.guests(parse(["--share"]))
    assert len(password) >= 12
    assert app.guests(parse(["--share"])) != [(name, password)]
    assert f"the name {name} and the password {password}" in capsys.readouterr().out
    assert app.guests(parse(["--share", "--auth", "ada:x"])) == [("ada", "x")]
    assert app.guests(parse(["--share", "--no-auth"])) == app.guests(parse([])) == []
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])  # a container's, and a closed terminal's
def test_it_starts_from_anywhere_and_stops_in_good_order(port: int, tmp_path: Path, number: signal.Signals) -> None:
    with serving(port, tmp_path) as server:
        end(server, number)


@pytest.mark.weights
def test_whoever_paints_or_waits_is_told_of_the_end_amid_a_long_step(port: int, tmp_path: Path) -> None:
    with serving(port, tmp_path, OMP_NUM_THREADS="1") as server:
        url = f"http://127.0.0.1:{port}/"
        running = start_a_run(url, tmp_path)
        waiting = submitted(url, tmp_path)
        while not waiting.outputs():
            time.sleep(0.1)
        end(server, signal.SIGINT)
    for job, words in ((running, "as far as it got"), (waiting, "wasn't begun")):
        assert words in str(job.exception())
    path, numbers = running.outputs()[-1]
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", (768, 576))
    assert numbers["step"] < numbers["steps"]


@pytest.mark.weights
def test_what_was_begun_may_be_finished_and_nothing_else_begins(port: int, tmp_path: Path) -> None:
    with serving(port, tmp_path, NST_DRAIN="60", NST_LOG_FORMAT="json") as server:
        url = f"http://127.0.0.1:{port}/"
        client = Client(url, download_files=tmp_path, verbose=False)
        running = start_a_run(url, tmp_path, size=128, steps=60)
        server.send_signal(signal.SIGTERM)
        soon(lambda: httpx.get(f"{url}healthz").status_code == 503)
        with pytest.raises(AppError, match="wasn't begun"):
            submitted(url, tmp_path, client, size=128, steps=2).result(PATIENCE)
        _, numbers = running.result(PATIENCE)
        assert (numbers["step"], numbers["steps"]) == (60, 60)
        output, _ = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    (job,) = (line for line in lines if "outcome" in line)
    assert (job["outcome"], job["done"], job["size"], job["device"]) == ("finished", 60, 128, "cpu")
    assert len(job["visitor"]) == 16
    assert job["peak_memory"] > 100e6


@contextmanager
def serving(port: int, folder: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A server that answers, started in `folder`, with those variables in its environment."""
    command = [sys.executable, str(ROOT / "app.py"), "--port", str(port)]
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(folder / "cache"), **variables}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            assert "Neural style transfer" in fetch(f"http://127.0.0.1:{port}/", server)
            yield server
        finally:
            server.kill()


def end(server: subprocess.Popen[str], stop: signal.Signals) -> None:
    server.send_signal(stop)
    output, _ = server.communicate(timeout=PATIENCE)
    assert server.returncode == 0
    assert "Traceback" not in output


def submitted(url: str, folder: Path, client: Client | None = None, size: int = 768, steps: int = 1000) -> Job:
    """A run whose files come into `folder`."""
    client = client or Client(url, download_files=folder, verbose=False)
    photo, painting = (handle_file(str(ROOT / "examples" / name)) for name in ("content/cat.jpg", "style/poppies.jpg"))
    return client.submit(photo=photo, painting=painting, size=size, steps=steps, scales=1, api_name="/stylize")


def start_a_run(url: str, folder: Path, size: int = 768, steps: int = 1000) -> Job:
    """Returns amid the second step of a run, which one core takes longer for than a server waits for its threads.

    That is so at the usual size and number of steps.
    """
    job = submitted(url, folder, size=size, steps=steps)
    while not any(picture for picture, _ in job.outputs()):
        time.sleep(0.1)
        assert not job.done()
    return job


def fetch(url: str, server: subprocess.Popen[str]) -> str:
    """The page, as soon as it is served."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(url) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server didn't start")


def test_gradio_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    server = SimpleNamespace(config=SimpleNamespace(encoded_headers=[], http_protocol_class=asyncio.Protocol))
    ui: Any = SimpleNamespace(launch=lambda **given: told.update(given), share_url=None, server=server)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")  # put back at the end
    options = parse(
        [
            *("--root-path", "/paint", "--auth", "ada:x", "--tls-keyfile", "k", "--tls-certfile", "c"),
            *("--max-upload-size", "7", "--listen", "::1"),
        ]
    )
    app.launch(ui, options, app.make_server(options))
    assert (told["root_path"], told["auth"]) == ("/paint", [("ada", "x")])
    assert (told["max_file_size"], told["server_name"]) == (7_000_000, "[::1]")
    assert (told["ssl_keyfile"], told["ssl_certfile"]) == ("k", "c")


@pytest.mark.parametrize(
    ("arguments", "queue", "device"),
    [([], "round-robin", ""), (["--queue-order", "fifo", "--device", "cpu"], "fifo", "cpu")],
)
def test_a_runner_is_told(arguments: list[str], queue: str, device: str) -> None:
    told = app.of_runner(parse([*arguments, "--queue-size", "3"]), TransferConfig())
    assert (told.queue_order, told.device, told.max_waiting) == (queue, device, 3)


@pytest.mark.slow
def test_gradio_reports_to_nobody() -> None:
    probe = "import app, gradio.analytics; print(gradio.analytics.analytics_enabled())"
    run = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
