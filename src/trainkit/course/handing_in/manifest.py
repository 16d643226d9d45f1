"""What a hand-in file says of itself, and the proof in it: read where it is made and where it is graded.

The file is a zip archive. `manifest.json` says who, when, and for each exercise what was given on which way;
it names a hash of every other member. Its proof is a hash over all of that: keyed with the class's key where
the workspace has joined a class, plain otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

__all__ = ["FORM", "IS", "JOURNAL", "MANIFEST", "SUFFIX", "digest", "pack", "proof"]

#: What the file says it is, and in which form.
IS, FORM = "trainkit hand-in", 1

#: How its name ends.
SUFFIX = ".trainkit.zip"

#: Its members, besides the notebooks.
MANIFEST, JOURNAL = "manifest.json", "journal.jsonl"

#: The earliest moment that a zip file knows: the same work has the same bytes whenever it is packed.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def digest(data: bytes) -> str:
    """Return the hash under which a manifest names a member."""
    return hashlib.sha256(data).hexdigest()


def proof(manifest: Mapping[str, Any], key: str) -> str:
    """Return the proof of a manifest: a hash over all that it says but the proof itself.

    Args:
        manifest: as plain data.
        key: the class's, as hexadecimal digits; without one the hash only shows damage.
    """
    said = {name: value for name, value in manifest.items() if name != "proof"}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "replace"
    )
    return hmac.digest(bytes.fromhex(key), text, "sha256").hex() if key else digest(text)


def pack(manifest: Mapping[str, Any], members: Mapping[str, bytes], key: str) -> bytes:
    """Return the bytes of a hand-in file; the same content gives the same bytes.

    Args:
        manifest: without hashes and proof, which are added.
        members: name and content of everything else.
        key: the class's, or nothing.
    """
    whole = {**manifest, "members": {name: digest(data) for name, data in sorted(members.items())}}
    whole["proof"] = {"by": "class" if key else "digest", "value": proof(whole, key)}
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as zipped:
        for name, data in [(MANIFEST, text.encode("utf-8", "replace")), *sorted(members.items())]:
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever it's packed on
            entry.external_attr = 0o100644 << 16
            zipped.writestr(entry, data)
    return made.getvalue()
