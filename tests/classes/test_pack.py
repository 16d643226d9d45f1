"""The trainees' archive runs on its own, and whoever searches it finds nothing that grading relies on."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from real import LESSONS
from revealed import decoded
from typer.testing import CliRunner

from trainkit import content
from trainkit.authoring.key import compute_key, solution
from trainkit.authoring.opening import opened
from trainkit.classes import pack
from trainkit.classes.assignment import prepare, shown
from trainkit.classes.classfolder import new_class
from trainkit.classes.classroom import Classroom
from trainkit.classes.pack import FOLDER, archive, members, personal_notebook, write_packs
from trainkit.classes.roster import read_roster
from trainkit.cli import app
from trainkit.course.catalogue import find
from trainkit.course.handing_in.card import Card, key_of
from trainkit.course.model import Key, plain
from trainkit.errors import GradingError, UnknownName

ROOT = content.checkout()
pytestmark = [
    pytest.mark.skipif(ROOT is None, reason="a class is packed from a checkout"),
    pytest.mark.slow,
]

ROSTER = "trainee,name,language\nlin-yue,林悦,zh\nchen-bo,Chen Bo,en\nzhou-min,周敏,\n"


@pytest.fixture(scope="module")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    folder = tmp_path_factory.mktemp("classes") / "spring"
    made = new_class(folder, exercises=["1-06", "3-01"])
    # The same hidden data in each run: among others, a simple fraction would be found in a chart some day.
    (made.private / "class.secret").write_text("5eed" * 16 + "\n", encoding="utf-8")
    made.roster.write_text(ROSTER, encoding="utf-8")
    settings = folder / "class.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("personal = []", 'personal = ["1-06"]'), encoding="utf-8")
    return Classroom.load(folder)


@pytest.fixture(scope="module")
def packed(classroom: Classroom):
    return write_packs(classroom, classroom.folder / "packs")


@pytest.fixture(scope="module")
def unpacked(packed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trainee")
    with zipfile.ZipFile(packed.archive) as zipped:
        assert zipped.testzip() is None
        zipped.extractall(folder)
    return folder / FOLDER


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts of all files that hold text."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in {".parquet", ".png", ".mo", ".otf", ".ttf"}:
            yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def test_it_holds_the_workbook_with_the_classes_exercises(unpacked: Path) -> None:
    files = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    top = {name.split("/")[0] for name in files}
    assert {"README.md", "README.zh-CN.md", "pyproject.toml", "constraints.txt", "Makefile", "src"} <= top
    assert top.isdisjoint({"solutions", "lessons", "tests", "benchmarks", "artifacts", ".git", ".venv"})
    exercises = {n for n in files if n.startswith("exercises/")}
    assert exercises == {
        *(f"exercises/{lang}/{id}.ipynb" for lang in ("en", "zh") for id in ("1-06", "3-01")),
        *(f"exercises/keys/{id}.json" for id in ("1-06", "3-01")),
    }
    for folder in ("notebooks", "datasets"):
        there = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.suffix not in {""}}
        assert {n for n in files if n.startswith(f"{folder}/")} == {
            name for name in there if "checkpoint" not in name and (ROOT / name).is_file()
        }
    assert not any("__pycache__" in name or name.endswith((".pyc", ".secret", ".db")) for name in files)


def test_links_of_its_readme_lead_to_what_is_in_it(unpacked: Path) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (unpacked / name).read_text(encoding="utf-8")
        targets = {t.split("#")[0] for t in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in t}
        lost = {t for t in targets if t and (ROOT / t).exists() and not (unpacked / t).exists()}
        assert lost <= {"lessons/1-06.md", "solutions/1-06.md"}, name


def secret_lines() -> set[str]:
    """Return the lines of model answers and of mistakes that are long enough to be told from others.

    Lessons teach the method and starters begin with it: a line that stands there as well gives nothing away.
    """
    hidden: set[str] = set()
    told = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "lessons").glob("*.md"))
    for path in (ROOT / "solutions").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        for pattern in (
            r"# BEGIN SOLUTION\n(.*?)# END SOLUTION",
            r"```\{code-cell\}\n:mistake: \S+\n:answer: \w+\n(.*?)```",
        ):
            for part in re.findall(pattern, text, flags=re.DOTALL):
                hidden |= {line.strip() for line in part.splitlines() if len(line.strip()) >= 30}
            text = re.sub(pattern, "", text, flags=re.DOTALL)
        told += text
    return {line for line in hidden if line not in told}


def test_no_model_answer_and_no_mistake_is_in_it(unpacked: Path) -> None:
    lines = secret_lines()
    assert len(lines) > 20
    for name, text in texts(unpacked):
        searched = text
        if name.endswith(".ipynb"):
            assert "BEGIN SOLUTION" not in text, name
            assert ":mistake:" not in text, name
            searched = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
        assert [line for line in lines if line in searched] == [], name


def numbers(key: Key) -> set[str]:
    """Return the digits of all values of a key that are long enough to be found again."""
    return digits(json.dumps([[e.value, [m.value for m in e.mistakes]] for e in key.answers.values()]))


def digits(*found: str) -> set[str]:
    return {number[:10] for text in found for number in re.findall(r"\d+\.\d{5,}", text)}


def test_no_key_is_in_it(classroom: Classroom, unpacked: Path) -> None:
    """Neither of practice nor of what counts: examination, hidden data, personal data."""
    examination, practice = (opened(solution(id, ROOT / "solutions")) for id in ("3-01", "1-06"))
    keys = [compute_key(source, source.info.variant) for source in (examination, practice)]
    keys += [p.key for p in prepare(practice, classroom.secret, classroom.private / "1-06").hidden]
    keys += [compute_key(source, 0) for source in LESSONS]
    # What a lesson computes is printed in it; a simple fraction may be one thing there and another here.
    printed = digits(*(p.read_text(encoding="utf-8") for p in unpacked.glob("notebooks/*/*.ipynb")))
    wanted = set().union(*map(numbers, keys)) - printed
    assert len(wanted) > 40
    for name, text in texts(unpacked):
        parts = decoded(text) if name.endswith(".json") else [text]
        assert {number for part in parts for number in wanted if number in part} == set(), name
    travelling = {
        id: list(json.loads((unpacked / f"exercises/keys/{id}.json").read_text(encoding="utf-8"))["practice"])
        for id in ("1-06", "3-01")
    }
    assert travelling == {"1-06": [str(find("exercise", "1-06").variant)], "3-01": []}


def test_the_search_would_find_what_it_looks_for() -> None:
    """A key as plain JSON, such as the assessor's, is found."""
    practice = opened(solution("1-06", ROOT / "solutions"))
    key = compute_key(practice, practice.info.variant)
    assert {n for n in numbers(key) if n in json.dumps(plain(key.answers))} == numbers(key) != set()
    source = (ROOT / "solutions" / "1-06.md").read_text(encoding="utf-8")
    assert any(line in source for line in secret_lines())


