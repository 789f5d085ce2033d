"""What the tests of examinations share."""

from __future__ import annotations

from pathlib import Path

import pytest

from small_reviews import Make
from small_shop import shop_of


@pytest.fixture
def shop(tmp_path: Path) -> Make:
    """A shop with just the tables given."""
    return lambda **frames: shop_of(tmp_path, **frames)
