"""What options name: a file of other options, names and passwords, a certificate."""

from __future__ import annotations

import ssl
import tomllib
from pathlib import Path
from typing import Any

MOST_LETTERS = 100_000  # of such a file


def read_settings(path: str) -> dict[str, Any]:
    """The options of a TOML file, by their names; raises `ValueError` for what can't be read."""
    try:
        with open(path, encoding="utf-8") as file:
            read = tomllib.loads(file.read(MOST_LETTERS))
    except OSError as error:
        raise ValueError(f"the settings {path} can't be read ({error.strerror}); check the name") from error
    except (ValueError, RecursionError) as error:  # no UTF-8, or no TOML; or it is nested too deeply
        raise ValueError(f"the settings {path} aren't TOML, such as queue-size = 5 ({error})") from error
    return {name.replace("_", "-"): value for name, value in read.items()}


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
