"""The customers as the sales and the service system and a credit agency hold them (F4, F5, F8).

Of the sales system's records an exact share agrees with the service system letter by letter (F4). The others
differ in writing only (a blank, a dash, a prefix: cleaning makes them agree), differ in substance, have lost
their link, or have no counterpart. Missing phones and regions stand among those that don't agree.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.baskets import baskets_of, orders
from trainkit.company.simulation.block import Block, part
from trainkit.company.simulation.calendar import DAYS, NEVER, QUARTERS, YEAR_2025, at
from trainkit.company.simulation.customers import register_of
from trainkit.company.simulation.frames import numbered
from trainkit.company.simulation.levels import REGIONS
from trainkit.company.simulation.people import B2C, people_of
from trainkit.company.simulation.streams import chosen, split, stream
from trainkit.company.simulation.tickets import DAY

__all__ = ["credit", "records_of", "sales", "service", "service_orders"]

#: How a pair of records stands: letter by letter equal, equal after cleaning, different, link lost, alone.
_EQUAL, _WRITING, _DIFFERENT, _UNLINKED, _ALONE = range(5)
#: Shares of the four that don't agree.
_REST = np.array([0.42, 0.27, 0.17, 0.14])
_TWICE = 0.016


@part
def records_of(block: Block) -> dict[str, np.ndarray]:
    """Draw the sales records and, beside each, what the service system has."""
    rng, people, size = block.rng("systems"), people_of(block), block.size
    twice = chosen(rng, np.ones(size), round(_TWICE * size))
    customer = rng.permutation(np.concatenate([np.arange(size), twice]))
    n = customer.size
    copy = np.ones(n, dtype=bool)
    copy[np.unique(customer, return_index=True)[1]] = False
    agree = round(block.level("F4", 0.58, 0.72, 0.65, 0.012) * n)
    standing = np.full(n, _ALONE)
    rows = rng.permutation(np.flatnonzero(~copy))
    alone = max(round(_REST[3] * (n - agree)) - int(copy.sum()), 0)
    sizes = [agree, *split(rows.size - agree - alone, _REST[:3]), alone]
    standing[rows] = np.repeat(np.arange(5), sizes)
    base = register_of(block)
    phone = _phones(rng, n, people.kind[customer])
    return {
        "customer": customer,
        "standing": standing,
        "copy": copy,
        "name": base["name_zh"][customer],
        "phone": phone,
        "region": base["region"][customer],
        "latin": base["name"][customer],
        "status": np.where(people.end[customer] < NEVER, "ended", "active").astype(object),
        "changed": rng.integers(-200 * DAY, (DAYS - 3) * DAY, n),
    }


def _phones(rng: np.random.Generator, n: int, kind: np.ndarray) -> np.ndarray:
    """Invent numbers: no real mobile number begins with 10, no area code with 09."""
    mobile = [
        f"10{a}{b:08d}" for a, b in zip(rng.integers(10, size=n), rng.integers(10**8, size=n), strict=True)
    ]
    desk = [
        f"09{a:02d}-{b:07d}"
        for a, b in zip(rng.integers(100, size=n), rng.integers(10**7, size=n), strict=True)
    ]
    return np.where(
        (kind == B2C) | (rng.random(n) < 0.5), np.array(mobile, dtype=object), np.array(desk, dtype=object)
    )


def sales(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `sales_system`."""
    pairs, rng, people = records_of(block), block.rng("sales_system"), people_of(block)
    n, customer, loose = pairs["customer"].size, pairs["customer"], pairs["standing"] != _EQUAL
    name = pairs["name"].copy()
    for row in np.flatnonzero(pairs["copy"]).tolist():
        name[row] = _misspelt(name[row], rng.random())
    email = np.array(
        [f"{latin.split()[-1].lower()}{number:03d}@{host}" for latin, number, host in zip(
            pairs["latin"], (customer * 7 % 1000).tolist(),
            np.array(["example.com", "example.net", "example.org"])[rng.integers(3, size=n)], strict=True)],
        dtype=object,
    )  # fmt: skip
    phone, region = pairs["phone"].copy(), pairs["region"].copy()
    phone[chosen(rng, loose * 1.0, round(block.level("F8 phone", 0.022, 0.045, 0.032, 0.002) * n))] = None
    region[chosen(rng, loose * 1.0, round(block.level("F8 region", 0.012, 0.024, 0.016, 0.001) * n))] = None
    email[rng.random(n) < 0.07] = None
    employees = _noted(block, rng)[customer]
    return {
        "sales_id": _sales_ids(block, n),
        "customer": customer,
        "name": name,
        "phone": phone,
        "email": email,
        "region": region,
        "employees": np.where(people.kind[customer] == B2C, np.nan, employees),
        "status": pairs["status"],
        "changed_at": _time(pairs["changed"]),
    }


