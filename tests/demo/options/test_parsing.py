"""Where an option comes from: what is typed counts before the environment, that before a file, that before a preset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from demo.options.parsing import make_parser, parse
from demo.options.table import OPTIONS, PRIVATE, PUBLIC


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """No option comes from the environment that the tests run in."""
    for name in ("SPACE_ID", "SPACES_ZERO_GPU", *(twin for option in OPTIONS for twin in option.twins)):
        monkeypatch.delenv(name, raising=False)


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
        options = parse(["--port", "8002", *arguments])
        assert (options.port, options.queue_size, options.share) == (8002, 6, True)
        assert (options.longest, options.host) == (2.5, "0.0.0.0")
    monkeypatch.setenv("NST_SETTINGS", path)
    assert parse([]).port == 8001


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = ", "aren't TOML"),
        ("port = " + "[" * 90_000, "aren't TOML"),
        ("open = true", "sets 'open', and there is no such option"),
        ("queue-order = 'any'", "one of round-robin, fifo, got 'any'"),
        ("colour = 5", "sets 'colour', and there is no such option"),
        ("settings = 'b.toml'", "sets 'settings', and there is no such option"),
        ("share = 1", "'share' to 1, and it is true or false"),
        ("port = true", "'port' to True, and it is a text or a number"),
        ("host = ['a']", "'host' to ['a'], and it is a text or a number"),
        ("port = 'http'", "a whole number, got 'http'"),
        ('host = "a\\u0000b"', r"it is a text without NUL, got 'a\x00b'"),
        ("drain = 1e21", "between 0 and 86400, got 1e+21"),
        ("queue-size = 20000", "between 0 and 10000, got 20000"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_line(
    settings: Any, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="^2$"):
        parse(["--settings", settings(text)])
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line


def test_every_option_can_be_set_by_the_environment_and_says_so() -> None:
    told = make_parser().format_help().split("The environment")[1]
    assert all((option.twins[0] in told) is not option.is_only_typed for option in OPTIONS)


@pytest.mark.parametrize("option", [each for each in OPTIONS if not each.is_only_typed and each.name != "settings"])
def test_each_means_the_same_typed_in_the_environment_and_in_a_file(
    option: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = option.choices[-1] if option.choices else "444"
    arguments = [f"--{option.name}"] if option.kind is bool else [f"--{option.name}", text]
    typed = getattr(parse(arguments), option.key)
    assert typed != getattr(parse([]), option.key)
    quoted = "true" if option.kind is bool else f"'{text}'"
    assert getattr(parse(["--settings", settings(f"{option.name} = {quoted}")]), option.key) == typed
    monkeypatch.setenv(option.twins[-1], "1" if option.kind is bool else text)
    assert getattr(parse([]), option.key) == typed


@pytest.mark.parametrize("option", [each for each in OPTIONS if each.kind in (int, float) or each.choices])
def test_what_it_cannot_be_is_refused_in_one_line_wherever_it_comes_from(
    option: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for value in ("x", "nan", "-1", "1e400"):
        file = settings(f"{option.name} = '{value}'")
        monkeypatch.setenv(option.twins[0], value)
        ways = [["--settings", file], []]
        for arguments in ([f"--{option.name}={value}"], *ways):
            with pytest.raises(SystemExit, match="^2$"):
                parse(arguments)
            (line,) = capsys.readouterr().err.splitlines()
            assert f"argument --{option.name}" in line
        monkeypatch.delenv(option.twins[0])
        with pytest.raises(SystemExit, match="^2$"):
            parse(["--settings", file])
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_to_listen_without_an_address_is_to_listen_everywhere(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse(["--listen"]).host == parse(["--settings", settings("listen = true")]).host == "0.0.0.0"
    assert parse(["--listen", "::", "--host", "127.0.0.1"]).host == "::"
    assert parse(["--settings", settings("listen = false")]).host == "127.0.0.1"
    monkeypatch.setenv("NST_LISTEN", "1")
    assert parse([]).host == "0.0.0.0"


def test_a_page_for_strangers_has_bounds_each_of_which_can_be_another(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in (parse(["--public"]), parse(["--settings", settings("public = true")])):
        assert {name: getattr(options, name) for name in PUBLIC} == PUBLIC
    monkeypatch.setenv("NST_MAX_STEPS", "50")
    options = parse(["--public", "--max-size", "0", "--settings", settings("queue-size = 7")])
    assert (options.max_size, options.max_steps, options.queue_size) == (0, 50, 7)
    assert options.max_upload_size == PUBLIC["max_upload_size"]


def test_a_space_is_reachable_and_all_come_through_its_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "someone/something")
    assert (parse([]).host, parse([]).trusted_proxies) == ("0.0.0.0", PRIVATE)
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    assert parse([]).runner == "zero_gpu"


def test_names_are_written_whole(capsys: pytest.CaptureFixture[str]) -> None:
    """What begins like one today might mean another tomorrow."""
    with pytest.raises(SystemExit, match="^2$"):
        parse(["--queue", "3"])
    assert "unrecognized arguments" in capsys.readouterr().err
