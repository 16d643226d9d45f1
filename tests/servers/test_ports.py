"""An occupied port is no obstacle."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from trainkit.errors import ServerError
from trainkit.servers import ports


@contextmanager
def listening(port: int = 0) -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_on_which_a_server_listens_is_not_free():
    with listening() as port:
        assert not ports.is_free(port)
    assert ports.is_free(port)


def test_the_next_free_port_is_taken():
    with listening() as port:
        found = ports.free_port(port)
        assert port < found <= port + 100
        assert ports.is_free(found)


def test_a_free_port_is_taken_as_it_is():
    with listening() as port:
        pass
    assert ports.free_port(port) == port


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(ServerError, match=str(port)):
        ports.free_port(port)


def test_when_all_ports_are_occupied_the_option_is_named(monkeypatch):
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(ServerError, match="--port"):
        ports.free_port(8888)
