"""What Lantai has tried out, compared and measured against others."""

from __future__ import annotations

from trainkit.company.schema.model import BOOL, FLOAT, INT, TEXT, TIME, Column, Table, codes

__all__ = ["BENCHMARKS", "EXPERIMENTS", "VENDORS"]

_EXPERIMENT = codes(
    service_call="a call two weeks after delivery | 交付两周后的电话回访",
    subject_line="a new subject line of the newsletter | 新的邮件标题",
    checkout="a shorter checkout in the web shop | 网店结账流程简化",
)

_GROUP = codes(A="control | 对照组", B="treatment | 实验组")

EXPERIMENTS = Table(
    "experiments",
    "One row a customer in one of the company's A/B tests, 2025.",
    "每行一名参加公司 A/B 测试的客户，2025 年。",
    (
        Column("experiment", TEXT, "which test", "测试", codes=_EXPERIMENT, key=True),
        Column("customer_id", TEXT, "customer", "客户", key=True, references="customers.customer_id"),
        Column("group", TEXT, "group; planned are 50 : 50", "分组；计划比例为 50 : 50", codes=_GROUP),
        Column("assigned_at", TIME, "when the customer entered the test", "进入测试的时间"),
        Column("converted", BOOL, "did what the test aims at, within 30 days", "30 天内是否达成测试目标"),
        Column("revenue", FLOAT, "net revenue within 30 days", "30 天内的净收入", unit="CNY", minimum=0),
    ),
    note_en="The plan of each test: conversion within 30 days, two-sided at 5 %, read once at the end.",
    note_zh="每项测试的计划：指标为 30 天转化率，双侧检验，显著性水平 5%，只在结束时读取一次。",
)

_VENDOR = codes(
    aster="Aster Cloud CRM | 紫菀云 CRM",
    bowline="Bowline CRM | 帆结 CRM",
    cedar="Cedar Suite | 雪松套件",
    delta="Delta One | 三角洲一号",
)

_CRITERION = codes(
    integration="connects to sales, service and warehouse | 与销售、服务系统及数据仓库集成",
    service_desk="tickets, hand-offs, deadlines | 工单、流转与时限",
    analytics="reports and own analyses | 报表与自助分析",
    usability="easy to use, also on the phone | 易用性，含手机端",
    cost="total cost over five years | 五年总体拥有成本",
    security="security and rights of access | 安全与权限",
    support="support in Chinese, on weekdays and weekends | 中文支持，工作日与周末",
    data_location="customer data stay in the country | 客户数据存放在境内",
)

VENDORS = Table(
    "vendors",
    "One row a CRM product and criterion: the project team's scores.",
    "每行一个 CRM 产品和一项标准：项目组的评分。",
    (
        Column("vendor", TEXT, "product", "产品", codes=_VENDOR, key=True),
        Column("criterion", TEXT, "criterion", "标准", codes=_CRITERION, key=True),
        Column(
            "knock_out",
            BOOL,
            "the criterion must be met: a score below 3 excludes the product",
            "是否为一票否决项：低于 3 分即淘汰",
        ),
        Column(
            "weight",
            FLOAT,
            "weight of the criterion; knock-outs have none",
            "标准的权重；一票否决项没有权重",
            unit="share",
            minimum=0,
            maximum=1,
        ),
        Column(
            "score",
            INT,
            "score, 5 is best; for cost, 5 is cheapest",
            "评分，5 分最好；成本项 5 分为最低",
            unit="points",
            minimum=1,
            maximum=5,
        ),
        Column(
            "cost_million",
            FLOAT,
            "total cost of the product over five years",
            "该产品五年总体拥有成本",
            unit="million CNY",
            minimum=0,
        ),
    ),
)

_PARTY = codes(
    lantai="Lantai | 澜泰",
    industry="average of the industry | 行业平均",
    rival_a="Qilin Controls | 麒控",
    rival_b="Norda Devices | 诺达设备",
    rival_c="Sunway Smart | 晟维智能",
)

_INDICATOR = codes(
    quarterly_churn="core customers lost in a quarter | 季度核心客户流失率",
    nps="net promoter score | 净推荐值",
    csat="share of satisfied customers | 满意客户占比",
    first_response_hours="median hours to the first response | 首次响应时间中位数",
    complaint_rate="complaints per 100 orders | 每百张订单投诉数",
    delivery_days="days from order to delivery | 从下单到交付的天数",
    repair_days="days of a repair | 维修天数",
    price_index="price of a standard basket, industry is 100 | 标准产品组合价格指数，行业为 100",
)

_SOURCE = codes(
    published="published by the company or the association | 企业或协会公布",
    third_party_test="test of an independent laboratory | 第三方机构测试",
    mystery_shopping="anonymous test purchases | 神秘顾客",
    own_data="own records | 自有记录",
)

BENCHMARKS = Table(
    "benchmarks",
    "One row an indicator and a party: Lantai's field in 2025.",
    "每行一项指标和一方：2025 年澜泰所在行业的对比。",
    (
        Column("indicator", TEXT, "indicator", "指标", codes=_INDICATOR, key=True),
        Column("party", TEXT, "who", "对比方", codes=_PARTY, key=True),
        Column(
            "value",
            FLOAT,
            "value in the indicator's unit; missing: not known",
            "指标值；缺失表示未知",
            nullable=True,
        ),
        Column("unit", TEXT, "unit of the value", "单位"),
        Column("higher_is_better", BOOL, "whether more is better", "是否越高越好"),
        Column("source", TEXT, "where the value is from", "数据来源", codes=_SOURCE),
        Column(
            "sample",
            INT,
            "size of the sample behind it; missing: not stated",
            "样本量；缺失表示未说明",
            unit="cases",
            minimum=1,
            nullable=True,
        ),
    ),
    note_en=(
        "Lantai's own churn, NPS, satisfaction and response time are left out here: they are computed from "
        "the other tables."
    ),
    note_zh="澜泰自己的流失率、净推荐值、满意度和响应时间不在此表中，要用其他表计算。",
)
