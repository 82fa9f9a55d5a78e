"""Where a cluster isn't; those that are there are asked by tests/demo/jobs/ray/test_runner.py."""

from __future__ import annotations

import socket

import pytest

from nst_core.cluster import Cluster, is_reached


def test_where_nothing_listens_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray", reason="Ray isn't installed: pip install -r tests/requirements.txt")
    monkeypatch.setattr(ray, "is_initialized", lambda: False)  # other tests in this process may have a cluster
    assert not is_reached("nonsense")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert is_reached(address)
    with pytest.raises(ValueError, match=f"^no Ray cluster answers at {address}; check the address"):
        Cluster(address)
