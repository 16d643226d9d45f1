"""A table to look through: pages, search, summary, dictionary and the whole as a file."""

from __future__ import annotations

import base64
import re
from typing import Any

import pandas as pd
import pytest

from trainkit.apps.explorer import explorer, summarise
from trainkit.company import TABLES
from trainkit.i18n import use_language

FRAME = pd.DataFrame(
    {
        "customer_id": [f"C{n:03}" for n in range(20)],
        "type": ["B2B", "B2C", "G", "B2C"] * 5,
        "csat": pd.array([5, 4, None, 3] * 5, dtype="Int64"),
        "answered": [True, True, False, True] * 5,
        "note": ["<script>", "a.b", "axb", None] * 5,
    }
)


def parts(frame: pd.DataFrame = FRAME, name: str = "customers") -> dict[str, Any]:
    """Return the widgets of an explorer by what they are for."""
    box = explorer(name, frame).children[0]
    download, tabs = box.children
    rows, summary, columns = tabs.children
    search, back, ahead, place = rows.children[0].children
    by, what = summary.children[0].children
    return {
        "search": search, "back": back, "ahead": ahead, "place": place, "rows": rows.children[1],
        "by": by, "what": what, "summary": summary.children[1], "columns": columns, "download": download,
    }  # fmt: skip


def test_rows_are_paged_and_the_ends_are_ends() -> None:
    found = parts()
    places = [found["place"].value]
    assert found["back"].disabled
    for _page in range(2):
        found["ahead"].click()
        places.append(found["place"].value)
    assert places == ["1–8 of 20", "9–16 of 20", "17–20 of 20"]
    assert found["ahead"].disabled
    assert "C019" in found["rows"].value
    found["back"].click()
    assert found["place"].value == "9–16 of 20"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("c01", "1–8 of 10"),
        ("B2B", "1–5 of 5"),
        ("b2b", "1–5 of 5"),
        ("a.b", "1–5 of 5"),
        ("nowhere", "0–0 of 0"),
        ("(", "0–0 of 0"),
        ("  ", "1–8 of 20"),
    ],
)
def test_a_search_finds_plain_text_in_any_column(text: str, place: str) -> None:
    found = parts()
    found["ahead"].click()
    found["search"].value = text
    assert found["place"].value == place


def test_cells_are_escaped_and_missing_values_are_blank() -> None:
    rows = parts()["rows"].value
    assert "<script>" not in rows
    assert "&lt;script&gt;" in rows
    assert "NA" not in rows


def test_a_summary_counts_and_averages_by_group() -> None:
    table = summarise(FRAME, "type", "csat").set_index("type")
    assert table.loc["B2B"].tolist() == [5, 5, 5.0, 5.0]
    assert table.loc["G"].tolist()[:2] == [5, 0]
    assert table.columns.tolist() == ["rows", "values", "mean", "median"]
    assert summarise(FRAME, "type", "").set_index("type")["rows"].to_dict() == {"B2B": 5, "B2C": 10, "G": 5}


def test_a_summary_of_yes_and_no_is_a_share() -> None:
    table = summarise(FRAME, "type", "answered").set_index("type")
    assert table["mean"].to_dict() == {"B2B": 1.0, "B2C": 1.0, "G": 0.0}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_summary_that_is_offered_can_be_shown(lang: str) -> None:
    use_language(lang)
    found = parts()
    for by in found["by"].options:
        for _label, what in found["what"].options:
            found["by"].value, found["what"].value = by, what
            assert "<table" in found["summary"].value


def test_only_columns_with_few_values_make_groups() -> None:
    wide = FRAME.assign(other=range(20)).loc[FRAME.index.repeat(3)].assign(key=range(60))
    assert "key" not in parts(wide)["by"].options
    assert "type" in parts(wide)["by"].options


def test_a_frame_without_groups_or_rows_is_shown_as_well() -> None:
    assert parts(FRAME.iloc[:0])["place"].value == "0–0 of 0"
    assert parts(pd.DataFrame({"only": [1, 1]}))["summary"].value == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_dictionary_explains_every_column(name: str, lang: str) -> None:
    use_language(lang)
    text = parts(name=name)["columns"].value
    assert re.findall(r"<th scope='row'><code>(\w+)</code>", text) == list(TABLES[name].names)


def test_the_file_is_made_when_asked_for_and_holds_every_row() -> None:
    button, link = parts()["download"].children
    assert link.value == ""
    button.click()
    data = re.search(r"base64,([^\"]+)", link.value)
    assert data is not None
    text = base64.b64decode(data[1]).decode("utf-8-sig")
    assert text == FRAME.to_csv(index=False)
    assert 'download="customers.csv"' in link.value


def test_looking_changes_no_row() -> None:
    frame = FRAME.copy()
    found = parts(frame)
    found["search"].value = "B2B"
    found["what"].value = "csat"
    pd.testing.assert_frame_equal(frame, FRAME)
