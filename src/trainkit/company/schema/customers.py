"""The customers of Lantai Electronics."""

from __future__ import annotations

from trainkit.company.schema.lists import ACQUISITION, REGION, TYPE
from trainkit.company.schema.model import BOOL, DATE, INT, TEXT, Column, Table, codes

__all__ = ["CUSTOMERS"]

_INDUSTRY = codes(
    automotive="automotive suppliers | 汽车零部件",
    machinery="machinery | 机械制造",
    medical="medical devices and hospitals | 医疗器械与医院",
    telecom="telecommunications | 通信",
    energy="energy and utilities | 能源与公用事业",
    logistics="logistics | 物流",
    education="schools and universities | 教育",
    administration="public administration | 行政机关",
    household="private households | 家庭",
)

CUSTOMERS = Table(
    "customers",
    "One row a customer who signed up until the end of 2025.",
    "每行一个客户，截至 2025 年底注册。",
    (
        Column("customer_id", TEXT, "customer number, C00001 and up", "客户编号，从 C00001 起", key=True),
        Column("name", TEXT, "name in English or in pinyin; invented", "英文或拼音名称，均为虚构"),
        Column("name_zh", TEXT, "name in Chinese; invented", "中文名称，均为虚构"),
        Column("type", TEXT, "kind of customer by trade", "按交易对象划分的客户类型", codes=TYPE),
        Column("industry", TEXT, "industry", "行业", codes=_INDUSTRY),
        Column("region", TEXT, "sales region", "销售大区", codes=REGION),
        Column(
            "city_tier", INT, "tier of the city, 1 is largest", "城市级别，1 为一线", minimum=1, maximum=4
        ),
        Column("signup_date", DATE, "first day as a customer", "成为客户的日期"),
        Column("acquisition_channel", TEXT, "how the customer was won", "获客渠道", codes=ACQUISITION),
        Column(
            "account_manager",
            TEXT,
            "who looks after the customer; missing: nobody in person",
            "负责的客户经理；缺失表示无专人负责",
            nullable=True,
        ),
        Column("key_account", BOOL, "managed as a key account", "是否为重点客户"),
        Column(
            "contract_start",
            DATE,
            "first day of the contract; missing: not a core customer",
            "合同首日；缺失表示不是核心客户",
            nullable=True,
        ),
        Column(
            "contract_end",
            DATE,
            "last day of the contract; missing: it runs on, or there is none",
            "合同最后一天；缺失表示合同仍在执行或没有合同",
            nullable=True,
        ),
        Column(
            "service_pilot",
            BOOL,
            "took part in the after-sales pilot, 2025-07-01 to 2025-12-31",
            "是否参加 2025 年下半年（7 月 1 日至 12 月 31 日）的售后试点",
        ),
    ),
    note_en=(
        "Core customers are those with a contract (`contract_start` is there). A contract runs on a day if "
        "it began before that day and has not ended before it. A core customer is lost in a quarter if the "
        "contract ran on the quarter's first day and its last day lies inside the quarter."
    ),
    note_zh=(
        "核心客户指有合同的客户（`contract_start` 不缺失）。合同在某天之前开始、且在那天之前没有结束，"
        "就算在那天仍在执行。季度首日合同仍在执行、合同最后一天落在季度之内的核心客户，算作当季流失。"
    ),
)