def test_neither_the_secret_nor_a_variant_that_follows_from_it_is_in_it(
    classroom: Classroom, packed, unpacked: Path
) -> None:
    graded = prepare(solution("1-06", ROOT / "solutions"), classroom.secret, classroom.private / "1-06")
    own = [classroom.variant(name, "1-06") for name in ("lin-yue", "chen-bo", "zhou-min")]
    everywhere = {classroom.secret, *(str(p.variant) for p in graded.hidden)}
    own = {str(classroom.variant(name, "1-06")) for name in ("lin-yue", "chen-bo", "zhou-min")}
    for name, text in texts(unpacked):
        assert {value for value in everywhere | own if value in text} == set(), name
    for path in packed.notebooks:
        text = path.read_text(encoding="utf-8")
        assert {value for value in everywhere if value in text} == set(), path
        assert sum(value in text for value in own) == 1


def test_each_trainee_gets_a_notebook_of_their_own_in_their_language(classroom: Classroom, packed) -> None:
    folder = classroom.folder / "packs"
    assert {p.relative_to(folder).as_posix() for p in packed.notebooks} == {
        "lin-yue/1-06.ipynb",
        "chen-bo/1-06.ipynb",
        "zhou-min/1-06.ipynb",
    }
    seen = set()
    source = solution("1-06", ROOT / "solutions")
    for path in packed.notebooks:
        lang = "zh" if path.parent.name == "lin-yue" else "en"
        built = json.loads((ROOT / "exercises" / lang / "1-06.ipynb").read_text(encoding="utf-8"))
        own = json.loads(path.read_text(encoding="utf-8"))
        (changed,) = [i for i, cell in enumerate(own["cells"]) if cell != built["cells"][i]]
        variant = int("".join(own["cells"][changed]["source"]).removeprefix("variant = "))
        asked = classroom.variant(path.parent.name, "1-06")
        assert variant == shown(source, asked, classroom.secret, classroom.private / "1-06").variant
        seen.add(variant)
    assert len(seen) == 3


