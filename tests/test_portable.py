"""What a trainee uses runs on Windows and macOS as well: nothing of Linux's is needed where it's imported.

There is no such machine here. A process that has lost what Windows lacks (modules, functions, signals, kinds
of sockets) stands for one; what other people's packages do there is theirs to know: they're imported before.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Modules, functions and constants of Python that Windows hasn't got, as far as the package could want them.
LACKING = {
    "modules": ("fcntl grp posix pty pwd readline resource syslog termios tty"),
    "os": (
        "chown chroot eventfd fchmod fchown fork forkpty getegid geteuid getgid getgroups getpgid "
        "getpriority getresgid getresuid getsid getuid initgroups killpg lchown memfd_create mkfifo "
        "mknod nice openpty pidfd_open pipe2 posix_spawn pread pwrite register_at_fork sched_getaffinity "
        "sched_setaffinity sendfile setgid setpgid setresgid setresuid setsid setuid statvfs sysconf "
        "uname wait wait3 wait4 waitid O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK WNOHANG"
    ),
    "signal": (
        "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 SIGWINCH "
        "SIG_BLOCK SIG_SETMASK SIG_UNBLOCK alarm pthread_kill pthread_sigmask setitimer sigtimedwait "
        "sigwait"
    ),
    "socket": (
        "AF_UNIX CMSG_SPACE MSG_DONTWAIT SCM_RIGHTS SOCK_CLOEXEC SOCK_SEQPACKET SO_PEERCRED recv_fds send_fds"
    ),
}

#: Takes away what is lacking, with all of trainkit forgotten, so that it's imported anew.
BEREFT = f"""
import importlib, os, pkgutil, signal, socket, sys
import trainkit
lacking = {LACKING!r}
names = [m.name for m in pkgutil.walk_packages(trainkit.__path__, "trainkit.") if ".versions" not in m.name]
names = [name for name in names if name not in ("trainkit.__main__", "trainkit.gradebook.migrations.env")]
for name in names:
    importlib.import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] == "trainkit"]:
    del sys.modules[name]
for name in lacking["modules"].split():
    sys.modules[name] = None
for module in (os, signal, socket):
    for name in lacking[module.__name__].split():
        vars(module).pop(name, None)
sys.platform = "win32"
"""


def bereft(code: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", BEREFT + code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_every_module_can_be_imported_without_what_windows_lacks() -> None:
    """The sandbox as well: it's asked whether it can be had, and says no."""
    code = """
faults = []
for name in names:
    try:
        importlib.import_module(name)
    except Exception as error:
        faults.append((name, repr(error)))
print(faults)
"""
    assert bereft(code) == "[]\n"


def test_the_loss_is_felt() -> None:
    code = "print(hasattr(os, 'fork'), hasattr(signal, 'SIGKILL'), hasattr(socket, 'AF_UNIX'))\nimport fcntl"
    with pytest.raises(AssertionError, match="ModuleNotFoundError"):
        bereft(code)
    assert bereft(code.partition("\n")[0]) == "False False False\n"


@pytest.mark.slow
def test_a_workspace_is_laid_and_an_answer_checked_and_kept(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from trainkit.servers import session
prepared = session.prepare(Path(os.environ["WORKSPACE"]), "zh", 18990)
print(len(prepared.laid.new) > 5, Path(prepared.plan.workspace, "exercises", "zh", "1-06.ipynb").is_file())
from trainkit import Exercise, startup
from trainkit.kernels import client
startup.prepare()
ex = Exercise("1-06", variant=0)
ex.answer(nps=0.0)
print(len(ex.table("surveys")) > 100, client.supported())
"""
    said = bereft(code, WORKSPACE=str(tmp_path / "workspace"), TRAINKIT_WORKSPACE=str(tmp_path / "workspace"))
    assert said.splitlines()[0] == "True True"
    assert said.splitlines()[-1] == "True False"


@pytest.mark.slow
def test_the_doctor_says_that_grading_has_no_sandbox_there(tmp_path: Path) -> None:
    code = """
from pathlib import Path
from trainkit.servers import doctor
for finding in doctor.examine(Path(os.environ["WORKSPACE"])):
    print(finding.state, finding.what)
"""
    said = bereft(code, WORKSPACE=str(tmp_path)).splitlines()
    assert [line for line in said if line.startswith("failure")] == []
    assert any(line.startswith("warning Submissions can't be graded in a sandbox") for line in said)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_says_how_it_begins_on_windows_and_what_does_not_work_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    (block,) = (part.partition("```")[0] for part in text.split("```powershell\n")[1:])
    lines = block.strip().splitlines()
    assert lines[0] == "py -m venv .venv"
    assert all(line.startswith(r".venv\Scripts\python -m ") for line in lines[1:])
    assert "trainkit start" in lines[-1]
    assert "/" not in block
    assert "WSL" in text
