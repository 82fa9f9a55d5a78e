"""What comes from files is read whole, or refused in one sentence that tells no password."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import app
from demo.options import check_certificate, check_root_path, logins, read_settings

MAKE_CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
    *("-keyout", "key.pem", "-out", "cert.pem"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    """Writes a file of options, and tells its path."""

    def write(text: str) -> str:
        path = tmp_path / "settings.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_a_file_s_options_count_where_nothing_else_says_otherwise(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settings('port = 8001\nqueue-size = 5\nshare = true\nlongest = 2.5\nhost = "0.0.0.0"\n')
    monkeypatch.setenv("NST_QUEUE_SIZE", "6")
    for arguments in (["--settings", path], [f"--settings={path}"]):
        options = app.parse(["--port", "8002", *arguments])
        assert (options.port, options.queue_size, options.share) == (8002, 6, True)
        assert (options.longest, options.host) == (2.5, "0.0.0.0")
    monkeypatch.setenv("NST_SETTINGS", path)
    assert app.parse([]).port == 8001


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = ", "aren't TOML"),
        ("port = " + "[" * 90_000, "aren't TOML"),
        ("colour = 5", "sets 'colour', and there is no such option"),
        ("settings = 'b.toml'", "sets 'settings', and there is no such option"),
        ("share = 1", "'share' to 1, and it is true or false"),
        ("port = true", "'port' to True, and it is a text"),
        ("host = ['a']", "'host' to ['a'], and it is a text"),
        ("port = 'http'", "invalid int value: 'http'"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_line(
    settings: Any, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="^2$"):
        app.parse(["--settings", settings(text)])
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_a_file_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match=r"nowhere\.toml can't be read"):
        read_settings("nowhere.toml")


def test_every_option_can_be_set_by_the_environment_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        app.parse(["--help"])
    told = capsys.readouterr().out
    options = {*vars(app.parse([]))} - {"open"}
    assert all(f"NST_{name.upper()}" in told for name in options)


def test_logins_come_from_an_option_and_a_file(tmp_path: Path) -> None:
    path = tmp_path / "logins"
    path.write_text("# ours\nada:love:lace\n\nblaise: pascal\n")
    assert logins("", "") == []
    assert logins("kurt:x", str(path)) == [("kurt", "x"), ("ada", "love:lace"), ("blaise", " pascal")]


@pytest.mark.parametrize(
    ("auth", "text", "words"),
    [
        ("secret", None, "--auth has to be a name and a password"),
        (":secret", None, "--auth has to be"),
        ("ada:", None, "--auth has to be"),
        ("", "ada:x\nsecret\n", "line 2 of .* has to be a name and a password"),
        ("", "# nobody\n", "are none; write NAME:PASSWORD"),
        ("", "", "are none"),
    ],
)
def test_a_login_that_is_none_is_refused_without_telling_it(
    auth: str, text: str | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "logins"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValueError, match=words) as caught:
        logins(auth, "" if text is None else str(path))
    assert "secret" not in str(caught.value)


def test_logins_that_cannot_be_read_are_told() -> None:
    with pytest.raises(ValueError, match="nowhere can't be read"):
        logins("", "nowhere")


def test_a_certificate_is_tried_before_the_first_visitor(tmp_path: Path) -> None:
    try:
        subprocess.run(MAKE_CERTIFICATE, cwd=tmp_path, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("there is no openssl here")
    key, certificate, other = (str(tmp_path / name) for name in ("key.pem", "cert.pem", "other.pem"))
    Path(other).write_text("no key")
    check_certificate(key, certificate)
    check_certificate("", "")
    for files, words in (((key, ""), "needs both"), ((other, certificate), "can't begin"), ((key, "x"), "can't begin")):
        with pytest.raises(ValueError, match=words):
            check_certificate(*files)


@pytest.mark.parametrize("path", ["", "/paint", "/a/b", "https://example.org/paint"])
def test_where_a_proxy_may_show_the_page(path: str) -> None:
    check_root_path(path)


@pytest.mark.parametrize("path", ["paint", "//evil.example", "/a?b", "/a#b", "ftp://a/b", "https:///a"])
def test_where_it_cannot(path: str) -> None:
    with pytest.raises(ValueError, match="such as /paint"):
        check_root_path(path)


def test_gradio_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}
    server = SimpleNamespace(config=SimpleNamespace(encoded_headers=[], http_protocol_class=asyncio.Protocol))
    ui: Any = SimpleNamespace(launch=lambda **given: told.update(given), share_url=None, server=server)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "")  # put back at the end
    options = app.parse(
        [
            *("--root-path", "/paint", "--auth", "ada:x", "--tls-keyfile", "k", "--tls-certfile", "c"),
            *("--max-upload-size", "7"),
        ]
    )
    app.launch(ui, options, app.make_server(options))
    assert (told["root_path"], told["auth"]) == ("/paint", [("ada", "x")])
    assert told["max_file_size"] == 7_000_000
    assert (told["ssl_keyfile"], told["ssl_certfile"]) == ("k", "c")
