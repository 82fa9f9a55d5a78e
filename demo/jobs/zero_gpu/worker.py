"""What runs where the card is: a process that `spaces` forks from the page's, and uses again for later pieces."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator
from dataclasses import replace

import psutil
import spaces

from demo.jobs.failures import Failed
from demo.jobs.zero_gpu.painting import painted
from demo.jobs.zero_gpu.pieces import Piece, Told
from nst_core.config import Pooling, TransferConfig
from nst_core.device.select import resolve_device
from nst_core.network.vgg import VGG, load_vgg19

logger = logging.getLogger(__name__)

# Filled before the fork, so that each process has them already, and moves only those to the card that it uses.
_networks: dict[tuple[str, Pooling], VGG] = {}
_pieces = 0  # that this process has had


def prepare(defaults: TransferConfig) -> None:
    """Load what most jobs need, in the page's process; raises `ValueError` for weights that aren't there."""
    for pooling in Pooling:
        network_of(replace(defaults, pooling=pooling))


def network_of(config: TransferConfig) -> VGG:
    """The network that a config asks for."""
    key = config.weights, config.pooling
    if key not in _networks:
        _networks[key] = load_vgg19(*key)
    return _networks[key]


def seconds_of(piece: Piece) -> int:
    """For how long a piece's card is to be lent."""
    return piece.seconds


@spaces.GPU(duration=seconds_of)
def paint(piece: Piece) -> Generator[Told, None, None]:
    """What comes of a piece: on a card, in another process, for at most `piece.seconds`."""
    lent = _lent()
    try:
        yield from painted(piece, network_of, resolve_device(None), lent)
    except Exception as error:
        yield Failed.of(error)
        if not isinstance(error, ValueError):
            logger.exception("a piece failed")
            raise  # who knows what is left of a process in which something broke: it isn't used again


def _lent() -> float:
    """Since when this process has its card, by `time.monotonic`: a new one was made for the loan."""
    global _pieces
    _pieces += 1
    age = time.time() - psutil.Process().create_time() if _pieces == 1 else 0.0
    return time.monotonic() - age
