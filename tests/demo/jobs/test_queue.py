"""The line of those who wait for one place."""

from __future__ import annotations

import pytest

from demo.jobs.queue import Queue


def test_the_queue_forgets_nobody_when_a_block_fails() -> None:
    queue = Queue(1)
    with pytest.raises(KeyError), queue.join():
        raise KeyError
    with queue.join() as ticket:
        assert queue.wait(ticket, 0) == 0
