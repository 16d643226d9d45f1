"""A tiny course as an author would write it: one lesson of few cells and one exercise, both languages."""

from __future__ import annotations

import textwrap
from pathlib import Path

from trainkit.authoring.build import SECTIONS
from trainkit.company import variants

#: Where the tiny exercise opens, and the number that it works with there.
OPENS = variants.opening("1-01")
NUMBER = 10 + OPENS

EXERCISE = """\
---
id: "1-01"
title: {en: Counting, zh: 数一数}
level: junior
competencies: [C1]
minutes: 5
answers:
  double:
    type: number
    tolerance: 0.05
    points: 2
    ask: {en: Twice the number, zh: 这个数的两倍}
  size:
    type: choice
    ask: {en: "How large is it?", zh: 它有多大？}
    choices:
      big: {en: Big, zh: 大}
      small: {en: Small, zh: 小}
---

+++ {"lang": "en"}

A number to work with.

+++ {"lang": "zh"}

先有一个数。

```{code-cell}
from trainkit import Exercise

ex = Exercise("1-01", variant=variant)
number = 10 + variant
```

```{code-cell}
# BEGIN SOLUTION
double = number * 2
# END SOLUTION
ex.answer(double=double)
```

```{code-cell}
:mistake: GEN-1
:answer: double
double = number * 3
```

+++ {"lang": "en", "mistake": "GEN-1"}

{value} is three times it.

+++ {"lang": "zh", "mistake": "GEN-1"}

{value} 是它的三倍。

+++ {"lang": "en", "hint": "double"}

Two of it.

+++ {"lang": "zh", "hint": "double"}

两个它。

```{code-cell}
# BEGIN SOLUTION
size = "big"
# END SOLUTION
ex.answer(size=size)
```

```{code-cell}
:mistake: GEN-2
:answer: size
size = "small"
```

+++ {"lang": "en", "mistake": "GEN-2"}

Compare it with one.

+++ {"lang": "zh", "mistake": "GEN-2"}

和一比比看。
"""

_FRONT = """\
---
id: "1-01"
title: {en: Counting, zh: 数一数}
level: junior
competencies: [C1]
minutes: 5
answers:
  triple:
    type: number
    ask: {en: Three times the number, zh: 这个数的三倍}
---
"""

_BODIES = {
    "Worked example": """
        ```{code-cell}
        from trainkit import Lesson

        lesson = Lesson("1-01")
        number = 7
        print("twice:", number * 2)
        # zh: print("两倍：", number * 2)
        ```

        +++ {"lang": "en"}

        Twice {{ number }} is {{ number * 2:.1f }}.

        +++ {"lang": "zh"}

        {{ number }} 的两倍是 {{ number * 2:.1f }}。
        """,
    "Demo": """
        ```{code-cell}
        lesson.demo(lambda n: f"{n} times", n=(1, 9))
        ```
        """,
    "Practice": """
        ```{code-cell}
        # BEGIN SOLUTION
        triple = number * 3
        # END SOLUTION
        lesson.answer(triple=triple)
        ```

        +++ {"lang": "en", "hint": "triple"}

        Once more than twice.

        +++ {"lang": "zh", "hint": "triple"}

        比两倍再多一倍。

        +++ {"lang": "en", "hint": "triple"}

        Three of one are three.

        +++ {"lang": "zh", "hint": "triple"}

        三个一是三。

        +++ {"lang": "en", "after": "triple"}

        Three times {{ number }} is {{ triple }}.
        That is odd.

        +++ {"lang": "zh", "after": "triple"}

        {{ number }} 的三倍是 {{ triple }}。
        这是奇数。
        """,
    "Quiz": """
        +++ {"lang": "en", "quiz": "even"}

        Which number is even?

        - [x] Two
          It is twice one.
        - [ ] Three
          Something is left over.

        +++ {"lang": "zh", "quiz": "even"}

        哪个数是偶数？

        - [x] 二
          它是一的两倍。
        - [ ] 三
          会剩下一个。
        """,
}


def lesson() -> str:
    """Return the text of the tiny lesson."""
    parts = [_FRONT]
    for section in SECTIONS:
        for lang, title in section.items():
            parts.append(f'\n+++ {{"lang": "{lang}"}}\n\n## {title}\n')
        parts.append(textwrap.dedent(_BODIES.get(section["en"], "")))
    return "".join(parts)


LESSON = lesson()


def write_course(root: Path, *, lesson: str = LESSON, exercise: str = EXERCISE) -> Path:
    """Lay the tiny course below `root`, as in a checkout, and return `root`."""
    for folder, text in (("lessons", lesson), ("solutions", exercise)):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "1-01.md").write_text(text, encoding="utf-8")
    (root / "datasets").mkdir(exist_ok=True)
    return root
