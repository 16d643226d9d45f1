"""What is said about Lantai without being asked: notes of visits, social media."""

from __future__ import annotations

from trainkit.company.schema.model import DATE, INT, TEXT, TIME, Column, Table, codes

__all__ = ["INTERVIEWS", "LOYALTY", "MENTIONS"]

_PLATFORM = codes(
    weibo="Weibo | 微博",
    wechat="public accounts on WeChat | 微信公众号",
    forum="trade forum | 行业论坛",
    video="short video | 短视频",
    shop="reviews on marketplaces | 电商评价",
)

_SENTIMENT = codes(
    positive="positive | 正面",
    neutral="neutral | 中性",
    negative="negative | 负面",
)

MENTIONS = Table(
    "mentions",
    "One row a public post that mentions Lantai, 2025.",
    "每行一条 2025 年提到澜泰的公开帖子。",
    (
        Column("mention_id", TEXT, "number of the mention", "提及编号", key=True),
        Column("posted_at", TIME, "when it was posted", "发布时间"),
        Column("collected_at", TIME, "when the monitoring collected it", "舆情监测采集到的时间"),
        Column("platform", TEXT, "where", "平台", codes=_PLATFORM),
        Column("text", TEXT, "the post, in Chinese or English", "帖子内容，中文或英文"),
        Column(
            "sentiment", TEXT, "tone, as two people labelled it", "情感倾向，由两人标注", codes=_SENTIMENT
        ),
    ),
)

INTERVIEWS = Table(
    "interviews",
    "One row a note that an account manager wrote after a visit or a call.",
    "每行一份客户经理在拜访或通话后写的记录。",
    (
        Column("note_id", TEXT, "number of the note", "记录编号", key=True),
        Column("visited_on", DATE, "day of the visit", "拜访日期"),
        Column("visitor", TEXT, "account manager", "客户经理"),
        Column(
            "customer_ref",
            TEXT,
            "what stands in the field for the customer; missing: nothing",
            "“客户”一栏中填写的内容；缺失表示未填",
            nullable=True,
        ),
        Column("text", TEXT, "the note, in Chinese or English", "记录内容，中文或英文"),
        Column(
            "customer_id",
            TEXT,
            "the customer whom the note is about, found out later by asking the visitor",
            "记录实际涉及的客户，事后向客户经理核实所得",
            references="customers.customer_id",
        ),
    ),
    note_en=(
        "A note can be matched as it stands if `customer_ref` is a customer number. `customer_id` is the "
        "truth against which a matching rule is judged; a rule must not use it."
    ),
    note_zh="`customer_ref` 是客户编号的记录可直接匹配。"
    "`customer_id` 是检验匹配规则的真值，规则本身不得使用。",
)

_TIER = codes(bronze="bronze | 铜", silver="silver | 银", gold="gold | 金")

LOYALTY = Table(
    "loyalty",
    "One row a member of the loyalty programme, at the end of 2025.",
    "每行一名忠诚度计划会员，截至 2025 年底。",
    (
        Column("customer_id", TEXT, "member", "会员", key=True, references="customers.customer_id"),
        Column("joined_on", DATE, "day of joining", "入会日期"),
        Column("tier", TEXT, "tier", "等级", codes=_TIER),
        Column("points_purchase", INT, "points earned by buying", "购买获得的积分", unit="points", minimum=0),
        Column(
            "points_activity",
            INT,
            "points earned by signing in, sharing and games",
            "签到、分享和游戏获得的积分",
            unit="points",
            minimum=0,
        ),
        Column("points_redeemed", INT, "points redeemed", "已兑换的积分", unit="points", minimum=0),
        Column("redemptions", INT, "number of redemptions", "兑换次数", unit="times", minimum=0),
    ),
    note_en=(
        "The balance is points earned less points redeemed; a point is a liability of 0.01 CNY. Tiers by "
        "points earned: gold from 6,000, silver from 2,000."
    ),
    note_zh="积分余额等于获得的积分减去已兑换的积分；每一积分是 0.01 元的负债。"
    "等级按获得的积分：6000 分起为金，2000 分起为银。",
)
