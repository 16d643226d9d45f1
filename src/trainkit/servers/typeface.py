"""The workbook's font for browsers, served beside the pages: Chinese is readable where no font for it is."""

from __future__ import annotations

from typing import Any

from tornado import web

from trainkit import fonts
from trainkit.servers.plan import HOME

__all__ = ["HANDLER"]

#: For each server, since a page asks none but its own. Pages link to `font.css`, which names the other files.
#: A font is no secret, so nobody has to be signed in.
HANDLER: tuple[Any, ...] = (
    rf"{HOME}font/([\w-]+\.(?:css|ttf))",
    web.StaticFileHandler,
    {"path": str(fonts.FOLDER)},
)
