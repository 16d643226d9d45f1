"""Text: what customers write, counted by small word lists that anyone can read, in Chinese and English.

Words are looked up as they stand, longest first; no model, no network. A list misses irony and new words:
check a sample by hand and report precision and recall. On Lantai's own posts, which were known when the words
were chosen, nine in ten labels agree with those given by hand; what is left is mostly mockery. On texts that
nobody had in mind, expect fewer.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw

from trainkit.errors import EmptyInput
from trainkit.i18n import _
from trainkit.metrics.frames import IntoFrame, complete, eager, extend, lazy, like
from trainkit.metrics.missing import known
from trainkit.metrics.registry import metric

__all__ = ["SentimentQuality", "sentiment", "sentiment_quality", "sentiment_score", "topic_counts"]

_LIU = "Liu, Sentiment Analysis and Opinion Mining, 2012"


def _listed(words: str) -> tuple[str, ...]:
    """Return words that are written apart by blanks; in quotation marks, several that go together."""
    return tuple(shlex.split(words.replace("'", "\\'")))


_POSITIVE = _listed("""
    good great excellent fast quick helpful friendly reliable happy satisfied love perfect easy
    thank thanks pleased recommend solved professional polite solid "fair price" effortless robust durable
    "no regrets" "good way" "called back" "works well"
    好 很好 满意 不错 优秀 专业 及时 快 快速 热情 耐心 可靠 稳定 喜欢 感谢 推荐 方便
    贴心 解决了 点赞 省心 放心 良心 扎实 稳 赞 赞一个 被感动 感动 对得起 零返修 零故障 物有所值
    值得 好用 顺手 靠谱 周到 一点毛病没有 自己就会用 没毛病
""")
_NEGATIVE = _listed("""
    bad poor terrible awful slow late broken unhappy angry rude useless worst disappointed
    disappointing problem fail failed failure ignored expensive complaint unacceptable dropout smoke
    risk overheating overheats dangerous worry returned recall "never again" "less so" "no word"
    "forty minutes" "two weeks"
    差 很差 糟糕 慢 太慢 失望 投诉 故障 坏了 不满 敷衍 推诿 拖延 没人理 没人管 问题
    退货 贵 太贵 不耐烦 延误 断线 掉线 死机 发热 过热 发烫 烫 冒烟 着火 变形 吓死 小心 别插着 不敢
    炸了 扔了 没人接 打不通 老毛病 涨价 坑 被坑 坏 宣传得天花乱坠 天花乱坠 复制粘贴 答非所问 没答到点上
    等了两周 居然 给个说法 谁负责 谁买谁知道 全是
""")
#: Words in which others hide, and that say nothing of their own.
_SILENT = _listed("""
    快递 快件 快照 快讯 默认好评 好评返现 问题不大 好几 好多 好像 正好 最好 常见问题 有问题请 稳压 稳定版
    贵司 贵公司 贵阳 差旅 出差 时差 差不多
""")
_NEGATIONS = _listed("""
    not no never n't hardly 不 没 没有 不太 不够 并不 毫不 不大 不算 算不上 没那么
