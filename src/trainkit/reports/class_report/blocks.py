"""The blocks of an exercise's report: questions, reliability, mistakes, variants, likeness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import isnan

from trainkit.classes.preparation import Keys
from trainkit.course.model import Info, Key
from trainkit.errors import InputError
from trainkit.gradebook.records import Submission
from trainkit.gradebook.summary import shown
from trainkit.i18n import _, joined, ngettext, percent, pick
from trainkit.reports import statistics
from trainkit.reports.class_report.drawing import outcomes
from trainkit.reports.class_report.model import Block, ExerciseReport, ItemRow, MistakeRow, VariantRow
from trainkit.reports.pages import share
from trainkit.reports.similarity import Pair
from trainkit.reports.statistics import MINIMUM, Interval, Item

__all__ = ["exercise_report", "too_few"]

#: Below this discrimination a question hardly tells trainees apart; below zero something is wrong with it.
#: Source: Ebel, Measuring Educational Achievement, 1965.
_WEAK, _GOOD = 0.2, 0.3

#: From this share on, and up to this one, a question is too easy or too hard to tell trainees apart.
_EASY, _HARD = 0.95, 0.2

#: Below this reliability nobody should be ranked by a test alone.
_RELIABLE = 0.7


def too_few(n: int) -> str:
    """Return why a block isn't shown for `n` trainees; nothing if there are enough."""
    if n >= MINIMUM:
        return ""
    return _(
        "Shown from {least} trainees on; here are {n}. With so few, one of them decides the figure."
    ).format(least=MINIMUM, n=n)


def exercise_report(
    info: Info, submissions: Sequence[Submission], keys: Keys, pairs: Sequence[Pair]
) -> ExerciseReport:
    """Return the report on one exercise.

    Args:
        info: the exercise, in the edition that was handed in last.
        submissions: one a trainee; other editions, damaged and failed ones are left out of the statistics.
        keys: with the messages of its mistakes.
        pairs: of submissions that are alike.
    """
    graded = [s for s in submissions if s.state == "graded" and s.exercise.edition == info.edition]
    n = len(graded)
    if reason := too_few(n):
        what = _("This holds for questions, reliability, mistakes, hidden data and likeness.")
        return ExerciseReport(info.heading, reason=joined(reason, what))
    points = [_points(s, info) for s in graded]
    return ExerciseReport(
        heading=info.heading,
        summary=ngettext(
            "{graded} of {all} submission is in these figures.",
            "{graded} of {all} submissions are in these figures.",
            len(submissions),
        ).format(graded=n, all=len(submissions)),
        questions=_questions(info, points, graded),
        reliability=_reliability(info, points),
        mistakes=_mistakes(info, graded, keys.get((info.id, info.edition))),
        variants=_variants(info, graded),
        similarity=_similarity(pairs),
    )


def _points(submission: Submission, info: Info) -> list[float]:
    awarded = {m.name: m.awarded for m in submission.marks}
    return [awarded.get(a.name, 0.0) for a in info.answers]


def _questions(info: Info, points: Sequence[Sequence[float]], graded: Sequence[Submission]) -> Block:
    worth = [i for i, a in enumerate(info.answers) if a.points > 0]
    if not worth:
        return Block(reason=_("No answer of this exercise earns points."))
    asked = [info.answers[i] for i in worth]
    kept = [[row[i] for i in worth] for row in points]
    items = statistics.item_analysis(kept, [a.points for a in asked], [a.name for a in asked])
    hardest = min(items, key=lambda item: item.difficulty)
    reached = percent(share(hardest.difficulty, 1))
    title = (
        _("No question is hard: each reached at least {share} of its points").format(share=reached)
        if hardest.difficulty >= _EASY
        else _("Hardest: {name}, with {share} of its points").format(name=hardest.name, share=reached)
    )
    counts = {a.name: Counter(_outcome(s, a.name) for s in graded) for a in asked}
    rows = [
        ItemRow(
            item.name, pick(a.ask), share(item.difficulty, 1), _number(item.discrimination), _remark(item)
        )
        for item, a in zip(items, asked, strict=True)
    ]
    said = _(
        "The share of its points says how easy a question is. Discrimination is the correlation with the "
        "rest of the exercise: above {good} it tells trainees apart well, below {weak} hardly."
    ).format(good=_GOOD, weak=_WEAK)
    return Block(said=said, picture=outcomes(counts, title=title), items=rows)


def _outcome(submission: Submission, name: str) -> str:
    run = shown(submission)
    found = (r.outcome for r in run.results if r.name == name) if run else ()
    return next(iter(found), "not attempted")


def _remark(item: Item) -> str:
    if isnan(item.discrimination):
        return _("All did the same.")
    if item.discrimination < 0:
        return _("Those who do well elsewhere do worse here: check the question and its key.")
    if item.difficulty >= _EASY:
        return _("Nearly everybody is right.")
    if item.difficulty <= _HARD:
        return _("Hardly anybody is right.")
    if item.discrimination < _WEAK:
        return _("Hardly tells trainees apart.")
    return _("Tells trainees apart well.") if item.discrimination >= _GOOD else ""


