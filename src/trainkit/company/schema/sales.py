"""What customers buy."""

from __future__ import annotations

from trainkit.company.schema.lists import SALES_CHANNEL
from trainkit.company.schema.model import FLOAT, INT, TEXT, TIME, Column, Table

__all__ = ["ORDERS"]

ORDERS = Table(
    "orders",
    "One row an order as it was loaded into the warehouse, 2024 and 2025.",
    "每行一张进入数据仓库的订单，2024 年至 2025 年。",
    (
        Column("order_id", TEXT, "number of the row in the warehouse", "数据仓库中的行号", key=True),
        Column("order_no", TEXT, "order number of the sales system", "销售系统中的订单号"),
        Column("customer_id", TEXT, "who ordered", "下单客户", references="customers.customer_id"),
        Column("ordered_at", TIME, "time of the order", "下单时间"),
        Column("sales_channel", TEXT, "where the order was placed", "销售渠道", codes=SALES_CHANNEL),
        Column("lines", INT, "order lines", "订单行数", minimum=1, maximum=12),
        Column(
            "discount",
            FLOAT,
            "discount as a share of the list price",
            "占目录价的折扣比例",
            unit="share",
            minimum=0,
            maximum=0.4,
        ),
        Column(
            "amount",
            FLOAT,
            "net revenue: after discount, before tax",
            "净收入：折扣后、税前",
            unit="CNY",
            minimum=0,
        ),
        Column(
            "batch",
            TEXT,
            "transfer in which the order was loaded: week and channel",
            "订单所在的传输批次：周次与渠道",
        ),
        Column("loaded_at", TIME, "time of loading into the warehouse", "进入数据仓库的时间"),
    ),
    note_en=(
        "`order_id` is unique, `order_no` should be: a transfer that was loaded twice shows as order numbers "
        "that occur twice."
    ),
    note_zh="`order_id` 唯一，`order_no` 本应唯一：某批次重复加载时，同一订单号会出现两次。",
)
