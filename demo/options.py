"""What the server is told beside its command line: a file of options, names and passwords, a certificate."""

from __future__ import annotations

import argparse
import os
import ssl
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "NST_"  # of an option's twin in the environment
ALONE = ("help", "settings")  # options that a file can't set
MOST_LETTERS = 100_000  # of such a file


def read_settings(path: str) -> dict[str, Any]:
    """The options of a TOML file, by their names with underscores; raises `ValueError` for what can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            read = tomllib.loads(file.read(MOST_LETTERS))
    except OSError as error:
        raise ValueError(f"the settings {path} can't be read ({error.strerror}); check the name") from error
    except (ValueError, RecursionError) as error:  # no UTF-8, or no TOML; or it is nested too deeply
        raise ValueError(f"the settings {path} aren't TOML, such as queue-size = 5 ({error})") from error
    return {name.replace("-", "_"): value for name, value in read.items()}


def set_defaults(parser: argparse.ArgumentParser, settings: Mapping[str, Any], path: str) -> None:
    """Let a file's settings count where neither the command line nor the environment says otherwise.

    Raises `ValueError` for options that there aren't, and for values of another kind.
    """
    actions = {each.dest: each for each in parser._actions if each.dest not in ALONE}  # noqa: SLF001
    for name, value in settings.items():
        if name not in actions:
            known = ", ".join(each.replace("_", "-") for each in actions)
            raise ValueError(f"{path} sets {name!r}, and there is no such option; those there are: {known}")
        is_switch = actions[name].nargs == 0
        if not isinstance(value, bool if is_switch else str | int | float) or (isinstance(value, bool) > is_switch):
            raise ValueError(
                f"{path} sets {name!r} to {value!r}, and it is {'true or false' if is_switch else 'a text'}"
            )
        if f"{PREFIX}{name.upper()}" not in os.environ:
            parser.set_defaults(**{name: value if is_switch else str(value)})


def logins(auth: str, file: str) -> list[tuple[str, str]]:
    """Names and passwords of those who may come in; none = anybody may.

    `auth`: one, NAME:PASSWORD; `file`: a file with one a line. Raises `ValueError`, which tells no password.
    """
    found = [_login(auth, "--auth")] if auth else []
    if file:
        try:
            lines = Path(file).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"the logins {file} can't be read ({error}); check --auth-file") from error
        told = [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]
        if not told:
            raise ValueError(f"the logins {file} are none; write NAME:PASSWORD, one a line")
        found += [_login(line, f"line {number} of {file}") for number, line in told]
    return found


def _login(text: str, place: str) -> tuple[str, str]:
    name, colon, password = text.strip().partition(":")
    if not (name and colon and password):
        raise ValueError(f"{place} has to be a name and a password with a colon between them, NAME:PASSWORD")
    return name, password


def check_certificate(keyfile: str, certfile: str) -> None:
    """Raise `ValueError` where TLS couldn't begin with these files; nothing is wrong with none of both."""
    if not keyfile and not certfile:
        return
    if not (keyfile and certfile):
        raise ValueError("TLS needs both, the key and the certificate: give --tls-keyfile and --tls-certfile")
    try:
        # Where the key has a password, nobody is there to be asked for it.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certfile, keyfile, password="")
    except (OSError, ValueError) as error:
        raise ValueError(f"TLS can't begin with {certfile} and {keyfile} ({error}); both are to be PEM") from error


def check_root_path(path: str) -> None:
    """Raise `ValueError` for what is neither a path, such as /paint, nor a whole address."""
    parts = urlsplit(path)
    is_address = parts.scheme in ("http", "https") and bool(parts.netloc)
    if path and (not (is_address or path.startswith("/")) or parts.query or parts.fragment or path.startswith("//")):
        raise ValueError(f"the root path is where a proxy shows the page, such as /paint, got {path!r}")
