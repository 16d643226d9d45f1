"""Invented names of companies, public bodies and persons, in pinyin or English and in Chinese.

A Chinese name and its other half are put together from the same syllables, so both always say the same.
"""

from __future__ import annotations

import numpy as np

from trainkit.company.simulation.streams import choose

__all__ = ["HENGYUAN", "MANAGERS", "names"]

#: The key account whose story the lessons tell (F3).
HENGYUAN = ("Hengyuan Precision", "恒远精工")

#: Account managers.
MANAGERS = (
    "Gao Lin", "He Jing", "Luo Fang", "Song Rui", "Tang Wei", "Han Xue", "Feng Jie", "Deng Yi", "Cao Ming",
    "Peng Yu", "Zeng Hao", "Xiao Ning", "Tian Yuan", "Dong Lei", "Pan Qing", "Yuan Shan", "Cai Wen",
    "Jiang Tao", "Yu Hong", "Du Kai", "Ye Lan", "Cheng Yan", "Su Yang", "Wei Dan",
)  # fmt: skip

_SYLLABLES = (
    "Rui瑞 Sheng盛 Hua华 Xin信 Da达 Yuan源 Tai泰 An安 Kai凯 Feng丰 Jia嘉 He和 Ming明 De德 Long隆 Xing兴 "
    "Bo博 Ya雅 Jing晶 Chuang创 Chun春 Tian天 Yun云 Qi启 Zhi智 Lian联 Hong宏 Yi益 Shun顺 Guang光 Zhen臻 Jun骏 "
    "Fu富 Ke科 Rong荣 Li力 Qing清 Bei北 Nan南 Cheng诚 Yong永 Kang康 Ao奥 Ping平 Song松 Bai柏 Ding鼎 Xiang祥"
)

_PLACES = (
    "Yunting云汀 Qinghuai清槐 Lanting岚汀 Nanxi南汐 Shuangyu双屿 Jinpu金浦 Baihe白荷 Longze龙泽 "
    "Cuilan翠岚 Dongze东泽 Xituo西陀 Beishu北墅 Hongye红叶 Shituo石坨 Meiting梅汀 Hexu和墟 Songting松亭 "
    "Anlan安澜 Changyue长悦 Fengyu凤屿 Gaofan高帆 Huating花汀 Jinghe景禾 Luoting罗亭 Pingyu平屿 "
    "Qixi七溪 Sanlu三麓 Tongpu同浦 Wutuo五沱 Xingyu兴屿"
)

_SURNAMES = (
    "Wang王 Li李 Zhang张 Liu刘 Chen陈 Yang杨 Zhao赵 Huang黄 Zhou周 Wu吴 Xu徐 Sun孙 Hu胡 Zhu朱 Gao高 Lin林 "
    "He何 Guo郭 Ma马 Luo罗 Liang梁 Song宋 Zheng郑 Xie谢 Han韩 Tang唐 Feng冯 Yu于 Dong董 Xiao萧 Cheng程 Cao曹 "
    "Yuan袁 Deng邓 Xu许 Fu傅 Shen沈 Zeng曾 Peng彭 Lu吕"
)

_GIVEN = (
    "wei伟 min敏 jing静 lei磊 yang洋 yan艳 yong勇 jun军 jie杰 juan娟 tao涛 chao超 ming明 xia霞 ping平 gang刚 "
    "hui慧 dan丹 ling玲 peng鹏 hua华 hong红 fei飞 yu宇 xin欣 rui睿 han涵 yi怡 ning宁 chen晨 xuan轩 tong彤 "
    "hao浩 bin斌 qian倩 lin琳 kai凯 meng萌 shan珊 zhe哲"
)

