"""A plugin of pytest, by `-p`: this process is a Space with ZeroGPU, whose worker processes have no card.

The package `spaces` is the real one, and patches PyTorch and Gradio for good: that is why these tests have a process of
their own. What it would do to a card in a worker, it doesn't.
"""

from __future__ import annotations

import os

from tests.support.scheduler import Scheduler

SCHEDULER = Scheduler()
os.environ |= {
    "SPACES_ZERO_GPU": "true",
    "SPACES_ZERO_DEVICE_API_URL": SCHEDULER.start(),
    "GRADIO_ANALYTICS_ENABLED": "False",
}

import spaces.zero.torch  # noqa: E402 # it reads the environment

spaces.zero.torch.init = lambda _: None
spaces.zero.torch.move = lambda callback=None: None
