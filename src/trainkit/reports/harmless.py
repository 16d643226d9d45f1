"""Texts of others made harmless: what a trainee wrote is shown as what it is, in HTML and in Markdown."""

from __future__ import annotations

import re
from typing import Any

from trainkit.course.present import code_spans
from trainkit.extras import needed
from trainkit.legible import visible

__all__ = ["code_html", "code_markdown", "markdown"]


#: ASCII punctuation that can mean something in some Markdown.
_SIGN = re.compile(r"[!\"#$%&'()*+./:;<=>?@\[\\\]^_`{|}~-]")

#: What readers of Markdown treat before they look for backslashes: formulas, HTML, code.
_EARLY = set("\\$<>&`")

#: Signs that end or begin a word, apostrophes, hyphens, minus signs, per cent, equal signs before words,
#: decimal points: there they mean nothing else.
_ORDINARY = re.compile(
    r"(?<=[^\W\d])\\(?:([.:;!?')])(?=[\s,;]|$)|(')(?=[^\W\d]))"
    r"|(?<=\S )\\(?:(\()(?=\w)|(%)|(-)(?=\d))|\\(=)(?= \w)|(?<=\d)\\(\.)(?=\d)"
    r"|(?<=[^\W\d_])\\(-)(?=[^\W_])|(?<=[：，])\\(-)(?=\d)"
)


def code_html(text: str) -> Any:
    """Return a text as safe HTML in which its backticks mark code, and nothing else is markup.

    Raises:
        MissingExtra: nh3 isn't installed.
    """
    with needed("grade"):
        import nh3
        from markupsafe import Markup
    return Markup(nh3.clean(code_spans(visible(text)), tags={"code", "br"}, attributes={}))


def markdown(text: str) -> str:
    r"""Return a text on one line of Markdown in which nothing is markup, a link or a formula.

    >>> markdown("[here](https://x.y)")
    '\\[here\\]\\(https\\:\\/\\/x\\.y\\)'
    """
    line = " ".join(visible(text).split())
    return _SIGN.sub(lambda sign: _meaningless(sign[0]), line)


def _meaningless(sign: str) -> str:
    """Return a sign so that it stands for itself: as an entity, or behind a backslash, which reads better."""
    return f"&#{ord(sign)};" if sign in _EARLY else f"\\{sign}"


def code_markdown(text: str) -> str:
    """Return a text on one line of Markdown in which its backticks mark code, and nothing else is markup.

    >>> code_markdown("`nps` is right: 46.7")
    '`nps` is right: 46.7'
    """
    parts = text.split("`")
    return "".join(_code(p) if i % 2 else _prose(p) for i, p in enumerate(parts))


def _code(part: str) -> str:
    line = " ".join(visible(part).split())
    # Where formulas are read, they are read inside of code, too.
    return f"`{line}`" if line and not set(line) & set("\\$") else markdown(part)


def _prose(part: str) -> str:
    """Return prose of Markdown; the signs of an ordinary sentence stay readable where they can't harm."""
    before, after = (" " if part[:1].isspace() else ""), (" " if part[-1:].isspace() else "")
    line = _ORDINARY.sub(lambda sign: sign[sign.lastindex or 0], markdown(part))
    return f"{before}{line}{after}" if line else before
