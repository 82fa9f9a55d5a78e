"""What a visitor is called in the log and where they are counted: nobody can turn it back into an address."""

from __future__ import annotations

import hmac
from collections.abc import Callable

LENGTH = 16  # hexadecimal digits: enough that two visitors of a day have two names


def pseudonym(network: str, salt: bytes) -> str:
    """The name of a network by a day's salt; "" for nobody from outside."""
    return hmac.new(salt, network.encode(), "sha256").hexdigest()[:LENGTH] if network else ""


class Pseudonyms:
    """The names of a day, which are others on the next."""

    def __init__(self, salt_of: Callable[[str], bytes], today: Callable[[], str]) -> None:
        """`salt_of`: a day's; `today`: which day it is."""
        self._salt_of, self._today = salt_of, today

    def of(self, network: str) -> str:
        """Today's name of a network, as `demo.visitors.identity.network_of` tells it."""
        return pseudonym(network, self._salt_of(self._today()))
