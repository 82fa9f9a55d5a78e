"""A user whom the system doesn't know: a number without a name, and no home."""

from __future__ import annotations

import pwd

import pytest


def without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody know where the user's home is, as in a container that runs as a random number."""

    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
