"""Whose a session is: of the browser, or the network, that named it first. Who merely knows the name gets nothing."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

from demo.visitors.identity import network_of

COOKIE = "nst-visitor"
SECRET = range(16, 101)  # letters of a cookie
FORGOTTEN_AFTER = 600.0  # seconds without a call, of a session that nobody has open and of which nothing is kept
MOST_OF_A_NETWORK = 2000  # sessions


@dataclass(frozen=True)
class Caller:
    """Who makes a request."""

    network: str
    browser: str = ""  # the secret in its cookie, which stays when the network changes; "" for programs

    def is_same(self, other: Caller) -> bool:
        """Whether `other`, who comes later, is this one: by the cookie, or by the network where there was none."""
        if self.browser:
            return secrets.compare_digest(self.browser, other.browser)
        return self.network == other.network


def caller_of(request: HTTPConnection) -> Caller:
    """Who makes a request; a cookie that could be guessed is none."""
    cookie = request.cookies.get(COOKIE, "")
    return Caller(network_of(request.client.host) if request.client else "", cookie if len(cookie) in SECRET else "")


@dataclass
class Claim:
    """A session that somebody has named."""

    caller: Caller
    used: float  # when it was last, in seconds of `time.monotonic`


class TooManySessionsError(Exception):
    """A network has named as many as it may."""


class Owners:
    """Who named which session first."""

    def __init__(self, is_used: Callable[[str], bool] = lambda session: False) -> None:
        """`is_used`: whether somebody has a session open, or something is kept of it."""
        self._is_used = is_used
        self._claims: dict[str, Claim] = {}
        self._counts: Counter[str] = Counter()  # by network

    def is_of(self, session: str, caller: Caller) -> bool:
        """Whether a session is the caller's, as is one that nobody has named yet.

        Raises `TooManySessionsError` where that would be one too many.
        """
        claim = self._claims.get(session)
        if claim is None:
            claim = self._claim(session, caller)
        elif not claim.caller.is_same(caller):
            return False
        claim.used = time.monotonic()
        return True

    def has(self, session: str, caller: Caller) -> bool:
        """Whether a session is known as the caller's."""
        claim = self._claims.get(session)
        return claim is not None and claim.caller.is_same(caller)

    def network_of(self, session: str) -> str:
        """Where it was named; "" where it wasn't."""
        claim = self._claims.get(session)
        return claim.caller.network if claim else ""

    def forget_unused(self) -> None:
        """Sessions of which nothing is left may be named by anybody again."""
        before = time.monotonic() - FORGOTTEN_AFTER
        for session, claim in list(self._claims.items()):
            if claim.used < before and not self._is_used(session):
                self._forget(session)

    def _claim(self, session: str, caller: Caller) -> Claim:
        if self._counts[caller.network] >= MOST_OF_A_NETWORK:
            self._forget_one_of(caller.network)
        self._counts[caller.network] += 1
        claim = self._claims[session] = Claim(caller, time.monotonic())
        return claim

    def _forget_one_of(self, network: str) -> None:
        """The network's oldest that isn't in use."""
        for session, claim in self._claims.items():
            if claim.caller.network == network and not self._is_used(session):
                self._forget(session)
                return
        raise TooManySessionsError

    def _forget(self, session: str) -> None:
        claim = self._claims.pop(session)
        self._counts[claim.caller.network] -= 1
        if not self._counts[claim.caller.network]:
            del self._counts[claim.caller.network]
