"""Controls for the notebook that explores. Nothing is measured here: the same examinations, charts and tables follow
the choices."""

from sizhen.view.widgets.controls import Explorer, explorer
from sizhen.view.widgets.form import AnswerForm, answer_form
from sizhen.view.widgets.panels import Panel, panel

__all__ = ["AnswerForm", "Explorer", "Panel", "answer_form", "explorer", "panel"]
