"""What the tests of charts share."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from sizhen import view


@pytest.fixture(params=["zh", pytest.param("en", marks=pytest.mark.slow)])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every chart in both languages, `make test-fast` in one.

    `pytest.mark.usefixtures("language")` where the test need not know which."""
    mpl.use("agg")
    view.use(request.param, "CNY")
    yield request.param
    plt.close("all")
