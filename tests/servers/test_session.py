"""Both servers run under one address, keep strangers out, and leave nothing behind."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from tornado.httpclient import HTTPRequest
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from tornado.websocket import websocket_connect

from servers.running import (
    BROKEN,
    Workbook,
    eventually,
    first_port,
    get,
    is_kernel,
    kernel_id,
    kernels,
    workbook,
)
from servers.test_ports import listening
from trainkit.errors import ServerError
from trainkit.kernels import client
from trainkit.kernels.forked import NAME
from trainkit.servers import children, session
from trainkit.servers.children import Child, answers
from trainkit.servers.pages import MAX_KERNELS, Pages
from trainkit.servers.plan import Plan
from trainkit.servers.ports import is_free

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory):
    with workbook(tmp_path_factory.mktemp("workbook")) as running:
        yield running


def lab(book: Workbook, path: str, **headers: str):
    return get(book.plan.lab_port, path, headers=headers)


def pages(book: Workbook, path: str, method: str = "GET", **headers: str):
    headers.setdefault("Authorization", f"token {book.plan.page_token}")
    return get(book.plan.page_port, path, method=method, headers=headers)


def test_the_one_address_opens_the_home_page_and_loses_its_token(book):
    first = lab(book, book.plan.address.removeprefix(book.plan.lab_url))
    assert (first.status, first.headers["location"]) == (302, "/trainkit/")
    page = lab(book, "/trainkit/", Cookie=first.headers["set-cookie"].split(";")[0])
    assert page.status == 200
    assert "Satisfaction at Lantai" in page.text
    assert book.plan.lab_token not in page.text
    assert book.plan.page_token not in page.text


@pytest.mark.parametrize("path", ["/trainkit/", "/trainkit/exercise/en/1-06", "/lab", "/lab/tree/lessons"])
def test_without_the_token_there_is_only_the_login(book, path):
    assert lab(book, path).headers["location"].startswith("/login?next=")


def test_the_root_leads_to_the_home_page(book):
    answer = lab(book, "/", Authorization=f"token {book.plan.lab_token}")
    assert answer.headers["location"].rstrip("?") == "/trainkit/"


def test_the_way_to_an_exercise_page_adds_its_token(book):
    answer = lab(book, "/trainkit/exercise/zh/1-06", Authorization=f"token {book.plan.lab_token}")
    assert answer.headers["location"] == book.page("1-06", "zh")


@pytest.mark.parametrize("path", ["exercise/en/9-99", "exercise/fr/1-06", "exercise/en/../../etc"])
def test_there_is_no_way_to_what_does_not_exist(book, path):
    assert lab(book, f"/trainkit/{path}", Authorization=f"token {book.plan.lab_token}").status == 404


def test_servers_listen_on_this_machine_only(book):
    for child in book.children:
        hosts = {c.laddr.ip for c in psutil.Process(child.pid).net_connections() if c.status == "LISTEN"}
        assert hosts == {"127.0.0.1"}


def test_a_page_without_its_token_leads_home(book):
    answer = pages(book, "/voila/render/en/1-06.ipynb", Authorization="token wrong")
    assert answer.status == 302
    assert answer.headers["location"].startswith(f"{book.plan.lab_url}/trainkit/")


def test_a_page_loses_its_token(book):
    answer = pages(book, f"/voila/render/en/1-06.ipynb?token={book.plan.page_token}")
    assert (answer.status, answer.headers["location"]) == (302, "/voila/render/en/1-06.ipynb")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/voila/tree", 404),
        ("/voila/tree/en", 404),
        ("/voila/api/contents", 404),
        ("/voila/files/en/1-06.ipynb", 403),
        ("/voila/files/../jupyter/data/notebook_secret", 403),
        ("/voila/files/%2e%2e/running.json", 403),
        ("/login", 404),
        ("/", 302),
    ],
)
def test_the_page_server_lists_nothing_and_gives_no_files(book, path, status):
    assert pages(book, path).status == status


@pytest.mark.parametrize(
    "path",
    [
        "../editions.json",
        "..%2f..%2flessons%2fen%2f1-06.ipynb",
        "../../lessons/en/1-06.ipynb",
        "en/9-99.ipynb",
        "en",
    ],
)
def test_only_the_exercises_are_rendered(book, path):
    answer = pages(book, f"/voila/render/{path}")
    assert answer.status == 404
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("lang", "title"),
    [("en", "There is no such exercise."), ("zh", None)],
)
def test_a_missing_page_says_so_in_its_language(book, lang, title):
    answer = pages(book, f"/voila/render/{lang}/9-99.ipynb")
    assert f'<html lang="{"en" if lang == "en" else "zh-CN"}">' in answer.text
    assert book.plan.lab_url in answer.text
    if title:
        assert title in answer.text


def test_a_visitor_can_choose_neither_template_nor_theme(book):
    answer = pages(book, "/voila/render/en/1-06.ipynb?template=lab&theme=dark")
    assert "tk-bar" in answer.text
    assert "cdn.jsdelivr.net" not in answer.text
    assert 'data-jp-theme-light="true"' in answer.text


def test_no_source_and_no_foreign_address_is_in_a_page(book):
    text = pages(book, "/voila/render/zh/1-06.ipynb").text
    assert '<html lang="zh-CN">' in text
    assert "setattr" not in text
    assert "life trainkit.apps.exercise:Page language zh" in text
    for part in text.split('"')[1::2]:
        assert not part.startswith(("http:", "https:", "//")) or part.startswith("http://127.0.0.1"), part


def test_a_failed_step_shows_no_traceback_and_no_advice_to_administrators(book):
    text = pages(book, f"/voila/render/en/{BROKEN}.ipynb").text
    assert "A step of this exercise has failed." in text
    for leak in ("ZeroDivisionError", "do not show", "Traceback", "show_tracebacks"):
        assert leak not in text


def test_a_page_that_is_left_ends_its_kernel(book):
    """With the cookie that the page set; without it the farewell is refused, and nobody else can say it."""
    page = pages(book, "/voila/render/en/1-06.ipynb")
    id = kernel_id(page.text)
    session_path, farewell = f"/trainkit/session/{id}", f"/voila/api/shutdown/{id}"
    assert json.loads(pages(book, session_path).text) == {"alive": True}

    login = pages(book, f"/voila/render/en/1-06.ipynb?token={book.plan.page_token}", Authorization="")
    cookie = login.headers["set-cookie"].split(";")[0]
    xsrf = page.headers["set-cookie"].split(";")[0]
    assert xsrf.startswith("_xsrf=")
    assert pages(book, farewell, "POST", Authorization="", Cookie=cookie).status == 403
    said = {"Cookie": f"{cookie}; {xsrf}", "X-XSRFToken": xsrf.removeprefix("_xsrf=")}
    assert pages(book, farewell, "POST", Authorization="", **said).status == 204
    assert json.loads(pages(book, session_path).text) == {"alive": False}


def test_a_dead_kernel_is_not_quietly_replaced(book):
    """Restarted, it would be empty, and the page's buttons would do nothing."""
    before = kernels(book)
    id = kernel_id(pages(book, "/voila/render/en/1-06.ipynb").text)
    [pid] = kernels(book) - before
    psutil.Process(pid).kill()
    eventually(lambda: json.loads(pages(book, f"/trainkit/session/{id}").text) == {"alive": False})


