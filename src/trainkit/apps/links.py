"""Links that need no server."""

from __future__ import annotations

import base64
from html import escape

__all__ = ["download_link"]


def download_link(name: str, text: str, label: str) -> str:
    """Return a link that saves a text as a file, with nothing fetched from anywhere."""
    # The byte-order mark tells Excel that the file is UTF-8.
    data = base64.b64encode(("\ufeff" + text).encode()).decode()
    return (
        f'<a class="tk-link" download="{escape(name)}" href="data:text/csv;base64,{data}">{escape(label)}</a>'
    )
