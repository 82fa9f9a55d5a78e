"""What is wished on one side is read on the other, each order once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from demo.jobs.zero_gpu.orders import Orders, Reader
from nst_core.config import TransferConfig

ONE, OTHER = TransferConfig(strength=10.0), TransferConfig(strength=90.0)


def test_each_order_is_read_once(tmp_path: Path) -> None:
    orders = Orders(tmp_path)
    reader = Reader(orders.path)
    assert reader.look() is None
    orders.steer(ONE)
    assert (reader.look(), reader.look()) == (ONE, None)
    orders.steer(ONE)
    orders.steer(OTHER)
    assert reader.look() == OTHER
    assert not reader.is_left
    orders.leave()
    assert reader.look() is None
    assert reader.is_left


def test_two_orders_within_a_tick_of_the_clock_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = Orders(tmp_path)
    reader = Reader(orders.path)
    for config in (ONE, OTHER):
        orders.steer(config)
        os.utime(orders.path, ns=(10**18, 10**18))
        assert reader.look() == config


def test_after_the_end_nothing_is_left_and_nothing_comes_back(tmp_path: Path) -> None:
    orders = Orders(tmp_path)
    orders.steer(ONE)
    orders.remove()
    orders.leave()
    assert orders.is_left
    assert not list(tmp_path.iterdir())
