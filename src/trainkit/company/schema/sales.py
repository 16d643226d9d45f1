"""What customers buy, and what is offered to them."""

from __future__ import annotations

from trainkit.company.schema.lists import ACQUISITION, SALES_CHANNEL
from trainkit.company.schema.model import BOOL, DATE, FLOAT, INT, TEXT, TIME, Column, Table, codes

__all__ = ["CAMPAIGNS", "OPPORTUNITIES", "ORDERS", "ORDER_LINES", "PRODUCTS"]

_PRODUCT_CATEGORY = codes(
    sensor="sensors and switches | 传感器与开关",
    control="controllers and drives | 控制与驱动",
    power="power supply and metering | 电源与计量",
    network="industrial networks | 工业网络",
    accessory="accessories | 配件",
    home="smart home | 智能家居",
    mobile="chargers and personal devices | 充电与个人设备",
)

PRODUCTS = Table(
    "products",
    "One row a product.",
    "每行一种产品。",
    (
        Column("product_id", TEXT, "number of the product", "产品编号", key=True),
        Column("name", TEXT, "name in English", "英文名称"),
        Column("name_zh", TEXT, "name in Chinese", "中文名称"),
        Column("category", TEXT, "product group", "产品类别", codes=_PRODUCT_CATEGORY),
        Column("list_price", FLOAT, "list price before tax", "税前目录价", unit="CNY", minimum=0),
    ),
)

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
        Column("lines", INT, "order lines", "订单行数", unit="lines", minimum=1, maximum=12),
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

ORDER_LINES = Table(
    "order_lines",
    "One row a product in an order; each order once.",
    "每行一张订单中的一种产品；每张订单只出现一次。",
    (
        Column(
            "order_no",
            TEXT,
            "order number of the sales system",
            "销售系统中的订单号",
            key=True,
            references="orders.order_no",
        ),
        Column("line", INT, "line of the order, from 1", "行号，从 1 起", key=True, minimum=1, maximum=12),
        Column("product_id", TEXT, "product", "产品", references="products.product_id"),
        Column("quantity", INT, "pieces", "数量", unit="pieces", minimum=1),
        Column("amount", FLOAT, "net revenue of the line", "该行净收入", unit="CNY", minimum=0),
        Column(
            "unit_cost",
            FLOAT,
            "cost of one piece, with its share of the order's freight",
            "单件成本，含分摊的运费",
            unit="CNY",
            minimum=0,
        ),
    ),
    note_en=(
        "Profit of a customer: the sum of `amount - quantity * unit_cost` over its lines, less the `cost` of "
        "its interactions."
    ),
    note_zh="客户利润：各行 `amount - quantity * unit_cost` 之和，减去该客户各次接触的 `cost`。",
)

_LOST = codes(
    price="price | 价格",
    competitor="chose a competitor | 选择了竞争对手",
    timing="project was put off | 项目推迟",
    features="product lacks something | 产品功能不足",
    no_answer="no answer any more | 失去联系",
)

OPPORTUNITIES = Table(
    "opportunities",
    "One row a sales opportunity with businesses and public bodies, opened in 2024 or 2025.",
    "每行一个面向企业与公共机构的销售机会，2024 年或 2025 年建立。",
    (
        Column("opportunity_id", TEXT, "number of the opportunity", "销售机会编号", key=True),
        Column(
            "customer_id",
            TEXT,
            "with whom; missing: not a customer yet",
            "客户；缺失表示尚不是客户",
            nullable=True,
            references="customers.customer_id",
        ),
        Column("owner", TEXT, "account manager in charge", "负责的客户经理"),
        Column("channel", TEXT, "how the lead came", "线索来源", codes=ACQUISITION),
        Column("lead_on", DATE, "day of the lead", "成为线索的日期"),
        Column(
            "qualified_on",
            DATE,
            "day it was qualified; missing: not reached",
            "确认为有效线索的日期；缺失表示未到这一步",
            nullable=True,
        ),
        Column(
            "proposal_on",
            DATE,
            "day of the proposal; missing: not reached",
            "提交方案的日期；缺失表示未到这一步",
            nullable=True,
        ),
        Column(
            "negotiation_on",
            DATE,
            "first day of negotiation; missing: not reached",
            "开始谈判的日期；缺失表示未到这一步",
            nullable=True,
        ),
        Column(
            "closed_on",
            DATE,
            "day it was won or lost; missing: open",
            "赢单或丢单的日期；缺失表示仍在进行",
            nullable=True,
        ),
        Column("won", BOOL, "won; false for lost and for open ones", "是否赢单；丢单和进行中均为否"),
        Column("amount", FLOAT, "expected revenue of the first year", "预计首年收入", unit="CNY", minimum=0),
        Column(
            "lost_reason",
            TEXT,
            "why it was lost; missing: not lost",
            "丢单原因；缺失表示未丢单",
            codes=_LOST,
            nullable=True,
        ),
    ),
    note_en="The stages are lead, qualified, proposal, negotiation, won; none is left out on the way.",
    note_zh="阶段依次为线索、有效线索、方案、谈判、赢单，不会跳过。",
)

CAMPAIGNS = Table(
    "campaigns",
    "One row a month and acquisition channel: what was spent, and what came of it.",
    "每行一个月份和一个获客渠道：花了多少，带来了什么。",
    (
        Column("month", DATE, "first day of the month", "月份首日", key=True),
        Column("channel", TEXT, "acquisition channel", "获客渠道", codes=ACQUISITION, key=True),
        Column(
            "media_spend",
            FLOAT,
            "advertising, fees and commissions",
            "广告、费用与佣金",
            unit="CNY",
            minimum=0,
        ),
        Column(
            "staff_spend", FLOAT, "pay of those who win customers", "获客人员的薪酬", unit="CNY", minimum=0
        ),
        Column(
            "tool_spend", FLOAT, "software and services for it", "获客所用的软件与服务", unit="CNY", minimum=0
        ),
        Column(
            "retention_spend",
            FLOAT,
            "spent in the channel on customers that are there already",
            "该渠道用于现有客户的支出",
            unit="CNY",
            minimum=0,
        ),
        Column("leads", INT, "leads", "线索数", unit="leads", minimum=0),
        Column(
            "new_customers",
            INT,
            "customers who signed up in the month",
            "当月注册的客户数",
            unit="customers",
            minimum=0,
        ),
    ),
    note_en="The cost of acquisition is media, staff and tool spend; retention spend is none of it.",
    note_zh="获客成本包括广告、人员和工具三项支出；留存支出不算在内。",
)
