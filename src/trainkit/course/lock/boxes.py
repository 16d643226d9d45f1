"""Boxes that only the right word opens: their places and keys follow from a slow hash of the word.

The word is a trainee's value, or the cell of a grid in which it lies. scrypt makes 64 bytes of it and a
salt: an address, a key to encrypt with and a key to authenticate with. Whoever has the boxes sees addresses
and noise, as many and as large as in any other chest of that kind, dummies among them. What it isn't: no
protection of a word that can be guessed. Two choices are tried in an instant, a number of three digits in
minutes; the hash is there to make a list of guesses take its time, and the boxes to make reading the file
worth nothing.

The same words and contents give the same bytes. The nonce of the encryption is its own authentication tag
(as in SIV mode), so that two editions of a box under one key tell no more than whether they're equal.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

__all__ = ["COST", "Chest", "Plain", "fill", "look", "salt"]

#: The cost of one hash as a power of two: 16 MiB and some 40 ms, which a check on the spot can spare.
COST = 14

#: Bytes of an address, of each key and of a tag.
_ADDRESS, _KEY, _TAG = 12, 26, 16

#: Plain JSON that lies in a box.
Plain = dict[str, Any]

#: Boxes as they travel: address → box, and the cost of a hash.
Chest = Mapping[str, Any]


def salt(*parts: object) -> bytes:
    """Return a salt that follows from what everybody knows: which activity, edition, variant and answer."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).digest()[:16]


def fill(contents: Mapping[str, Plain], salt: bytes, *, cost: int, least: int, step: int) -> dict[str, Any]:
    """Lay contents into boxes of one size.

    Args:
        contents: by the word that opens them.
        salt: of the chest.
        cost: of a hash, as a power of two.
        least: with dummies, the number of boxes is a multiple of it.
        step: the size of a box in bytes is a multiple of it.

    Returns:
        The chest.
    """
    words = sorted(contents)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashing doesn't hold the interpreter's lock
        secrets = list(pool.map(lambda word: _hash(word, salt, cost), words))
    texts = [json.dumps(contents[word], ensure_ascii=False, sort_keys=True).encode() for word in words]
    size = step * -(-max(map(len, texts), default=1) // step)
    boxes = {
        secret[:_ADDRESS]: _seal(secret, text.ljust(size))
        for secret, text in zip(secrets, texts, strict=True)
    }
    seed = salt + b"".join(secrets)  # unknown to whoever can't open all boxes
    for n in range(-len(boxes) % least):
        noise = hashlib.shake_256(seed + n.to_bytes(4, "big")).digest(_ADDRESS + _TAG + size)
        boxes[noise[:_ADDRESS]] = noise[_ADDRESS:]
    return {
        "cost": cost,
        "boxes": {address.hex(): b64encode(box).decode() for address, box in sorted(boxes.items())},
    }


def look(chest: Chest, word: str, salt: bytes) -> Plain | None:
    """Return what the word opens, or `None`: it takes one slow hash, whether there is a box or not."""
    secret = _hash(word, salt, int(chest["cost"]))
    box = chest["boxes"].get(secret[:_ADDRESS].hex())
    return None if box is None else _open(secret, b64decode(box))


def _hash(word: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        word.encode(errors="surrogatepass"),
        salt=salt,
        n=2**cost,
        r=8,
        p=1,
        maxmem=2**26,
        dklen=_ADDRESS + 2 * _KEY,
    )


def _seal(secret: bytes, text: bytes) -> bytes:
    tag = hmac.digest(secret[-_KEY:], text, "sha256")[:_TAG]
    return tag + _mixed(secret, tag, text)


def _open(secret: bytes, box: bytes) -> Plain | None:
    tag, text = box[:_TAG], _mixed(secret, box[:_TAG], box[_TAG:])
    if not hmac.compare_digest(tag, hmac.digest(secret[-_KEY:], text, "sha256")[:_TAG]):
        return None
    found: Plain = json.loads(text)
    return found


def _mixed(secret: bytes, tag: bytes, text: bytes) -> bytes:
    """Add the key stream to a text, or take it off again."""
    stream = hashlib.shake_256(secret[_ADDRESS:-_KEY] + tag).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, stream, strict=True))
