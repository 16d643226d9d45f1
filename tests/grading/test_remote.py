"""Grading elsewhere: what one task needs isn't in another one's way, and no connection is left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from submitted import INFO

from trainkit.classes.assignment import Assignment, Prepared
from trainkit.errors import SandboxError
from trainkit.grading import remote
from trainkit.grading.station import Setting


def test_what_is_asked_is_never_half_written_while_another_task_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "number.txt").write_text("7")
    monkeypatch.setenv("TRAINKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "trainkit.company.write_tables", lambda _v, _n, folder: (folder / "number.txt").write_text("7")
    )
    prepared = Prepared(7, tables, None)  # type: ignore[arg-type]
    away, digests = remote.portable(Assignment(INFO, tmp_path / "a.json", prepared, ()))
    first = remote.localized(away, digests).activity
    whole = first.read_text(encoding="utf-8")
    write = remote.activity_file
    seen: list[str] = []

    def halfway(info: Any, folder: Path) -> Path:
        path = write(info, folder)
        path.write_text(whole[:20], encoding="utf-8")
        seen.append(first.read_text(encoding="utf-8"))
        return write(info, folder)

    monkeypatch.setattr(remote, "activity_file", halfway)
    assert remote.localized(away, digests).activity == first
    assert seen == [whole] == [first.read_text(encoding="utf-8")]


def test_a_cluster_whose_workers_have_no_sandbox_is_left(monkeypatch: pytest.MonkeyPatch):
    cluster = pytest.importorskip("trainkit.grading.cluster", reason="Dask isn't installed")
    left: list[bool] = []

    class Scheduler:
        def __init__(self, *_address: Any, **_settings: Any) -> None:
            """Answer at once."""

        def wait_for_workers(self, _number: int, timeout: float) -> None:
            """Have one."""

        def register_plugin(self, _plugin: Any) -> None:
            raise SandboxError("no sandbox here")

        def close(self) -> None:
            left.append(True)

    monkeypatch.setattr(cluster, "Client", Scheduler)
    with pytest.raises(SandboxError, match="no sandbox here"):
        cluster.ClusterWorkers(Setting(), "tcp://127.0.0.1:8786")
    assert left == [True]
