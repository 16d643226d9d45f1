"""Quiz questions and demos as widgets, with a still picture for where no kernel runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainkit.course.lock.quizzes import reply
from trainkit.course.model import Quiz
from trainkit.course.present import Note, code_spans, unmarked
from trainkit.i18n import _, joined, pick

__all__ = ["control", "picture", "show_demo", "show_quiz", "show_widget"]

WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


def show_demo(draw: Callable[..., Any], controls: Mapping[str, Any], labels: Mapping[str, str]) -> None:
    """Show `draw(**controls)` under its controls; moving one draws again."""
    import ipywidgets as w

    widgets = {name: control(spec, labels.get(name, name)) for name, spec in controls.items()}
    figure = w.HTML()

    def redraw(_change: object = None) -> None:
        figure.value = picture(draw(**{name: widget.value for name, widget in widgets.items()}))

    for widget in widgets.values():
        widget.observe(redraw, names="value")
    redraw()
    caption = _("Run this cell to move the controls.")
    still = f"{figure.value}<p><em>{caption}</em></p>"
    show_widget(w.VBox([*widgets.values(), figure]), still, caption)


def control(spec: Any, label: str) -> Any:
    """Return the widget for a control: choices for a list or mapping, a slider for a tuple of numbers."""
    import ipywidgets as w

    style = {"description_width": "initial"}
    layout = w.Layout(width="auto", max_width="36em")
    if isinstance(spec, w.Widget):
        return spec
    if isinstance(spec, tuple):
        low, high, *rest = spec
        step = rest[0] if rest else 1
        start = rest[1] if len(rest) > 1 else low
        kind = w.IntSlider if all(isinstance(v, int) for v in (low, high, step)) else w.FloatSlider
        return kind(
            value=start, min=low, max=high, step=step, description=label, style=style, layout=layout,
            continuous_update=False,
        )  # fmt: skip
    options = list(spec.items()) if isinstance(spec, Mapping) else list(spec)
    return w.Dropdown(options=options, description=label, style=style, layout=layout)


def picture(shown: Any) -> str:
    """Return charts and texts as HTML; a chart becomes SVG, so that nothing is fetched to draw it."""
    if isinstance(shown, list | tuple):
        return "".join(picture(s) for s in shown)
    if isinstance(shown, str):
        return f"<p>{code_spans(shown)}</p>"
    if hasattr(shown, "to_dict") and hasattr(shown, "properties"):
        from trainkit.charts.svg import to_svg

        return f'<div style="overflow-x:auto">{to_svg(shown)}</div>'
    return str(shown._repr_html_()) if hasattr(shown, "_repr_html_") else code_spans(str(shown))


def show_quiz(quiz: Quiz) -> None:
    """Ask a question; every choice is answered with its own sentence."""
    import ipywidgets as w

    question, answer = quiz_widget(quiz)
    still = "".join(f"<li>{code_spans(pick(c.label))}</li>" for c in quiz.choices)
    caption = _("Run this cell to answer.")
    still_html = (
        f"<p><strong>{code_spans(pick(quiz.question))}</strong></p><ul>{still}</ul><p><em>{caption}</em></p>"
    )
    show_widget(w.VBox([question, answer]), still_html, pick(quiz.question))


def quiz_widget(quiz: Quiz) -> tuple[Any, Any]:
    """Return the question and a box with choices, a button and the room for what is said about them."""
    import ipywidgets as w

    ask = joined(pick(quiz.question), _("(several are right)") if quiz.several else "")
    boxes = [
        w.Checkbox(description=unmarked(pick(c.label)), indent=False, layout=w.Layout(width="auto"))
        for c in quiz.choices
    ]
    if not quiz.several:
        _keep_one(boxes)
    button = w.Button(description=_("Check"), button_style="primary")
    said = w.HTML()

    def check(_button: object) -> None:
        picked = [n for n, box in enumerate(boxes) if box.value]
        said.value = "".join(n._repr_html_() for n in _said(quiz, picked))

    button.on_click(check)
    return w.HTML(f"<strong>{code_spans(ask)}</strong>"), w.VBox([*boxes, button, said])


def _keep_one(boxes: list[Any]) -> None:
    """Make check boxes exclusive; unlike radio buttons they may start empty, and long labels wrap."""

    def clear_others(change: Any) -> None:
        if change["new"]:
            for box in boxes:
                if box is not change["owner"]:
                    box.value = False

    for box in boxes:
        box.observe(clear_others, names="value")


def _said(quiz: Quiz, picked: list[int]) -> list[Note]:
    if not picked:
        return [Note("info", _("Pick a choice first."))]
    replies = [reply(quiz, n) for n in picked]
    notes = [Note("good" if c.right else "look", pick(c.label), pick(c.because)) for c, _all in replies]
    if all(c.right for c, _all in replies) and len(picked) < replies[0][1]:
        notes.append(Note("info", _("That's right as far as it goes. Another choice is right as well.")))
    return notes


def show_widget(widget: Any, still: str, plain: str) -> None:
    """Display a widget with a still picture and a text beside it: a viewer takes the best it can show."""
    from IPython.display import display

    bundle = dict(widget._repr_mimebundle_())
    display({"text/plain": plain, "text/html": still, WIDGET_MIME: bundle[WIDGET_MIME]}, raw=True)
