"""How Lantai and its customers talk: contacts and tickets."""

from __future__ import annotations

from trainkit.company.schema.model import BOOL, FLOAT, INT, TEXT, TIME, Column, Table, codes

__all__ = ["INTERACTIONS", "TICKETS"]

_CHANNEL = codes(
    phone="telephone | 电话",
    email="e-mail | 邮件",
    wechat="WeChat | 微信",
    app="own app | 自有应用",
    visit="visit in person | 上门拜访",
)

_DIRECTION = codes(
    inbound="the customer contacts us | 客户联系我们",
    outbound="we contact the customer | 我们联系客户",
)

_PURPOSE = codes(
    follow_up="follow-up by the account manager | 客户经理回访",
    technical_update="news about the products in use | 技术更新通知",
    campaign="advertising | 营销活动",
    support="answer to a question or a fault | 服务支持",
)

INTERACTIONS = Table(
    "interactions",
    "One row a contact between Lantai and a customer, 2024 and 2025.",
    "每行一次澜泰与客户的接触，2024 年至 2025 年。",
    (
        Column("interaction_id", TEXT, "number of the contact", "接触编号", key=True),
        Column("customer_id", TEXT, "with whom", "客户", references="customers.customer_id"),
        Column("at", TIME, "when", "发生时间"),
        Column("channel", TEXT, "by which channel", "渠道", codes=_CHANNEL),
        Column("direction", TEXT, "who began", "发起方", codes=_DIRECTION),
        Column("purpose", TEXT, "what for", "目的", codes=_PURPOSE),
        Column(
            "personalised", BOOL, "prepared for this customer, not a template", "是否针对该客户准备，而非模板"
        ),
        Column(
            "response_minutes",
            FLOAT,
            "clock time until the other side answered; missing: no answer",
            "对方回应所用的时间（自然时间）；缺失表示没有回应",
            unit="minutes",
            minimum=0,
            nullable=True,
        ),
        Column(
            "content_quality",
            INT,
            "quality of the content as sampled by an editor; missing: not sampled",
            "内容质量抽检评分；缺失表示未抽检",
            unit="points",
            minimum=1,
            maximum=5,
            nullable=True,
        ),
        Column("cost", FLOAT, "cost of the contact", "接触成本", unit="CNY", minimum=0),
    ),
    note_en=(
        "A personalised follow-up is a contact with purpose `follow_up` and `personalised` true. A follow-up "
        "from a template and a personalised advertisement are none."
    ),
    note_zh="个性化回访指 `purpose` 为 `follow_up` 且 `personalised` 为真的接触。"
    "模板回访和个性化广告都不算。",
)

_KIND = codes(
    complaint="complaint | 投诉",
    request="service request | 服务请求",
    inquiry="inquiry | 咨询",
)

_CATEGORY = codes(
    product="product fault | 产品故障",
    delivery="delivery | 交付",
    billing="billing | 账单",
    installation="installation | 安装调试",
    after_sales="repair and after-sales service | 维修与售后",
    information="information and documents | 资料与信息",
)

_SEVERITY = codes(low="low | 低", medium="medium | 中", high="high | 高")

TICKETS = Table(
    "tickets",
    "One row a complaint, service request or inquiry opened in 2024 or 2025.",
    "每行一张 2024 年或 2025 年开立的工单：投诉、服务请求或咨询。",
    (
        Column("ticket_id", TEXT, "number of the ticket", "工单编号", key=True),
        Column("customer_id", TEXT, "who asked", "提出的客户", references="customers.customer_id"),
        Column("opened_at", TIME, "when it was opened", "开立时间"),
        Column(
            "first_response_at",
            TIME,
            "first answer by a person; missing: none until the end of 2025",
            "首次人工响应时间；缺失表示到 2025 年底仍无响应",
            nullable=True,
        ),
        Column(
            "resolved_at",
            TIME,
            "when it was resolved; missing: still open at the end of 2025",
            "解决时间；缺失表示到 2025 年底仍未解决",
            nullable=True,
        ),
        Column("reopened", BOOL, "opened again after it had been resolved", "解决后是否重新打开"),
        Column("kind", TEXT, "kind of ticket", "工单类型", codes=_KIND),
        Column("category", TEXT, "what it is about", "问题类别", codes=_CATEGORY),
        Column("severity", TEXT, "severity", "严重程度", codes=_SEVERITY),
        Column(
            "departments",
            INT,
            "departments that the ticket passed",
            "经手的部门数",
            unit="departments",
            minimum=1,
            maximum=8,
        ),
    ),
)
