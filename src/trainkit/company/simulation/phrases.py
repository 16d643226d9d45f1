"""Sentences that customers use, by language, tone and who is speaking.

`PHRASES[language][tone]` holds three tuples: what anyone says, what only businesses and public bodies say,
and what only consumers say. `{p}` stands for a product. Tones: 0 pleased, 1 in between, 2 displeased. Not
every tone is said with the obvious words: there are denials, understatements and praise with a sting.
"""

from __future__ import annotations

__all__ = ["PHRASES", "PRODUCT_NAMES", "SERVICE"]

_ZH = (
    (
        (
            "{p}很稳定，用了一年没出过问题。",
            "交货比约定的还早两天。",
            "价格清楚，没有隐藏费用。",
            "电话里就把问题解决了，很专业。",
            "沟通顺畅，回复及时。",
            "价格不算低，但物有所值。",
            "应用里查订单很方便。",
            "小问题也认真对待，放心。",
            "整体满意，没什么可挑剔的。",
            "{p}比老款好用不少。",
            "包装仔细，资料齐全。",
            "没想到这么快就送到了。",
            "{p}没让人失望。",
        ),
        (
            "客户经理很负责，有事随叫随到。",
            "合作多年，值得信赖。",
            "会继续采购，也推荐给了同行。",
            "从没让我们停过线。",
            "验收一次通过，省了不少事。",
            "{p}换上以后故障少了一半。",
            "现场调试的工程师很有经验。",
            "年度回访做得细，还给了节能建议。",
        ),
        (
            "孩子和老人都会用，省心。",
            "{p}颜值高，做工也好。",
            "安装师傅讲解得很耐心，走时还收拾干净了。",
            "给爸妈也买了一个。",
            "活动价很划算，会回购。",
            "连接快，设置一分钟就好。",
        ),
    ),
    (
        (
            "还可以，没有特别的感觉。",
            "{p}不错，就是发货慢了点。",
            "价格偏高，功能够用。",
            "说明书写得太简单。",
            "总体过得去。",
            "客服态度好，但要转好几个部门。",
            "比上一家好一些，也有改进空间。",
            "用得少，说不上好坏。",
            "活动短信有点多。",
            "{p}功能够用，界面不太直观。",
            "不能说不好，只是没有惊喜。",
        ),
        (
            "希望多发一些技术更新的资料。",
            "质量没话说，开票总要催。",
            "有时候找不到对接的人。",
            "希望能有专人定期回访。",
            "{p}参数没问题，现货少了些。",
            "招标时承诺的培训还没安排。",
        ),
        (
            "到货及时，安装预约等了一周。",
            "{p}好用，颜色和图片有点差别。",
            "客服回复快，就是答得太官方。",
            "促销规则看不太懂。",
        ),
    ),
    (
        (
            "报修三周了还没有结果。",
            "投诉以后没有人回电话。",
            "同一个问题要跟不同的人讲五遍。",
            "质量不如以前，{p}返修两次了。",
            "不会再买了。",
            "价格涨了，服务没跟上。",
            "客服只会说“正在处理”。",
            "不满意，也不打算推荐。",
            "电话总是占线，应用里留言没人回。",
            "账单出错，改了一个月。",
            "{p}用了不到一个月就坏了。",
            "说好的时间，没有一次准时。",
        ),
        (
            "换了客户经理，之后再没人联系过我们。",
            "交期一拖再拖，影响了生产。",
            "说好的技术更新一直没收到。",
            "设备停了两天，损失不小。",
            "签合同时很热情，签完就不见人了。",
            "发错货还要我们自己承担运费。",
            "已经在看别家的{p}了。",
            "续约的事没人来谈，我们也不打算谈了。",
        ),
        (
            "退货流程太麻烦。",
            "{p}老是断线，重启也没用。",
            "安装约了三次才来。",
            "券领了用不了，问了也没下文。",
            "宣传和实物差太多。",
        ),
    ),
)
_EN = (
    (
        (
            "{P}: stable, no trouble in a year.",
            "Delivered two days early.",
            "Clear price, no hidden charges.",
            "Support solved it on the first call.",
            "Good value, though not the cheapest.",
            "Easy to reorder in the app.",
            "Careful packaging and complete documents.",
            "Nothing to complain about.",
            "You listen, and then something happens.",
            "{P} is a real step forward.",
        ),
        (
            "Our account manager picks up the phone every time.",
            "We have told other plants to try you.",
            "Never stopped our line.",
            "Passed acceptance at the first go.",
            "Half the faults since we changed to your {p}.",
            "The yearly visit was well prepared.",
        ),
        (
            "My parents use it without asking me.",
            "{P} looks good and works.",
            "Fitter explained everything with patience.",
            "Bought a second one for my sister.",
        ),
    ),
    (
        (
            "It does the job.",
            "{P} is good, shipping was slow.",
            "Fine so far, a bit pricey.",
            "The manual could say more.",
            "Friendly people, but too many hand-offs.",
            "Works, although the menu takes getting used to.",
            "Too many newsletters, too few answers.",
            "Not bad, not special either.",
        ),
        (
            "Quality is not bad, invoices need chasing.",
            "We would like to hear about updates before our fitters do.",
            "Neither better nor worse than the last supplier.",
            "Someone could visit once a year.",
        ),
        (
            "The color differs from the picture.",
            "Quick answers, but they read like a template.",
            "{P} is nice, the voucher rules are not.",
        ),
    ),
    (
        (
            "Three weeks and still no repair.",
            "Nobody called back after our complaint.",
            "I explained the same fault to five people.",
            "Second return of the {p} in six months.",
            "It took a month to correct one invoice.",
            "Prices went up, service did not.",
            "Not what I would recommend to anyone.",
            "The hotline is always busy.",
            "{P} broke within a month.",
        ),
        (
            "New account manager, then silence.",
            "Late again, and production had to wait.",
            "We will not renew.",
            "We never got the technical update you promised.",
            "Wrong parts sent, and we paid the freight.",
            "Charming until the contract was signed.",
            "We are looking at another maker's {p}.",
        ),
        (
            "Returning it was a nightmare.",
            "{P} keeps losing the connection.",
            "The fitter came at the third appointment.",
            "Nothing like the advertisement.",
        ),
    ),
)

