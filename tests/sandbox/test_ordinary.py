"""An ordinary kernel is ready when all that it says can be heard."""

from __future__ import annotations

import queue
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from trainkit.sandbox import ordinary


class LateListener:
    """A client whose second channel hears nothing of the first requests, as one that subscribes late does."""

    def __init__(self, deaf_to: int) -> None:
        self.asked, self._deaf_to = 0, deaf_to

    def kernel_info(self) -> str:
        self.asked += 1
        return str(self.asked)

    def get_shell_msg(self, timeout: float) -> dict[str, Any]:
        return self._message({"language_info": {"name": "python"}})

    def get_iopub_msg(self, timeout: float) -> dict[str, Any]:
        if self.asked <= self._deaf_to:
            raise queue.Empty
        return self._message({"execution_state": "busy"})

    def _message(self, content: dict[str, Any]) -> dict[str, Any]:
        return {"parent_header": {"msg_id": str(self.asked)}, "content": content}


async def alive() -> bool:
    return True


@pytest.mark.parametrize("deaf_to", [0, 1, 3])
def test_it_is_asked_until_both_channels_have_answered(deaf_to: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ordinary, "_AGAIN", 0)
    kernel: Any = ordinary._Kernel.__new__(ordinary._Kernel)
    kernel._client, kernel._stop = LateListener(deaf_to), threading.Event()
    kernel._manager = SimpleNamespace(is_alive=alive)
    assert kernel._information(time.monotonic() + 60) == {"name": "python"}
    assert kernel._client.asked == deaf_to + 1