@pytest.mark.skipif(not client.supported(), reason="kernels can't be forked on this system")
def test_the_kernels_of_pages_are_forked_each_for_itself(book):
    before = kernels(book)
    for _ in range(2):
        pages(book, "/voila/render/en/1-06.ipynb")
    new = [psutil.Process(pid) for pid in kernels(book) - before]
    assert [kernel.name() for kernel in new] == [NAME, NAME]
    assert "is started, not forked" not in (book.plan.logs / "voila.log").read_text(encoding="utf-8")


def test_kernels_do_not_warn_of_a_network_that_is_not_used(book):
    pages(book, "/voila/render/en/1-06.ipynb")
    log = (book.plan.logs / "voila.log").read_text(encoding="utf-8")
    assert "Kernel started" in log
    assert "without encryption" not in log


def test_a_visitor_can_run_no_code(book):
    """The kernel's channel takes what widgets say, and refuses to execute."""
    id = kernel_id(pages(book, "/voila/render/en/1-06.ipynb").text)

    async def attack() -> list[str]:
        url = f"ws://127.0.0.1:{book.plan.page_port}/api/kernels/{id}/channels"
        request = HTTPRequest(url, headers={"Authorization": f"token {book.plan.page_token}"})
        socket = await websocket_connect(request)
        for kind, content in (
            ("execute_request", {"code": "print('breach')", "silent": False, "user_expressions": {}}),
            ("kernel_info_request", {}),
        ):
            header = {"msg_id": kind, "msg_type": kind, "session": "s", "username": "", "version": "5.4"}
            message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
            await socket.write_message(json.dumps({**message, "channel": "shell", "buffers": []}))
        seen: list[str] = []
        # The second request was taken, so the first one is answered before it or never.
        while not any("kernel_info_reply" in message for message in seen):
            seen.append(str(await socket.read_message()))
        socket.close()
        return seen

    seen = IOLoop(make_current=False).run_sync(attack, timeout=30)
    assert not any("breach" in message or "execute_reply" in message for message in seen)