# What a company of an industry calls itself; by position in the industries of the schema.
_TRADES = (
    ("Auto Parts 汽配", "Drive Systems 传动", "Castings 铸造", "Vehicle Electronics 车载电子"),
    ("Machinery 机械", "Tools 工具", "Precision 精工", "Automation 自动化", "Robotics 机器人"),
    ("Medical 医疗", "Diagnostics 诊断", "Hospital 医院", "Instruments 仪器"),
    ("Telecom 通信", "Networks 网络", "Optics 光电", "Data 数据"),
    ("Energy 能源", "Solar 光伏", "Power Grid 电力", "Heating 热力"),
    ("Logistics 物流", "Freight 货运", "Warehousing 仓储", "Cold Chain 冷链"),
    ("Training 培训", "School 学校", "Vocational College 职业学院"),
)
_OFFICES = (
    ("School District 教育局", "No. 1 Middle School 第一中学", "Vocational School 职业学校"),
    ("Transport Bureau 交通局", "Water Authority 水务局", "Public Works 市政工程处", "Archive 档案馆",
     "Data Center 大数据中心", "Library 图书馆"),
    ("People's Hospital 人民医院", "Health Center 卫生院", "Blood Center 血液中心"),
)  # fmt: skip

_EDUCATION, _MEDICAL = 6, 2


def _halves(words: tuple[str, ...] | list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Split words like `Rui瑞` or `Tools 工具` into their Latin and their Chinese half."""
    cut = [next(i for i, sign in enumerate(word) if ord(sign) > 0x2E80) for word in words]
    latin = [word[:i].strip() for word, i in zip(words, cut, strict=True)]
    chinese = [word[i:] for word, i in zip(words, cut, strict=True)]
    return np.array(latin, dtype=object), np.array(chinese, dtype=object)


def names(rng: np.random.Generator, kind: np.ndarray, industry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Invent a name for each customer.

    Args:
        rng: the stream.
        kind: position of the customer type (B2B, B2C, G), shape (n,).
        industry: position of the industry, shape (n,).

    Returns:
        Names in Latin letters and in Chinese, shape (n,) each. Persons' names may occur more than once.
    """
    latin, chinese = np.empty(kind.size, dtype=object), np.empty(kind.size, dtype=object)
    for position, part in enumerate((_company, _person, _office)):
        rows = np.flatnonzero(kind == position)
        latin[rows], chinese[rows] = part(rng, industry[rows])
    return latin, chinese


def _company(rng: np.random.Generator, industry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    latin, chinese = _halves(_SYLLABLES.split())
    first = rng.integers(len(latin), size=industry.size)
    # The second syllable differs from the first.
    second = (first + rng.integers(1, len(latin), size=industry.size)) % len(latin)
    trade, branch = _second_half(rng, industry, _TRADES)
    lower = np.array([word.lower() for word in latin], dtype=object)
    return latin[first] + lower[second] + " " + trade, chinese[first] + chinese[second] + branch


def _second_half(
    rng: np.random.Generator, industry: np.ndarray, choices: tuple[tuple[str, ...], ...]
) -> tuple[np.ndarray, np.ndarray]:
    latin, chinese = np.empty(industry.size, dtype=object), np.empty(industry.size, dtype=object)
    for position, words in enumerate(choices):
        rows = np.flatnonzero(industry == position)
        drawn = rng.integers(len(words), size=rows.size)
        left, right = _halves(words)
        latin[rows], chinese[rows] = left[drawn], right[drawn]
    return latin, chinese


def _person(rng: np.random.Generator, industry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    size = industry.size
    surname, family = _halves(_SURNAMES.split())
    given, sign = _halves(_GIVEN.split())
    one = choose(rng, 1 / np.arange(3, 3 + len(surname)), size)
    first, second = rng.integers(len(given), size=(2, size))
    double = rng.random(size) < 0.7
    capital = np.array([word.capitalize() for word in given], dtype=object)
    nothing = np.full(size, "", dtype=object)
    latin = surname[one] + " " + capital[first] + np.where(double, given[second], nothing)
    return latin, family[one] + sign[first] + np.where(double, sign[second], nothing)


def _office(rng: np.random.Generator, industry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    place, town = _halves(_PLACES.split())
    drawn = rng.integers(len(place), size=industry.size)
    kind = np.where(industry == _EDUCATION, 0, np.where(industry == _MEDICAL, 2, 1))
    office, bureau = _second_half(rng, kind, _OFFICES)
    county = rng.random(industry.size) < 0.5
    level = np.where(county, "County", "District").astype(object)
    unit = np.where(county, "县", "区").astype(object)
    return place[drawn] + " " + level + " " + office, town[drawn] + unit + bureau
