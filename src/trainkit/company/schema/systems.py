"""The same customers in other systems: sales, service, and a third party's reference record."""

from __future__ import annotations

from trainkit.company.schema.lists import REGION
from trainkit.company.schema.model import DATE, FLOAT, INT, TEXT, TIME, Column, Table, codes

__all__ = ["CREDIT", "SALES_SYSTEM", "SERVICE_ORDERS", "SERVICE_SYSTEM"]

_STATUS = codes(active="served | 服务中", ended="contract has ended | 合同已结束")

SALES_SYSTEM = Table(
    "sales_system",
    "One row a customer record of the sales system, as it was exported; some customers have two.",
    "每行一条销售系统导出的客户记录；部分客户有两条。",
    (
        Column("sales_id", TEXT, "number in the sales system", "销售系统编号", key=True),
        Column("customer_id", TEXT, "customer", "客户", references="customers.customer_id"),
        Column("name", TEXT, "Chinese name as typed in", "录入的中文名称"),
        Column(
            "phone",
            TEXT,
            "telephone as typed in; missing: not recorded",
            "录入的电话；缺失表示未登记",
            nullable=True,
        ),
        Column("email", TEXT, "e-mail address; missing: not recorded", "邮箱；缺失表示未登记", nullable=True),
        Column(
            "region",
            TEXT,
            "sales region; missing: not recorded",
            "销售大区；缺失表示未登记",
            codes=REGION,
            nullable=True,
        ),
        Column(
            "employees",
            INT,
            "number of employees as the salesperson noted it; missing: a consumer",
            "销售人员记录的员工人数；缺失表示个人消费者",
            unit="persons",
            minimum=1,
            nullable=True,
        ),
        Column("status", TEXT, "status of the customer", "客户状态", codes=_STATUS),
        Column("changed_at", TIME, "last change of the record", "记录最近一次变更的时间"),
    ),
)

SERVICE_SYSTEM = Table(
    "service_system",
    "One row a customer record of the service system, which is fed by the sales system.",
    "每行一条服务系统的客户记录，数据由销售系统传来。",
    (
        Column("service_id", TEXT, "number in the service system", "服务系统编号", key=True),
        Column(
            "sales_id",
            TEXT,
            "record of the sales system; missing: the link is lost",
            "对应的销售系统记录；缺失表示关联丢失",
            nullable=True,
            references="sales_system.sales_id",
        ),
        Column("name", TEXT, "Chinese name", "中文名称"),
        Column("phone", TEXT, "telephone; missing: not recorded", "电话；缺失表示未登记", nullable=True),
        Column(
            "region",
            TEXT,
            "sales region; missing: not recorded",
            "销售大区；缺失表示未登记",
            codes=REGION,
            nullable=True,
        ),
        Column("status", TEXT, "status of the customer", "客户状态", codes=_STATUS),
        Column("changed_at", TIME, "last change at the source", "源头最近一次变更的时间"),
        Column("received_at", TIME, "when the change arrived here", "变更到达本系统的时间"),
    ),
    note_en=(
        "Sync rate: of all records of the sales system, the share that has a record here with the same "
        "`sales_id` and exactly the same name, phone, region and status. A missing value agrees with "
        "nothing. An update is timely within 4 hours."
    ),
    note_zh=(
        "同步率：销售系统全部记录中，在服务系统有相同 `sales_id`、"
        "且名称、电话、大区、状态完全一致的记录所占的比例。"
        "缺失值与任何值都不一致。变更在 4 小时内到达为及时。"
    ),
)

SERVICE_ORDERS = Table(
    "service_orders",
    "One row a purchase record of 2025 that the service system received from the sales system.",
    "每行一条服务系统从销售系统收到的 2025 年购买记录。",
    (
        Column(
            "order_no",
            TEXT,
            "order number of the sales system",
            "销售系统中的订单号",
            key=True,
            references="orders.order_no",
        ),
        Column("batch", TEXT, "transfer: week and channel", "传输批次：周次与渠道"),
        Column("received_at", TIME, "when it arrived", "到达时间"),
    ),
    note_en="Records arrive in groups, one a week and sales channel (`batch`, as in `orders`).",
    note_zh="记录按组到达，每周每个销售渠道一组（`batch`，与 `orders` 相同）。",
)

CREDIT = Table(
    "credit",
    "One row a business or public body in the register of a credit agency.",
    "每行一个在第三方征信机构登记的企业或公共机构。",
    (
        Column("customer_id", TEXT, "customer", "客户", key=True, references="customers.customer_id"),
        Column("registered_name", TEXT, "Chinese name in the register", "登记的中文名称"),
        Column("employees", INT, "number of employees", "员工人数", unit="persons", minimum=1),
        Column(
            "annual_revenue",
            FLOAT,
            "revenue of the last year on record",
            "最近一个登记年度的营业收入",
            unit="million CNY",
            minimum=0,
        ),
        Column(
            "days_overdue",
            INT,
            "longest delay of a payment in the last year",
            "过去一年最长的逾期天数",
            unit="days",
            minimum=0,
        ),
        Column("checked_on", DATE, "day of the record", "登记日期"),
    ),
    note_en="The agency's figures count as true; a value is accurate within 5 % of them.",
    note_zh="以征信机构的数字为准；偏差在 ±5% 以内为准确。",
)
