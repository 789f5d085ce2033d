"""Controls for the notebook that explores. Nothing is measured here: the same examinations, charts and tables follow
the choices."""

from sizhen.view.widgets.controls import Explorer, explorer
from sizhen.view.widgets.panels import Panel, panel

__all__ = ["Explorer", "Panel", "explorer", "panel"]