#: By language and tone: what is said about after-sales service.
SERVICE = {
    "zh": (
        (
            "售后响应快，当天就上门了。",
            "维修师傅专业，修完还教怎么保养。",
            "换货只用了三天，售后没得说。",
            "售后主动回访，问题真的解决了。",
            "售后没推诿，直接给换了新的。",
        ),
        (
            "售后能解决问题，只是慢。",
            "维修收费不太透明。",
            "售后电话接得快，配件要等。",
            "售后还行，希望周末也有人。",
        ),
        (
            "售后太慢，配件等了一个月。",
            "东西好用，售后一言难尽。",
            "修好没两天又坏，售后让再等等。",
            "买的时候什么都好，一到售后就推来推去。",
            "售后来了三个人，没一个能修。",
        ),
    ),
    "en": (
        (
            "After-sales came the same day.",
            "Repaired fast, and they showed how to avoid it.",
            "Replacement within three days.",
            "After-sales called to ask whether it really works now.",
        ),
        (
            "Repairs are fine, just slow.",
            "Service fees are hard to follow.",
            "Hotline quick, spare parts not.",
        ),
        (
            "Great device, poor after-sales.",
            "Waited a month for one spare part.",
            "Fixed on Monday, broken on Wednesday.",
            "Everyone was sorry, nobody could repair it.",
        ),
    ),
}

PHRASES = {"zh": _ZH, "en": _EN}

#: By language: products that businesses and consumers talk about.
PRODUCT_NAMES = {
    "zh": (
        ("传感器", "控制器", "工业路由器", "变频器", "电源模块", "数据记录仪", "操作面板"),
        ("门锁", "摄像机", "充电器", "移动电源", "耳机", "网关", "台灯", "智能插座"),
    ),
    "en": (
        ("sensor", "controller", "router", "inverter", "power supply", "data logger", "operator panel"),
        ("lock", "camera", "charger", "power bank", "earphones set", "gateway", "lamp", "smart plug"),
    ),
}
