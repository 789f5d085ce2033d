from __future__ import annotations

import matplotlib as mpl

from sizhen.view import style


def test_charts_are_drawn_as_we_draw_them_whatever_the_user_has_set() -> None:
    """A matplotlibrc in the home or the current folder is read at matplotlib's import."""
    backend = mpl.get_backend()
    mpl.rcParams.update({"axes.grid": True, "font.size": 40, "text.usetex": True})
    style.apply()
    assert (mpl.rcParams["axes.grid"], mpl.rcParams["font.size"], mpl.rcParams["text.usetex"]) == (False, 10, False)
    assert mpl.get_backend() == backend
