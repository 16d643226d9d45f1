"""Code lists that several tables share."""

from __future__ import annotations

from trainkit.company.schema.model import codes

__all__ = ["ACQUISITION", "REGION", "SALES_CHANNEL", "TYPE"]

TYPE = codes(
    B2B="business | 企业客户",
    B2C="consumer | 个人消费者",
    G="government and public bodies | 政府及公共机构",
)

REGION = codes(
    east="East China | 华东",
    south="South China | 华南",
    north="North China | 华北",
    central="Central China | 华中",
    southwest="Southwest China | 西南",
    northeast="Northeast China | 东北",
    northwest="Northwest China | 西北",
)

ACQUISITION = codes(
    referral="recommended by a customer | 客户推荐",
    trade_fair="met at a trade fair | 展会",
    website="came through the own website | 官网",
    paid_search="clicked a paid search result | 付费搜索",
    marketplace="found on an online marketplace | 电商平台",
    partner="brought by a sales partner | 渠道伙伴",
    tender="won in a public tender | 招投标",
)

SALES_CHANNEL = codes(
    direct="own sales staff | 直销团队",
    online="own web shop | 自营网店",
    marketplace="online marketplace | 电商平台",
    partner="sales partner | 渠道伙伴",
)