def test_the_page_server_admits_no_more_than_it_can_bear(book):
    full = SimpleNamespace(
        kernel_manager=SimpleNamespace(list_kernel_ids=lambda: list(range(MAX_KERNELS))), _plan=book.plan
    )
    with pytest.raises(HTTPError) as refused:
        Pages._prepare_page(full, request=None, notebook=None, cwd="")
    assert refused.value.status_code == 503


def test_a_running_workbook_is_found_again(book):
    assert session.running(book.plan.workspace) == book.plan


def test_the_plan_of_a_later_start_is_left_alone(book, monkeypatch):
    """Of two starts at the same moment the one that ends first doesn't hide the other."""
    later = dataclasses.replace(book.plan, pid=-1)
    monkeypatch.setattr(
        session, "Child", lambda *_: SimpleNamespace(ask_to_stop=int, stop=int, wait_until_ready=len)
    )
    with session.serve(dataclasses.replace(book.plan, pid=-2)):
        later.save()
    assert Plan.load(Plan.path(book.plan.workspace)) == later
    book.plan.save()


def test_another_server_on_the_same_port_is_not_mistaken_for_it(book, tmp_path):
    other = Plan(tmp_path, "en", "me", book.plan.lab_port, book.plan.page_port, "other", "other", 1)
    other.save()
    assert session.running(tmp_path) is None


@contextlib.contextmanager
def start(*arguments: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-c",
        "from trainkit.cli import main; main()",
        "start",
        "--no-browser",
        *arguments,
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **env}
    )
    with process:
        yield process
        process.kill()


@pytest.fixture
def env(course: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    # One cache for all, or each start would make the chart script again.
    return {"TRAINKIT_CACHE": str(tmp_path_factory.getbasetemp() / "cache"), "PYTHONUNBUFFERED": "1"}


def read_until(process: subprocess.Popen[str], words: str) -> str:
    said = ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"it never said {words!r}:\n{said}")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_says_what_it_does_and_stops_cleanly(env, workspace, end):
    with listening() as port, start("--dir", str(workspace), "--port", str(port), **env) as process:
        said = read_until(process, "Ctrl-C")
        assert "6 notebooks laid." in said
        assert f"Port {port} is in use" in said
        plan = Plan.load(Plan.path(workspace))
        assert plan.lab_port > port
        assert plan.address in said

        with start("--dir", str(workspace), **env) as second:
            said, _ = second.communicate(timeout=60)
            assert second.returncode == 0
        assert plan.address in said

        process.send_signal(end)
        assert process.wait(30) == 0
        assert session.running(workspace) is None
        assert is_free(plan.lab_port)
        assert is_free(plan.page_port)
        assert not Plan.path(workspace).exists()


def test_when_the_command_is_killed_its_servers_and_kernels_go_as_well(env, workspace):
    with start("--dir", str(workspace), "--port", str(first_port() + 100), **env) as process:
        read_until(process, "Ctrl-C")
        plan = Plan.load(Plan.path(workspace))
        token = {"Authorization": f"token {plan.page_token}"}
        assert get(plan.page_port, "/voila/render/en/1-06.ipynb", headers=token).status == 200
        family = psutil.Process(process.pid).children(recursive=True)
        assert len([p for p in family if is_kernel(p)]) == 1
        process.kill()
    _gone, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
    # A plan was left behind, and is no obstacle.
    assert session.running(workspace) is None


def test_a_dead_server_is_reported_with_the_end_of_its_log(book, tmp_path):
    child = Child("Voila", "trainkit.servers.pages", tmp_path / "no plan", dict(os.environ), tmp_path / "log")
    with pytest.raises(ServerError, match="Voila has stopped") as told:
        child.wait_until_ready("http://127.0.0.1:9/")
    assert "no plan" in str(told.value)
    child.stop()


def test_a_server_that_neither_answers_nor_stops_is_reported_and_ended(monkeypatch, tmp_path):
    monkeypatch.setattr(children, "STOP_SECONDS", 1.0)
    child = Child("Lab", "http.server", Path("0"), dict(os.environ), tmp_path / "log")
    try:
        with pytest.raises(ServerError, match="doesn't answer after"):
            child.wait_until_ready("http://127.0.0.1:9/", seconds=0.5)
    finally:
        child.stop()
    assert not psutil.pid_exists(child.pid)


def test_what_does_not_listen_does_not_answer():
    assert not answers("http://127.0.0.1:9/")