def _sales_ids(block: Block, n: int) -> np.ndarray:
    """Numbers of the sales records: blocks leave room for their double records."""
    return numbered("XS", 100_001 + block.first + block.first // 20 + np.arange(n), 6)


def _time(seconds: np.ndarray) -> np.ndarray:
    return at(seconds // DAY, seconds % DAY)


def _misspelt(name: str, draw: float) -> str:
    """Write a name in another way."""
    ways = (name + "有限公司", name[:2] + " " + name[2:], "（" + name[:2] + "）" + name[2:], name + "（新）")
    return ways[int(draw * len(ways))]


def _staff(block: Block) -> np.ndarray:
    """Number of employees of each customer, as the register has it."""
    rng, people = block.rng("employees"), people_of(block)
    return np.maximum(np.rint(70 * people.scale**1.3 * np.exp(rng.normal(0, 0.6, block.size))), 5)


def _noted(block: Block, rng: np.random.Generator) -> np.ndarray:
    """Employees as a salesperson noted them: an exact share is off by more than 5 % (F8)."""
    true = _staff(block)
    business = people_of(block).kind != B2C
    near = np.rint(true * (1 + rng.uniform(-0.045, 0.045, true.size)))
    # Rounding must not carry a small number past the 5 %.
    near = np.where(np.abs(near - true) > 0.05 * true, true, near)
    share = block.level("F8 accuracy", 0.07, 0.16, 0.11, 0.008)
    wrong = chosen(rng, business * 1.0, round(share * business.sum()))
    factor = np.where(
        rng.random(wrong.size) < 0.5, rng.uniform(0.4, 0.85, wrong.size), rng.uniform(1.2, 2.2, wrong.size)
    )
    near[wrong] = np.maximum(np.rint(true[wrong] * factor), 1)
    return near


def service(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `service_system`, in an order of its own."""
    pairs, rng = records_of(block), block.rng("service_system")
    rows = rng.permutation(np.flatnonzero(pairs["standing"] != _ALONE))
    standing, n = pairs["standing"][rows], rows.size
    name, phone = pairs["name"][rows].copy(), pairs["phone"][rows].copy()
    region, status = pairs["region"][rows].copy(), pairs["status"][rows].copy()
    draws = rng.random((3, n))
    for row in np.flatnonzero(standing == _WRITING).tolist():
        name[row], phone[row] = _written(name[row], phone[row], draws[0, row], draws[1, row])
    other = _phones(rng, n, np.full(n, B2C))
    elsewhere = np.array(REGIONS, dtype=object)[rng.integers(len(REGIONS), size=n)]
    different = standing == _DIFFERENT
    # A third each: another phone, another region or none, a status that contradicts.
    phone = np.where(different & (draws[2] < 0.34), other, phone)
    moved = different & (draws[2] >= 0.34) & (draws[2] < 0.62)
    elsewhere[elsewhere == region] = None
    region = np.where(moved, elsewhere, region)
    turned = np.where(status == "active", "ended", "active")
    status = np.where(different & (draws[2] >= 0.62), turned, status)
    link = _sales_ids(block, pairs["customer"].size)[rows]
    link[standing == _UNLINKED] = None
    phone[(standing == _UNLINKED) & (rng.random(n) < 0.12)] = None
    late = np.zeros(n, dtype=bool)
    late[chosen(rng, np.ones(n), round(block.level("F8 late", 0.11, 0.24, 0.17, 0.008) * n))] = True
    lag = np.where(late, rng.uniform(4.2, 70, n), rng.uniform(0.1, 3.9, n)) * 3600
    changed = pairs["changed"][rows]
    return {
        "service_id": numbered("KF", 500_001 + block.first + block.first // 20 + np.arange(n), 6),
        "sales_id": link,
        "name": name,
        "phone": phone,
        "region": region,
        "status": status,
        "changed_at": _time(changed),
        "received_at": _time(changed + np.rint(lag).astype(np.int64)),
    }


def _written(name: str, phone: str, how: float, which: float) -> tuple[str, str]:
    """Write the same name or phone in another way, one that cleaning removes."""
    if which < 0.45:
        digits = phone.replace("-", "")
        ways = ("+86 " + phone, "0086" + digits, " ".join((digits[:3], digits[3:7], digits[7:])), phone + " ")
        return name, ways[int(how * len(ways))]
    ways = (" " + name, name + " ", name[:2] + " " + name[2:], "　" + name)
    return ways[int(how * len(ways))], phone


def service_orders(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `service_orders`: all of 2025 but three groups of its second quarter (F5)."""
    loaded = orders(block)
    first = np.unique(loaded["order"], return_index=True)[1]
    day = baskets_of(block).day[loaded["order"][first]]
    week, channel = day // 7, baskets_of(block).channel[loaded["order"][first]]
    kept = day >= YEAR_2025
    for lost_week, lost_channel in _lost_groups(block):
        kept &= (week != lost_week) | (channel != lost_channel)
    rows = first[kept]
    rng = block.rng("service_orders")
    delay = np.rint(rng.uniform(600, 3 * 3600, rows.size)).astype(np.int64).astype("timedelta64[s]")
    return {
        "order": loaded["order"][rows],
        "batch": loaded["batch"][rows],
        "received_at": loaded["loaded_at"][rows] + delay,
    }


def _lost_groups(block: Block) -> list[tuple[int, int]]:
    """Weeks and channels of the three groups that never arrived."""
    if block.variant == 0:
        return [(67, 1), (70, 0), (74, 2)]
    rng = stream(block.seed, block.variant, "level", "F5")
    first = QUARTERS[5] // 7 + 1
    weeks = first + np.sort(rng.permutation(QUARTERS[6] // 7 - first)[:3])
    # The large channels: their groups are never empty.
    return list(zip(weeks.tolist(), rng.integers(0, 3, 3).tolist(), strict=True))


def credit(block: Block) -> dict[str, np.ndarray]:
    """Return the columns of `credit`: businesses and public bodies in an agency's register."""
    rng, people = block.rng("credit"), people_of(block)
    rows = np.flatnonzero((people.kind != B2C) & (rng.random(block.size) < 0.97))
    staff = _staff(block)[rows].astype(np.int64)
    overdue = np.where(rng.random(rows.size) < 0.62, 0, np.ceil(rng.gamma(1.2, 14, rows.size)))
    overdue = overdue + np.where(
        people.lost[rows] & (rng.random(rows.size) < 0.45), rng.integers(10, 60, rows.size), 0
    )
    names = register_of(block)["name_zh"][rows]
    company = people.kind[rows] == 0
    return {
        "customer": rows,
        "registered_name": np.where(company, names + "有限公司", names),
        "employees": staff,
        "annual_revenue": np.round(staff * rng.uniform(0.4, 1.6, rows.size), 1),
        "days_overdue": np.minimum(overdue, 365).astype(np.int64),
        "checked_on": at(rng.integers(YEAR_2025 + 180, DAYS, rows.size)),
    }