def _reliability(info: Info, points: Sequence[Sequence[float]]) -> Block:
    try:
        found = statistics.reliability(points, [a.points for a in info.answers])
    except InputError as error:
        return Block(reason=str(error))
    measured = _(
        "{name} = {value}, 95 % interval {interval}; trainees: {trainees}, questions: {items}."
    ).format(
        name=found.name if found.name != "α" else _("Cronbach's α"),
        value=_number(found.interval.value),
        interval=_range(found.interval),
        trainees=found.trainees,
        items=found.items,
    )
    if found.interval.low >= _RELIABLE:
        meaning = _("The questions go together: who does well on some does well on the others.")
    elif found.interval.high < _RELIABLE:
        meaning = _("The questions don't go together: look at them one by one, and rank nobody by the total.")
    else:
        meaning = _("That may be above or below {least}: don't rank anybody by this exercise alone.").format(
            least=_RELIABLE
        )
    return Block(said=joined(measured, meaning))


def _mistakes(info: Info, graded: Sequence[Submission], key: Key | None) -> Block:
    made = Counter(
        (r.name, code) for s in graded if (run := shown(s)) for r in run.results for code in r.codes
    )
    unnamed = sum(_outcome(s, a.name) == "wrong" for s in graded for a in info.answers)
    rest = _("Wrong answers without a known mistake: {n}.").format(n=unnamed)
    if not made:
        return Block(said=joined(_("Nobody made a known mistake."), rest))
    n = len(graded)
    rows = [
        MistakeRow(code, name, count, share(count, n), _message(key, name, code))
        for (name, code), count in sorted(made.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    return Block(said=rest, mistakes=rows)


def _message(key: Key | None, name: str, code: str) -> str:
    """Return what is said of a mistake, with a gap where each trainee's own value stands."""
    known = key.answers[name].mistakes if key is not None and name in key.answers else ()
    found = next((pick(m.message) for m in known if m.code == code), "")
    return found.replace("{value}", "…")


def _variants(info: Info, graded: Sequence[Submission]) -> Block:
    names = [a.name for a in info.answers]
    shares = [_hidden_shares(s, names) for s in graded]
    # Personal data can lead to other hidden variants: those that most trainees share are compared.
    [(variants, _n)] = Counter(tuple(sorted(found)) for found in shares).most_common(1)
    rows = [[found[v] for v in variants] for found in shares if tuple(sorted(found)) == variants]
    if len(variants) < 2:
        return Block(reason=_("Fewer than two hidden variants were graded, so there is nothing to compare."))
    if reason := too_few(len(rows)):
        return Block(reason=reason)
    compared = statistics.compare_variants(rows, variants)
    odd = [i for i, found in enumerate(compared, 1) if found.differs]
    said = (
        _("Some data was harder than other: grades are fair only as far as all trainees got the same.")
        if odd
        else _("No hidden variant was harder than the others beyond chance.")
    )
    return Block(
        said=said,
        variants=[
            VariantRow(
                name=_("Hidden data {n}").format(n=i),
                mean=percent(share(found.mean.value, 1)),
                interval=_range(found.mean, 100),
                difference=_difference(found.difference),
                remark=""
                if not found.differs
                else _("harder")
                if found.difference.value < 0
                else _("easier"),
            )
            for i, found in enumerate(compared, 1)
        ],
    )


def _hidden_shares(submission: Submission, names: Sequence[str]) -> dict[int, float]:
    """Return the share of right answers on each hidden variant."""
    return {
        e.variant: sum(r.outcome == "right" for r in e.results if r.name in names) / len(names)
        for e in submission.executions
        if e.hidden
    }


def _similarity(pairs: Sequence[Pair]) -> Block:
    if not pairs:
        return Block(said=_("No two submissions share more code than the exercise makes them."))
    said = _(
        "Names, layout and comments don't count, nor does what was handed out or what more than half of the "
        "class wrote. Likeness is a reason to look, never a proof."
    )
    return Block(said=said, pairs=pairs)


def _number(value: float) -> str:
    return "–" if isnan(value) else f"{value:.2f}".replace("-", "−")


def _range(interval: Interval, factor: int = 1) -> str:
    if isnan(interval.low):
        return "–"
    low, high = interval.low, interval.high
    if factor == 1:
        return _("{low} to {high}").format(low=_number(low), high=_number(high))
    # A mean of shares can't leave 0 to 100 %, whatever its interval does.
    ends = max(0, round(factor * low)), min(factor, round(factor * high))
    return _("{low} to {high}").format(low=ends[0], high=percent(ends[1]))


def _difference(interval: Interval) -> str:
    value, low, high = (_signed(100 * x) for x in (interval.value, interval.low, interval.high))
    return _("{value} percentage points ({low} to {high})").format(value=value, low=low, high=high)


def _signed(value: float) -> str:
    return f"{round(value):+d}".replace("-", "−") if round(value) else "0"
