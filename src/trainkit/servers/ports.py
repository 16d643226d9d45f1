"""Free ports on this machine."""

from __future__ import annotations

import os
import socket

from trainkit.errors import ServerError
from trainkit.i18n import _
from trainkit.servers.plan import HOST

__all__ = ["DEFAULT_PORT", "free_port", "is_free"]

#: Jupyter's own default, which people know.
DEFAULT_PORT = 8888

#: How many ports above the wanted one are tried.
_TRIES = 100


def is_free(port: int) -> bool:
    """Return whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # On Windows the option means "share the port", elsewhere "take it over from a closed connection".
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(wanted: int) -> int:
    """Return `wanted`, or the next port above it that is free.

    Raises:
        ServerError: `wanted` isn't a port, or all that follow are occupied.
    """
    if not 1 <= wanted <= 65535:
        raise ServerError(_("A port lies between 1 and 65535. Got {port}.").format(port=wanted))
    last = min(wanted + _TRIES, 65535)
    for port in range(wanted, last + 1):
        if is_free(port):
            return port
    raise ServerError(
        _("The ports from {first} to {last} are all in use. Choose another one with `--port`.").format(
            first=wanted, last=last
        )
    )
