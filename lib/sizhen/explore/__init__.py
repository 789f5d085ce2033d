"""Controls for the notebook that explores. Nothing is measured here: the same examinations, charts and tables follow
the choices."""

from sizhen.explore.controls import Explorer, explorer
from sizhen.explore.form import AnswerForm, answer_form
from sizhen.explore.panels import Panel, panel

__all__ = ["AnswerForm", "Explorer", "Panel", "answer_form", "explorer", "panel"]
