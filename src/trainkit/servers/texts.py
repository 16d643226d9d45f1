"""Texts of the served pages, in the language of each request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from trainkit.i18n import _, ngettext, use_language

__all__ = ["LANGUAGE_TAGS", "failure_texts", "login_texts", "lost_texts", "page_texts", "speaking"]

#: What `<html lang>` says, so that a browser picks Chinese glyphs and a reader's voice speaks Chinese.
LANGUAGE_TAGS = {"en": "en", "zh": "zh-CN"}


@contextmanager
def speaking(lang: str) -> Iterator[str]:
    """Speak `lang` inside of the block. Nothing may be awaited in it: other requests speak otherwise."""
    use_language(lang)
    try:
        yield lang
    finally:
        use_language(None)


def page_texts() -> dict[str, str]:
    """Return what an exercise page says around its notebook, in the language in use."""
    return {
        "home": _("All lessons"),
        "lab": _("Open in JupyterLab"),
        "loading": _("Preparing the exercise"),
        "loading_detail": _("Your data is being loaded. This takes a few seconds."),
        "step": _("Step {step} of {steps}"),
        "lost": _("This page has lost its session."),
        "lost_detail": _("What you entered is kept. Reload the page to go on."),
        "offline": _("The workbook doesn't answer."),
        "offline_detail": _(
            "What you type is kept. Start the workbook again with `trainkit start`, then reload this page."
        ),
        "reload": _("Reload"),
        "broken": _("A step of this exercise has failed."),
        "broken_detail": _("What you entered is kept. Reload the page, or open the exercise in JupyterLab."),
        "stale": _("You have changed the answer since. Check it again."),
        "minute": ngettext("{n} minute left", "{n} minutes left", 1),
        "minutes": ngettext("{n} minute left", "{n} minutes left", 2),
        "over": _("The time is over. You can still hand in; your assessor sees when you did."),
        "language": _("Language"),
        "skip": _("Skip to the exercise"),
        "noscript": _("This page needs JavaScript. Please allow it for this address."),
        "slow": _("This takes longer than usual. The page may still come; if not, reload it."),
    }


def lost_texts() -> list[dict[str, str]]:
    """Return what an address says at which nothing is, in each language."""
    found = []
    for lang, tag in LANGUAGE_TAGS.items():
        with speaking(lang):
            found.append(
                {
                    "tag": tag,
                    "title": _("There is nothing at this address"),
                    "why": _("It may be mistyped, or belong to another edition."),
                    "home": _("All lessons"),
                }
            )
    return found


def login_texts() -> list[dict[str, str]]:
    """Return what is said to somebody without the token, in each language."""
    found = []
    for lang, tag in LANGUAGE_TAGS.items():
        with speaking(lang):
            found.append(
                {
                    "tag": tag,
                    "title": _("This page opens with the workbook's own address"),
                    "again": _("In a terminal, run this; it opens the workbook in your browser:"),
                    "address": _(
                        "Or open the address that it prints. It ends in a long token, new at each start."
                    ),
                    "token": _("Token"),
                    "open": _("Open"),
                    "wrong": _("This isn't the token of the workbook that runs now."),
                }
            )
    return found


def failure_texts(status: int) -> dict[str, str]:
    """Return what is said instead of an exercise page, by HTTP status, in the language in use."""
    title, detail = {
        404: (
            _("There is no such exercise."),
            _("The address may be mistyped, or the exercise belongs to another edition."),
        ),
        503: (
            _("Too many exercise pages are open."),
            _("Each open page keeps its own session. Close some of them and try again in a minute."),
        ),
    }.get(
        status,
        (
            _("The exercise page can't be shown."),
            _("Go back and open it again. If that doesn't help, stop the workbook and start it once more."),
        ),
    )
    return {"title": title, "detail": detail, "back": _("All lessons")}
