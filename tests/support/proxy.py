"""A connection that can be cut: a small TCP proxy in front of a server."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

AT_ONCE = struct.pack("ii", 1, 0)  # `SO_LINGER`: what is closed is reset, as by a network that is gone


class Proxy:
    """Passes on what comes to its `port` to that of a server, unless it is cut."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._is_cut = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """All connections break, and new ones are broken off at once."""
        with self._lock:
            self._is_cut = True
            for both in self._pairs:
                for each in both:
                    _reset(each)
            self._pairs.clear()

    def mend(self) -> None:
        """New connections are passed on again."""
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        """Nothing is passed on any more."""
        self.cut()
        _reset(self._listener)

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._lock:
            if self._is_cut:
                _reset(client)
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._server))
            except OSError:
                _reset(client)
                return
            self._pairs.append((client, server))
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        _pass_on(server, client)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # a server that is killed resets what it hasn't read
        _reset(target)


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