""")

#: Words that show what a text is about.
TOPICS: dict[str, tuple[str, ...]] = {
    "after_sales": (
        "service",
        "repair",
        "support",
        "after-sales",
        "warranty",
        "售后",
        "维修",
        "客服",
        "服务",
        "保修",
    ),
    "delivery": ("delivery", "shipping", "late", "courier", "物流", "发货", "交付", "延误", "快递", "送货"),
    "price": ("price", "expensive", "cheap", "discount", "cost", "价格", "贵", "便宜", "折扣", "优惠"),
    "quality": ("quality", "broken", "defect", "fault", "durable", "质量", "故障", "坏了", "耐用", "品质"),
    "follow_up": (
        "follow-up",
        "contact",
        "reply",
        "response",
        "ignored",
        "回访",
        "联系",
        "回复",
        "没人理",
        "没人管",
    ),
}

_LATIN = re.compile(r"[a-z]+n't|[a-z]+(?:-[a-z]+)*")
#: How many words before a word a negation still turns it round.
_REACH = 3


class SentimentQuality(NamedTuple):
    """How good a sentiment label is, against labels given by hand."""

    precision: float
    """Mean precision over the classes, in %."""
    recall: float
    """Mean recall over the classes, in %."""
    macro_f1: float
    """Mean F1 over the classes, in %: rare classes count as much as common ones."""
    accuracy: float
    """Share of right labels, in %."""


def _words() -> dict[str, int | None]:
    """Return every word with its polarity: 1, −1, 0 for a negation, `None` for one that says nothing."""
    said = {**dict.fromkeys(_POSITIVE, 1), **dict.fromkeys(_NEGATIVE, -1), **dict.fromkeys(_NEGATIONS, 0)}
    return {**said, **dict.fromkeys(_SILENT)}


_LEXICON = _words()
_CHINESE = sorted((w for w in _LEXICON if not w.isascii()), key=len, reverse=True)
_PHRASES = sorted((w for w in _LEXICON if " " in w), key=len, reverse=True)
_TOKENS = re.compile(
    "|".join(
        [
            *map(re.escape, _PHRASES),
            _LATIN.pattern,
            *map(re.escape, _CHINESE),
            r"[，。！？；,.!?;]",
            r"[\u4e00-\u9fff]",
        ]
    )
)


def _tokens(text: str) -> list[str]:
    """Split into English words, known Chinese words (longest first), single characters and marks."""
    found = []
    for token in _TOKENS.findall(text.lower().replace("’", "'")):
        found += [token[:-3], "n't"] if token.endswith("n't") and token not in _LEXICON else [token]
    return found


@metric(
    unit="score",
    better="higher",
    zh="情感得分",
    en="Sentiment score",
    source=_LIU,
    range=(-1, 1),
    example={"text": "The repair was fast, but nobody was helpful. 售后很好,价格太贵。"},
)
def sentiment_score(text: str) -> float:
    """Balance of praise and blame in a text, -1 to 1; 0 for neither or for as much of both.

    A negation up to three words before turns a word round, unless a mark of punctuation stands between.

    Args:
        text: a text in Chinese, English or both.

    >>> sentiment_score("很好,不满意"), sentiment_score("not bad"), sentiment_score("快递到了，问题不大")
    (0.0, 1.0, 0.0)
    """
    points = []
    since = _REACH + 1
    for token in _tokens(text):
        polarity = _LEXICON.get(token)
        if polarity == 0:
            since = 0
            continue
        if re.fullmatch(r"[，。！？；,.!?;]", token):
            since = _REACH + 1
            continue
        since += 1
        if polarity:
            points.append(-polarity if since <= _REACH else polarity)
            since = _REACH + 1
    return sum(points) / len(points) if points else 0.0


def _texts(frame: IntoFrame, text: str) -> nw.DataFrame[Any]:
    rows = eager(frame, *lazy(frame, text).collect_schema().names())
    rows = known(rows, text)
    if rows.is_empty():
        raise EmptyInput(_("There is no text."))
    return rows


@metric(
    unit="table",
    better="higher",
    zh="情感标注",
    en="Sentiment of texts",
    source=_LIU,
    range=(None, None),
    example={"frame": {"comment": ["很好", "太慢,没人理", None, "Fast and friendly", "ok"]}},
)
def sentiment(frame: IntoFrame, text: str = "comment") -> Any:
    """Score and label every text by a word list.

    Args:
        frame: one row a text; rows without a text are left out.
        text: column with the text.

    Returns:
        The rows with `sentiment_score` (-1 to 1) and `sentiment` (`positive`, `neutral`, `negative`).

    Raises:
        EmptyInput: there is no text.

    >>> import pandas as pd
    >>> sentiment(pd.DataFrame({"comment": ["很好", "太慢"]}))["sentiment"].tolist()
    ['positive', 'negative']
    """
    rows = _texts(frame, text)
    scores = [sentiment_score(str(t)) for t in rows[text].to_list()]
    labels = ["positive" if s > 0 else "negative" if s < 0 else "neutral" for s in scores]
    return extend(rows, sentiment_score=scores, sentiment=labels)


@metric(
    unit="table",
    better="neither",
    zh="主题计数",
    source=_LIU,
    range=(0, 100),
    example={"frame": {"comment": ["售后很好", "Late delivery, rude service", None, "价格太贵"]}},
)
def topic_counts(
    frame: IntoFrame, text: str = "comment", topics: Mapping[str, Sequence[str]] | None = None
) -> Any:
    """How many texts speak of each topic, with their share and mean sentiment, as a table.

    A text may speak of several topics, or of none: the shares don't add up to 100.

    Args:
        frame: one row a text; rows without a text are left out.
        text: column with the text.
        topics: for each topic the words that show it; by default those of `TOPICS`.

    Returns:
        Columns `topic`, `n` (texts), `share` (% of all texts), `sentiment_score` (mean, -1 to 1; 0 without a
        text), most frequent first.

    Raises:
        EmptyInput: there is no text.

    >>> import pandas as pd
    >>> topic_counts(pd.DataFrame({"comment": ["售后很好", "价格太贵", "售后太慢"]}))["topic"].tolist()[:2]
    ['after_sales', 'price']
    """
    rows = _texts(frame, text)
    texts = [str(t).lower() for t in rows[text].to_list()]
    scores = [sentiment_score(t) for t in texts]
    table = []
    for topic, words in (topics or TOPICS).items():
        # Between Chinese and Latin letters there is no word boundary.
        patterns = [rf"(?<![a-z0-9]){re.escape(w)}" if w.isascii() else re.escape(w) for w in words]
        mentions = re.compile("|".join(patterns))
        found = [score for t, score in zip(texts, scores, strict=True) if mentions.search(t)]
        mean = sum(found) / len(found) if found else 0.0
        table.append((topic, len(found), 100 * len(found) / len(texts), mean))
    table.sort(key=lambda row: (-row[1], row[0]))
    columns = zip(("topic", "n", "share", "sentiment_score"), zip(*table, strict=True), strict=True)
    return like({name: list(values) for name, values in columns}, rows)


@metric(
    unit="percent",
    better="higher",
    zh="情感标注质量",
    en="Quality of sentiment labels",
    source=_LIU,
    range=(0, 100),
    example={
        "frame": {
            "by_hand": ["positive", "positive", "negative", None],
            "label": ["positive", "negative", "negative", "x"],
        },
        "truth": "by_hand",
        "label": "label",
    },
)
def sentiment_quality(frame: IntoFrame, truth: str, label: str) -> SentimentQuality:
    """Precision, recall, macro-F1 and accuracy of labels against labels given by hand, in %, from 0 to 100.

    Where nine texts in ten are positive, calling all of them positive is 90 % accurate: look at macro-F1.

    Args:
        frame: one row a text; rows without both labels are left out.
        truth: column with the label given by hand.
        label: column with the label to judge.

    Raises:
        EmptyInput: no text has both labels.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"by_hand": ["positive"] * 9 + ["negative"], "label": ["positive"] * 10})
    >>> found = sentiment_quality(table, "by_hand", "label")
    >>> found.accuracy, round(found.macro_f1, 1)
    (90.0, 47.4)
    """
    rows = complete(frame, truth, label, only=True)
    pairs = list(zip(rows[truth].to_list(), rows[label].to_list(), strict=True))
    classes = sorted({str(t) for t, _l in pairs})
    precisions, recalls, f1s = [], [], []
    for name in classes:
        hits = sum(str(t) == name and str(guess) == name for t, guess in pairs)
        given, true = sum(str(guess) == name for _t, guess in pairs), sum(str(t) == name for t, _l in pairs)
        precisions.append(100 * hits / given if given else 0.0)
        recalls.append(100 * hits / true)
        f1s.append(200 * hits / (given + true))
    right = 100 * sum(str(t) == str(guess) for t, guess in pairs) / len(pairs)
    k = len(classes)
    return SentimentQuality(sum(precisions) / k, sum(recalls) / k, sum(f1s) / k, right)
