"""A trainee's card: what a class tells a workspace. It names the trainee, the data, and a key to sign with.

`trainkit class pack` writes a card for each trainee, `trainkit join` puts it into the workspace. It holds no
answer and nothing that leads to one: the key follows from the class secret, which can't be computed from it.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from trainkit.course.model import Info
from trainkit.errors import InputError
from trainkit.files import write_atomic
from trainkit.i18n import LANGUAGES, _

__all__ = ["SUFFIX", "Card", "card_of", "join", "join_dropped", "key_of", "own_variant"]

#: How a card's file ends.
SUFFIX = ".trainkit"

#: What a card says it is, and in which form.
_KIND, _FORM = "trainkit card", 1

#: Bytes of a card's file, and characters of a name in it.
_MOST_BYTES, _LONGEST = 100_000, 200

_ID = re.compile(r"[0-9A-Za-z-]{1,40}")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Card:
    """What a workspace knows of its class.

    Args:
        title: of the class.
        identity: a hash of the class secret: it tells two classes apart.
        trainee: the identifier on the roster.
        name: the full name; may be empty.
        key: signs what is handed in, as hexadecimal digits.
        variants: the trainee's own data, by exercise.
        lang: `en` or `zh`, or nothing if the roster doesn't say.
    """

    title: str
    identity: str
    trainee: str
    name: str
    key: str
    variants: Mapping[str, int] = field(default_factory=dict)
    lang: str = ""

    def text(self) -> str:
        """Return the text of the card's file; the same card gives the same text."""
        return (
            json.dumps(
                {"is": _KIND, "form": _FORM, **asdict(self)}, ensure_ascii=False, indent=1, sort_keys=True
            )
            + "\n"
        )

    @classmethod
    def read(cls, path: Path) -> Card:
        """Read a card.

        Raises:
            InputError: it isn't one, or it is damaged; the message says what to do.
        """
        if path.stat().st_size > _MOST_BYTES:
            raise _no_card(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
            if data.pop("is") != _KIND:
                raise _no_card(path)
            form = data.pop("form")
            card = cls(**data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _no_card(path) from error
        if form != _FORM:
            raise InputError(
                _("{path} is a card of a newer trainkit. Install the version that your class uses.").format(
                    path=path
                )
            )
        if not _sound(card):
            raise _no_card(path)
        return card


def key_of(secret: str, trainee: str) -> str:
    """Return the key with which a trainee's workspace signs, as hexadecimal digits."""
    return hmac.digest(secret.encode(), b"hand-in\0" + trainee.encode(), "sha256").hex()


def card_of(workspace: Path) -> Card | None:
    """Return the card of a workspace, or `None` where it has joined no class.

    Raises:
        InputError: the card is damaged.
    """
    path = _place(workspace)
    return Card.read(path) if path.is_file() else None


def join(workspace: Path, path: Path) -> Card:
    """Put a card into a workspace; another one that was there is replaced.

    Raises:
        InputError: it isn't a card, or it is damaged.
    """
    if not path.is_file():
        raise InputError(_("There is no file {path}.").format(path=path))
    card = Card.read(path)
    write_atomic(_place(workspace), card.text(), private=True)
    return card


def join_dropped(workspace: Path) -> Card | None:
    """Join with a card that was dropped into the workspace's folder, if exactly one is there."""
    found = []
    for path in sorted(p for p in workspace.glob(f"*{SUFFIX}") if p.is_file()):
        try:
            found.append((path, Card.read(path)))
        except (InputError, OSError):
            continue
    if len(found) != 1:
        return None
    path, card = found[0]
    return join(workspace, path) if card_of(workspace) != card else None


def own_variant(workspace: Path | None, info: Info) -> int:
    """Return the data that a trainee works on: the class's choice, else what the activity opens on."""
    card = card_of(workspace) if workspace and info.kind == "exercise" else None
    return card.variants.get(info.id, info.variant) if card else info.variant


def _place(workspace: Path) -> Path:
    return workspace / ".trainkit" / "card.json"


def _sound(card: Card) -> bool:
    """Tell whether what a card says is of the kind that it should be: it came from outside."""
    texts = (card.title, card.identity, card.trainee, card.name, card.key, card.lang)
    return (
        all(isinstance(t, str) and len(t) <= _LONGEST and t.isprintable() for t in texts)
        and bool(card.trainee.strip())
        and _HEX.fullmatch(card.key) is not None
        and card.lang in ("", *LANGUAGES)
        and isinstance(card.variants, dict)
        and all(_ID.fullmatch(id) and _is_variant(v) for id, v in card.variants.items())
    )


def _is_variant(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def _no_card(path: Path) -> InputError:
    return InputError(
        _("{path} isn't a card of a class, or it is damaged. Ask your assessor for it again.").format(
            path=path
        )
    )
