"""Shops and reports the tests share."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from sizhen.tables import Shop, write_table

settings.register_profile("untimed", deadline=None)  # no test depends on how busy the machine is
settings.load_profile("untimed")

REPO = Path(__file__).resolve().parents[1]
PERIOD = "2026-10"
TINY_PROFILE = """\
shop_id = "tiny"
name = "小店"
platform = "taobao"
category = "womenswear"
language = "zh"
currency = "CNY"
gross_margin = 0.5
[owner]
name = "Owner"
email = "owner@tiny.example"
[targets]
"2026-10" = 40000
"""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real/ and exports/, which is not part of the repository."""
    shared = Path(os.environ.get("SIZHEN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (shared / "data" / "real").is_dir():
        pytest.skip("the shared data is not here; set SIZHEN_SHARED to its folder")
    return shared / "data"


@pytest.fixture(scope="session")
def sample_dir() -> Path:
    """The folder of the sample shops."""
    folder = REPO / "data" / "sample"
    assert list(folder.glob("*/shop.toml")), "there are no sample shops; run `make sample`"
    return folder


def tiny_daily() -> pd.DataFrame:
    """September and October 2026 of a shop with 100 visitors, 5 buyers and 1,000 a day."""
    days = pd.date_range("2026-09-01", "2026-10-31")
    steady = {
        "visitors": 100,
        "page_views": 300,
        "product_visitors": 80,
        "bounced_visitors": 50,
        "cart_buyers": 12,
        "order_buyers": 6,
        "order_amount": 1200.0,
        "paid_buyers": 5,
        "paid_orders": 6,
        "paid_units": 10,
        "paid_amount": 1000.0,
        "returning_paid_buyers": 1,
        "dsr_description": 4.8,
    }
    wave = np.arange(len(days)) % 3
    daily = pd.DataFrame({"date": days, **steady})
    return daily.assign(visitors=daily["visitors"] + wave, paid_amount=daily["paid_amount"] + 10 * wave)


@pytest.fixture
def tiny_shop(tmp_path: Path) -> Shop:
    """A shop in `tmp_path` with shop_daily and traffic_daily of two months."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    (folder / "shop.toml").write_text(TINY_PROFILE, encoding="utf-8")
    daily = tiny_daily()
    write_table(folder, "shop_daily", daily)
    plain = daily[["date", "visitors", "page_views", "paid_buyers", "paid_amount"]]
    write_table(folder, "traffic_daily", plain.assign(channel="search", device="mobile"))
    return Shop.open(tmp_path, "tiny")


@pytest.fixture(scope="session")
def sample_reports(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The --reports folder of one run over a Chinese and an English shop, shared by all test processes of a session."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    reports = shared / "sample-reports"
    with (shared / "sample-reports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not reports.exists():
            command = [sys.executable, "-m", "sizhen.cli", "run", "linen-house", "tea-corner"]
            command += ["--data", str(sample_dir), "--period", PERIOD, "--reports", str(reports), "--jobs", "2"]
            done = subprocess.run(command, capture_output=True, text=True, cwd=shared, timeout=600, check=False)
            (shared / "sample-reports.log").write_text(done.stdout + done.stderr, encoding="utf-8")
            if done.returncode == 0:
                (reports / ".done").touch()
    assert (reports / ".done").exists(), (shared / "sample-reports.log").read_text(encoding="utf-8")
    return reports
