"""Data quality, integration, baskets, and the items of surveys."""

from __future__ import annotations

from typing import Any

from backends import frame, plain

from published.case import ANCHORS, Anchor, anchor, public
from trainkit import metrics as m

anchor(
    "jaro_winkler",
    "Winkler 1990",
    "MARTHA, MARHTA",
    0.9611,
    0.0005,
    lambda: m.jaro_winkler("MARTHA", "MARHTA"),
)

_TEXTBOOK = {
    1: ["bread", "milk"],
    2: ["bread", "diaper", "beer", "eggs"],
    3: ["milk", "diaper", "beer", "cola"],
    4: ["bread", "milk", "diaper", "beer"],
    5: ["bread", "milk", "diaper", "cola"],
}
_ROWS = {
    "basket": [key for key, items in _TEXTBOOK.items() for _item in items],
    "item": [item for items in _TEXTBOOK.values() for item in items],
}


def _beer(backend: str, column: str) -> float:
    """The rule {diaper, milk} → beer."""
    rules = plain(m.association_rules(frame(backend, _ROWS), "basket", "item", 0.2, 0.1))
    at = list(zip(rules["if_bought"], rules["then_bought"], strict=True)).index(("diaper + milk", "beer"))
    return float(rules[column][at])


for _column, _value in (("support", 0.4), ("confidence", 0.67), ("lift", 1.11)):
    ANCHORS.append(
        Anchor(
            "association_rules",
            "Tan, Steinbach & Kumar, five baskets",
            f"{{milk, diaper}} → beer, {_column}",
            _value,
            0.005,
            lambda b, column=_column: _beer(b, column),
        )
    )


def _groceries(data: Any, backend: str) -> Any:
    return frame(backend, {c: data[c].tolist() for c in ("basket_id", "item")})


def _milk(data: Any, backend: str) -> float:
    found = plain(m.itemsets(_groceries(data, backend), "basket_id", "item", min_support=0.1, longest=1))
    return float(found["support"][found["items"].index("whole milk")])


_rules: dict[tuple[str, float], int] = {}


def _rule_count(data: Any, backend: str, confidence: float) -> int:
    if (backend, confidence) not in _rules:
        baskets = _groceries(data, backend)
        rules = plain(m.association_rules(baskets, "basket_id", "item", 0.001, confidence, longest=10))
        _rules[backend, confidence] = len(rules["n"])
    return _rules[backend, confidence]


_GROCERIES = "groceries.parquet"
public("itemsets", "arules, Groceries", "support of whole milk", 0.255516, 5e-7, _GROCERIES, _milk)
public(
    "association_rules",
    "arules, Groceries",
    "rules at support .001, confidence .5",
    5668,
    0,
    _GROCERIES,
    lambda d, b: _rule_count(d, b, 0.5),
)
public(
    "association_rules",
    "arules, Groceries",
    "rules at support .001, confidence .8",
    410,
    0,
    _GROCERIES,
    lambda d, b: _rule_count(d, b, 0.8),
)


def _perceived_value(data: Any, backend: str, standardized: bool) -> float:
    items = [c for c in data.columns if c.startswith("PERV")]
    return m.cronbach_alpha(frame(backend, {c: data[c].tolist() for c in items}), items, standardized)


for _standardized, _value in ((True, 0.824), (False, 0.817)):
    public(
        "cronbach_alpha",
        "Tenenhaus et al. 2005, perceived value",
        "standardised" if _standardized else "raw (recomputed)",
        _value,
        0.001,
        "mobi_ecsi.parquet",
        lambda d, b, standardized=_standardized: _perceived_value(d, b, standardized),
    )


def _retail_customers(data: Any, backend: str) -> float:
    """How many customers with an id Online Retail has."""
    from datetime import date

    known = data[data["CustomerID"].notna()]
    amount = known["Quantity"] * known["UnitPrice"]
    orders = {
        "customer": known["CustomerID"].tolist(),
        "at": known["InvoiceDate"].tolist(),
        "amount": amount.tolist(),
    }
    return float(
        len(
            plain(m.rfm_table(frame(backend, orders), date(2011, 12, 10), "customer", "at", "amount"))[
                "customer"
            ]
        )
    )


public(
    "rfm_table", "Online Retail (UCI 352)", "customers", 4372, 0, "online_retail.parquet", _retail_customers
)
