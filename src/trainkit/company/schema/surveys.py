"""What customers say when they are asked."""

from __future__ import annotations

from trainkit.company.schema.model import INT, TEXT, TIME, Column, Table

__all__ = ["SURVEYS"]


def _score(name: str, lowest: int, highest: int, en: str, zh: str) -> Column:
    """Declare an answer on a scale; it may be missing."""
    return Column(name, INT, en, zh, unit="points", minimum=lowest, maximum=highest, nullable=True)


SURVEYS = Table(
    "surveys",
    "One row an invitation to the relationship survey, 2024 and 2025, answered or not.",
    "每行一份关系调查邀请，2024 年至 2025 年，含未作答的。",
    (
        Column("survey_id", TEXT, "number of the invitation", "邀请编号", key=True),
        Column("customer_id", TEXT, "who was asked", "受访客户", references="customers.customer_id"),
        Column("sent_at", TIME, "when the invitation was delivered", "邀请送达时间"),
        Column(
            "answered_at",
            TIME,
            "when it was answered; missing: not answered",
            "作答时间；缺失表示未作答",
            nullable=True,
        ),
        _score(
            "nps",
            0,
            10,
            "would recommend Lantai, 0 not at all, 10 surely; missing: left out",
            "推荐意愿，0 完全不会，10 一定会；缺失表示未填",
        ),
        _score(
            "csat",
            1,
            5,
            "satisfied overall, 1 not at all, 5 very; missing: left out",
            "总体满意度，1 很不满意，5 很满意；缺失表示未填",
        ),
        _score(
            "csat_after_sales",
            1,
            5,
            "satisfied with after-sales service, 1 to 5; missing: left out",
            "售后满意度，1 到 5；缺失表示未填",
        ),
        _score(
            "ces",
            1,
            7,
            "it was easy to handle my issue, 1 disagree, 7 agree; missing: had no issue",
            "解决问题很省力，1 很不同意，7 很同意；缺失表示没有遇到问题",
        ),
        _score(
            "benefits",
            1,
            10,
            "what I get from Lantai, 1 little, 10 much; missing: left out",
            "感知利得，1 很少，10 很多；缺失表示未填",
        ),
        _score(
            "sacrifices",
            1,
            10,
            "what it costs me in money, time and trouble, 1 little, 10 much; missing: left out",
            "感知利失（金钱、时间、精力），1 很少，10 很多；缺失表示未填",
        ),
        Column(
            "comment",
            TEXT,
            "free text in Chinese or English; missing: none",
            "中文或英文留言；缺失表示没有",
            nullable=True,
        ),
    ),
    note_en=(
        "An invitation is answered if `answered_at` is there; single questions may have been left out. "
        "Loyal: at least four order numbers in 2025 and a latest NPS answer of 2025 of 9 or 10. "
        "Active: not loyal, and an order in the last 180 days of 2025, from 5 July on."
    ),
    note_zh=(
        "`answered_at` 不缺失即为已作答，个别题目仍可能未填。"
        "忠诚客户：2025 年至少 4 张订单（按订单号计），且 2025 年最近一次净推荐值（NPS）评分为 9 或 10。"
        "活跃客户：不属于忠诚客户，且在 2025 年最后 180 天（7 月 5 日起）内下过订单。"
    ),
)