def test_each_trainee_gets_a_card_with_a_key_and_data_of_their_own(classroom: Classroom, packed) -> None:
    cards = {path.name: Card.read(path) for path in packed.cards}
    assert set(cards) == {"lin-yue.trainkit", "chen-bo.trainkit", "zhou-min.trainkit"}
    assert len({card.key for card in cards.values()}) == 3
    assert {card.key for card in cards.values()} == {
        key_of(classroom.secret, name) for name in ("lin-yue", "chen-bo", "zhou-min")
    }
    for path in packed.cards:
        notebook = json.loads((path.parent / "1-06.ipynb").read_text(encoding="utf-8"))
        sources = ["".join(cell["source"]) for cell in notebook["cells"]]
        assert f"variant = {cards[path.name].variants['1-06']}" in sources
        assert classroom.secret not in path.read_text(encoding="utf-8")


def test_the_same_workbook_gives_the_same_bytes(tmp_path: Path) -> None:
    found = members(ROOT, ["1-06"])
    first = archive(found)
    assert archive(dict(reversed(found.items()))) == first
    with zipfile.ZipFile(io.BytesIO(first)) as zipped:
        assert {entry.date_time for entry in zipped.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert zipped.namelist() == sorted(zipped.namelist())


def test_what_lies_beside_the_workbook_stays_out(tmp_path: Path) -> None:
    for name in ("notes.md", ".env", "grades/gradebook.db", "solutions/1-06.md", "src/.secret", "src/a.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("private")
    (tmp_path / "src" / "a.py").write_text("1")
    (tmp_path / "src" / "link.py").symlink_to(tmp_path / "notes.md")
    (tmp_path / "README.md").write_text("Read me")
    assert list(members(tmp_path, ["1-06"])) == ["README.md", "src/a.py"]


def test_a_stale_exercise_is_not_packed(classroom: Classroom, tmp_path: Path, monkeypatch) -> None:
    root = tmp_path / "content"
    (root / "exercises" / "keys").mkdir(parents=True)
    for id in ("1-06", "3-01"):
        text = (ROOT / "exercises" / "keys" / f"{id}.json").read_text(encoding="utf-8")
        edition = json.loads(text)["info"]["edition"]
        (root / "exercises" / "keys" / f"{id}.json").write_text(
            text.replace(edition, "older"), encoding="utf-8"
        )
    monkeypatch.setenv("TRAINKIT_CONTENT", str(root))
    with pytest.raises(GradingError, match="Exercise 1-06 isn't built from its present source"):
        write_packs(classroom, tmp_path / "packs")


def test_two_trainees_on_the_same_variant_get_a_notebook_each(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variants are hashes: of ten thousand, two are the same now and then."""
    monkeypatch.setattr(Classroom, "variant", lambda _self, _trainee, _exercise: 7)
    own: defaultdict[str, dict[str, int]] = defaultdict(dict)
    trainees = read_roster(classroom.roster)
    written = pack._write_personal(classroom, trainees, ROOT, tmp_path, own, lambda _step: None)
    assert sorted(path.parent.name for path in written) == ["chen-bo", "lin-yue", "zhou-min"]


def test_personal_data_need_a_roster(tmp_path: Path) -> None:
    room = new_class(tmp_path, exercises=["1-06"])
    text = (tmp_path / "class.toml").read_text(encoding="utf-8")
    (tmp_path / "class.toml").write_text(
        text.replace("personal = []", 'personal = ["1-06"]'), encoding="utf-8"
    )
    with pytest.raises(GradingError, match=r"there are none in .*roster\.csv"):
        write_packs(Classroom.load(room.folder), tmp_path / "packs")


def test_an_exercise_that_does_not_exist_is_told(tmp_path: Path) -> None:
    (tmp_path / "class.toml").write_text('exercises = ["1-60"]')
    with pytest.raises(UnknownName, match="`1-60`"):
        write_packs(Classroom.load(tmp_path), tmp_path / "packs")


def test_a_notebook_without_a_parameter_cell_is_an_error() -> None:
    with pytest.raises(GradingError, match="no cell that sets `variant`"):
        personal_notebook('{"cells": [{"metadata": {}, "source": []}]}', 5)


def test_the_command_packs_a_class(classroom: Classroom, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["class", "pack", str(classroom.folder), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "Hand it to all trainees." in result.stdout
    assert "3 notebooks on personal data" in result.stdout
    with zipfile.ZipFile(tmp_path / "out" / "workbook.zip") as zipped:
        assert f"{FOLDER}/README.md" in zipped.namelist()


START = """
import json
from pathlib import Path
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener
import trainkit
from trainkit import content
from trainkit.course.catalogue import catalogue
from trainkit.servers import session
prepared = session.prepare(Path("workspace"), "en", 18970)
opener = build_opener(ProxyHandler({}), HTTPCookieProcessor())
with session.serve(prepared.plan):
    url = f"{prepared.plan.page_url}/voila/render/en/1-06.ipynb?token={prepared.plan.page_token}"
    page = opener.open(url, timeout=120)
    home = opener.open(prepared.plan.address, timeout=120).read().decode()
print(json.dumps({
    "module": trainkit.__file__, "root": str(content.root()), "checkout": content.checkout(),
    "exercises": [i.id for i in catalogue("exercise")], "page": page.status,
    "home": "3-01" in home and "Satisfaction" in home,
    "copies": sorted(p.as_posix() for p in Path("workspace").rglob("exercises/en/*.ipynb")),
}))
"""


def test_unpacked_it_starts_without_the_checkout(unpacked: Path, tmp_path: Path) -> None:
    """In an environment of its own; what it depends on is lent by this one."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    # Plain paths: the .pth files beside the lent packages, one of which leads to the checkout, don't count.
    lent = [str(unpacked / "src"), sysconfig.get_path("purelib")]
    (site / "lent.pth").write_text("\n".join(lent) + "\n", encoding="utf-8")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("TRAINKIT_", "PYTHON", "VIRTUAL_ENV"))}
    result = subprocess.run(
        [str(python), "-P", "-c", START],
        cwd=tmp_path,
        env={**clean, "TRAINKIT_CACHE": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    assert Path(told["module"]).is_relative_to(unpacked)
    assert (told["root"], told["checkout"]) == (str(unpacked), None)
    assert (told["exercises"], told["page"], told["home"]) == (["1-06", "3-01"], 200, True)
    assert told["copies"] == ["workspace/exercises/en/1-06.ipynb", "workspace/exercises/en/3-01.ipynb"]
