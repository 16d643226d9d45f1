"""What account managers write after a visit: openings, observations by topic, next steps.

`{who}` stands for the customer as the note calls it, `{order}` for an order number.
"""

from __future__ import annotations

__all__ = ["NEXT", "OPENINGS", "ORDER_MENTIONS", "TOPICS"]

OPENINGS = {
    "zh": (
        "上午拜访{who}，见了采购和设备两位负责人。",
        "与{who}通了半小时电话。",
        "路过{who}，顺便看了现场。",
        "{who}来公司开会，我陪同参观了产线。",
        "季度回访{who}。",
        "和{who}的新任设备主管第一次见面。",
        "{who}约我们谈明年的框架协议。",
        "视频会议，{who}方三人参加。",
    ),
    "en": (
        "Visited {who}, met purchasing and maintenance.",
        "Half an hour on the phone with {who}.",
        "Dropped in at {who} and saw the line.",
        "Quarterly talk with {who}.",
        "First meeting with the new head of maintenance at {who}.",
        "{who} asked us in to discuss next year's contract.",
    ),
}

TOPICS = {
    "zh": (
        (
            "维修等得太久，配件要三周，对方很不满。",
            "报修后转了三个部门才有人处理。",
            "售后师傅水平高，就是人太少。",
        ),
        (
            "对价格有意见，说同行报价低一成。",
            "预算砍了，今年的采购可能推到下季度。",
            "希望量大能再让两个点。",
        ),
        (
            "控制器运行稳定，没有停过线。",
            "对传感器精度评价很高，准备扩到二号车间。",
            "新路由器装上后没有再掉线。",
        ),
        (
            "半年没有人联系他们，换了客户经理也不知道。",
            "抱怨我们只在续约前出现。",
            "问为什么没有收到固件更新的通知。",
        ),
        (
            "竞争对手上周来做了演示，对方明显心动。",
            "对方提到有新供应商免费试用三个月。",
            "他们在做供应商评比，十一月出结果。",
        ),
        ("上批货晚了九天，影响了交付。", "交期准，包装也比以前好。", "发票抬头又开错了，财务很恼火。"),
        ("希望给操作工做一次培训。", "说明书看不懂，要中文视频。", "想要一个能自己查故障代码的页面。"),
        (
            "计划明年新建一条线，需要三十套设备。",
            "打算把数据接到自己的平台，问接口。",
            "准备把办公楼的门锁也换成我们的。",
        ),
    ),
    "en": (
        (
            "Repairs take too long; a spare part took three weeks.",
            "Their ticket went through three departments.",
        ),
        ("They find us ten per cent too expensive.", "Budget frozen, orders may slip into next quarter."),
        ("Controllers run without a stop.", "Very pleased with the sensors, plan to equip a second hall."),
        (
            "Nobody had called them for half a year.",
            "They asked why no one told them about the firmware update.",
        ),
        (
            "A competitor gave a demonstration last week.",
            "A new supplier offers three months free of charge.",
        ),
        ("Last delivery nine days late.", "Delivery on time, packaging better than before."),
        (
            "They want training for their operators.",
            "The manual is of little use to them, they ask for videos.",
        ),
        (
            "A new line is planned for next year, thirty units.",
            "They want to connect our data to their platform.",
        ),
    ),
}

ORDER_MENTIONS = {
    "zh": ("订单 {order} 的发票要重开。", "{order} 那批货有两件外观磕碰。", "他们追问{order}什么时候发齐。"),
    "en": ("Invoice for order {order} has to be corrected.", "Two pieces of {order} arrived scratched."),
}

NEXT = {
    "zh": (
        "下周给方案。",
        "两周内回复。",
        "已转服务部跟进。",
        "月底前再联系一次。",
        "请技术同事一起去一趟。",
        "暂无后续。",
    ),
    "en": (
        "Send a proposal next week.",
        "Answer within two weeks.",
        "Passed on to service.",
        "Call again this month.",
        "Nothing to do for now.",
    ),
}
