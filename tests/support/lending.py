"""A host that lends cards, in this process: what it is asked for, and what it does instead of lending one."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable, Generator

import gradio as gr
import torch

from demo.jobs.failures import Failed
from demo.jobs.zero_gpu.painting import painted
from demo.jobs.zero_gpu.pieces import Parked, Piece, Told
from nst_core.config import TransferConfig
from nst_core.network.vgg import VGG
from tests.support.networks import tiny_network

LONG_AGO = 1000.0  # seconds, after which any piece is over
# As spaces 0.51 words them.
USED_UP = gr.Error(
    "You have exceeded your free ZeroGPU quota (60s requested vs. 3s left). Try again in 1:02:03. ",
    title="ZeroGPU quota exceeded",
)
KILLED = gr.Error("GPU task aborted", title="ZeroGPU worker error")


class Host:
    """Paints a piece as a worker does: what crosses is pickled, each way."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []  # that were asked for
        self.ended = 0
        self.refusals: dict[int, gr.Error] = {}  # by how many pieces there were before
        self.killed_at: int | None = None  # record, 1 ..
        self.is_hasty = False  # a piece's seconds are over after its first step
        self.failure: Exception | None = None
        self.before_parking: Callable[[], None] = lambda: None
        self.go_on = threading.Event()  # whatever comes waits for it
        self.go_on.set()

    def paint(self, piece: Piece) -> Generator[Told, None, None]:
        self.pieces.append(piece)
        try:
            if (refusal := self.refusals.get(len(self.pieces) - 1)) is not None:
                raise refusal
            lent = time.monotonic() - LONG_AGO * self.is_hasty
            told = painted(pickle.loads(pickle.dumps(piece)), self.network_of, torch.device("cpu"), lent)
            for count, each in enumerate(self._worker(told), 1):
                if count == self.killed_at:
                    raise KILLED
                if isinstance(each, Parked):
                    self.before_parking()
                self.go_on.wait()
                yield pickle.loads(pickle.dumps(each))
        finally:
            self.ended += 1

    def _worker(self, told: Generator[Told, None, None]) -> Generator[Told, None, None]:
        try:
            yield from told
        except Exception as error:
            yield Failed.of(error)

    def network_of(self, config: TransferConfig) -> VGG:
        if self.failure is not None:
            raise self.failure
        return tiny_network(config.pooling)
