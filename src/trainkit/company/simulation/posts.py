"""What is posted about Lantai: sentences by tone and language, and those of the crisis.

`{p}` stands for a product. Tones: 0 positive, 1 neutral, 2 negative. Some posts deny, understate or mock:
counting good and bad words alone gets them wrong.
"""

from __future__ import annotations

__all__ = ["CRISIS", "POSTS", "PRODUCTS"]

_ZH = (
    (
        "澜泰的{p}用了半年，真心推荐。",
        "换了澜泰的{p}，产线稳多了。",
        "本来没抱希望，结果澜泰的{p}一点毛病没有。",
        "澜泰客服今天给我打电话确认问题解决了没有，被感动到。",
        "给爸妈装了澜泰的{p}，他们自己就会用了。",
        "双十一入的{p}，做工对得起价格。",
        "同样的价位，澜泰的{p}算良心了。",
        "澜泰的{p}拆机看了，用料扎实。",
        "项目上用了二十台{p}，零返修。",
        "不得不说，澜泰这次的{p}比进口的还省心。",
        "没有一次掉线，澜泰的{p}可以。",
        "澜泰技术支持周末也在线，赞一个。",
    ),
    (
        "有人用过澜泰的{p}吗？求真实体验。",
        "澜泰电子发布新一代{p}，下月开售。",
        "澜泰的{p}和其他几家怎么选？",
        "澜泰在工博会的展台人挺多，主推{p}。",
        "请问澜泰{p}的说明书哪里下载？",
        "澜泰{p}，九成新，同城自提。",
        "澜泰招聘嵌入式工程师，地点在总部。",
        "今天培训讲到了澜泰的{p}。",
        "系统默认好评。",
        "{p}收到了，还没用，用了再来说。",
        "澜泰和大学共建实验室，签约仪式今天举行。",
        "盘点十款{p}，澜泰排中间。",
    ),
    (
        "澜泰的{p}又断线了，第三次了。",
        "澜泰售后电话打了一上午没人接。",
        "{p}修了两回还是老毛病，澜泰你行不行。",
        "说好三天到货，澜泰让我等了两周，真是“高效”。",
        "不推荐澜泰的{p}，谁买谁知道。",
        "澜泰的{p}宣传得天花乱坠，到手一般般都算不上。",
        "换货的运费居然要我出，澜泰的服务就这样？",
        "客服只会复制粘贴，问三遍都没答到点上。",
        "澜泰{p}涨价了，质量倒没跟着涨。",
        "厂里十台{p}坏了四台，耽误交货谁负责？",
        "谢谢澜泰，让我体会到什么叫耐心。",
        "原来的客户经理走了，澜泰再没人理我们。",
    ),
)

_EN = (
    (
        "Half a year with the Lantai {p} and not a single dropout.",
        "Lantai support called back to ask whether it really works now. That is how you do it.",
        "Swapped our old units for the Lantai {p}. No regrets.",
        "Did not expect much from the {p}. I was wrong, in a good way.",
        "Solid build, fair price: the Lantai {p}.",
    ),
    (
        "Anyone here with experience of the Lantai {p}?",
        "Lantai announces a new {p} for next month.",
        "Where can I download the manual of the Lantai {p}?",
        "Lantai shows the {p} at the automation fair.",
        "Selling a Lantai {p}, hardly used.",
    ),
    (
        "Third dropout this week. Lantai {p}, never again.",
        "Two weeks for a spare part. Well done, Lantai.",
        "The {p} is not bad, it is just never there when you need it.",
        "Lantai's hotline: forty minutes of music.",
        "Great brochure. The {p} itself, less so.",
    ),
)

POSTS = {"zh": _ZH, "en": _EN}

#: Products that posts speak of, by language.
PRODUCTS = {
    "zh": (
        "控制器",
        "工业路由器",
        "智能门锁",
        "摄像机",
        "充电器",
        "移动电源",
        "耳机",
        "传感器",
        "变频器",
        "网关",
    ),
    "en": ("controller", "router", "smart lock", "camera", "charger", "power bank", "gateway", "inverter"),
}

#: Posts of the crisis: a charger that got too hot. By language, as it went on.
CRISIS = {
    "zh": (
        "澜泰 65W 充电器烫得没法摸，大家小心！",
        "刚才澜泰充电器冒烟了，吓死我，已经拔掉。",
        "看到好几个人说澜泰充电器过热，是同一批吗？",
        "澜泰充电器发热不是个例，评论区都炸了。",
        "@澜泰电子 充电器过热，什么时候给个说法？",
        "客服让我“正常使用”，充电器都烫变形了还正常？",
        "已经退货了，澜泰的充电器不敢再用。",
        "转发提醒：澜泰 65W 充电器，晚上睡觉别插着。",
        "一夜之间全是澜泰充电器的视频。",
        "家里有孩子，澜泰充电器直接扔了。",
        "等了一天，澜泰官方还没有回应充电器的事。",
        "澜泰终于发声明了，召回充电器，早干嘛去了。",
    ),
    "en": (
        "My Lantai 65 W charger got so hot that it warped. Unplug yours.",
        "Smoke from a Lantai charger. Is anyone else seeing this?",
        "A whole day, and no word from Lantai about the chargers.",
        "Returned my Lantai charger. Not worth the risk.",
        "Lantai recalls the charger at last. A bit late.",
    ),
}
