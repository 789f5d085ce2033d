"""A second shop's file is refused, a newer export of the same shop is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.intake import FileReport, IntakeError
from sizhen.intake.identity import refuse_other_rows
from sizhen.intake.newer import Pairs
from sizhen.tables import Shop
from sizhen.vocab import load

Bring = Callable[..., FileReport]
HEAD = "order_id,buyer_id,created_at,paid_at,amount,paid_amount,refund_amount"
NUMBERS = range(1, 21)
SPEC = load().tables["orders"]


def lines(
    hour: str = "10", buyer: str = "{n}@a", paid: str = "2026-10-{n:02} 10:05:00", refund: str = "0"
) -> list[str]:
    row = f"#{{n}},{buyer},2026-10-{{n:02}} {hour}:00:00,{paid},20,20,{refund}"
    return [HEAD, *(row.format(n=n) for n in NUMBERS)]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"hour": "11"}, "created_at 20), such as row 2, column created_at: order_id #1 is 2026-10-01 11:00:00 here"),
        ({"buyer": "{n}@b"}, "buyer_id 20), such as row 2, column buyer_id: order_id #1 is of another buyer"),
        ({"hour": "11", "buyer": "one"}, "(created_at 20, buyer_id 20), such as row 2"),
    ],
)
def test_another_shop_with_the_same_numbers_is_refused(
    bring: Bring, data_dir: Path, other: dict[str, str], named: str
) -> None:
    bring(*lines())
    before = {path: path.read_bytes() for path in (data_dir / "s1").iterdir()}
    refused = str(bring(*lines(**other), name="other.csv").error)
    assert refused.startswith("other.csv: has other facts in 20 of 20 rows known of s1 (")
    assert named in refused and "check --shop" in refused
    assert {path: path.read_bytes() for path in (data_dir / "s1").iterdir()} == before


@pytest.mark.parametrize(
    "newer",
    [
        {"refund": "20"},
        {"paid": "2026-10-{n:02} 12:30:00"},
        {"buyer": ""},
    ],
)
def test_a_newer_export_of_the_same_shop_comes_in(bring: Bring, newer: dict[str, str]) -> None:
    bring(*lines(paid="") if "paid" in newer else lines())
    wanted = lines(**newer)
    assert bring(*wanted, name="newer.csv").error is None


def test_one_corrected_row_is_told_and_taken(bring: Bring, data_dir: Path) -> None:
    bring(*lines())
    text = "\n".join(lines()).replace("2026-10-07 10:00:00", "2026-10-07 15:00:00").splitlines()
    report = bring(*text, name="corrected.csv")
    assert report.error is None
    assert report.remarks[0].startswith(
        "corrects facts in 1 of 20 rows known of s1 (created_at 1), such as row 8, column created_at: order_id #7"
    )
    stored = Shop.open(data_dir, "s1").table("orders").set_index("order_id")["created_at"]
    assert str(stored["#7"]) == "2026-10-07 15:00:00"


def test_a_file_comes_again_though_the_shop_keeps_another_clock_now(bring: Bring, data_dir: Path) -> None:
    zoned = [line.replace(":00:00", ":00:00 +0800") for line in lines()]
    bring(*zoned)
    profile = data_dir / "s1" / "shop.toml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("Asia/Shanghai", "Europe/Berlin"), encoding="utf-8")
    assert bring(*zoned).error is None
    assert str(Shop.open(data_dir, "s1").table("orders")["created_at"].min()) == "2026-10-01 04:00:00"


def test_two_shops_in_one_new_folder_are_told_apart(bring: Bring) -> None:
    assert bring(*lines()).error is None
    few = [lines()[0], *lines(hour="23", buyer="x")[3:6]]
    assert "3 of 3 rows known" in str(bring(*few, name="few.csv").error)


def compared(moves: list[pd.Timedelta]) -> tuple[str, ...]:
    ids = [f"#{n}" for n in range(len(moves))]
    at = pd.Series(pd.Timestamp("2026-10-01 10:00:30")).repeat(len(ids)).reset_index(drop=True).astype("datetime64[us]")
    known = pd.DataFrame({"order_id": ids, "created_at": at})
    file = known.assign(created_at=at + pd.Series(moves, dtype="timedelta64[us]"))
    return refuse_other_rows("f.csv", "s1", Pairs(known, file, SPEC), pd.Series(range(2, len(ids) + 2)))


@given(st.integers(1, 40), st.integers(0, 40))
def test_from_two_rows_and_a_fifth_on_it_is_another_shop(count: int, moved: int) -> None:
    moved = min(moved, count)
    moves = [pd.Timedelta(hours=int(moved > n)) for n in range(count)]
    if moved >= 2 and moved >= 0.2 * count:
        with pytest.raises(IntakeError, match=f"{moved} of {count} rows known"):
            compared(moves)
    else:
        assert len(compared(moves)) == (moved > 0)


@pytest.mark.parametrize(("apart", "same"), [("30s", True), ("-30s", True), ("60s", False), ("-10:00:30", True)])
def test_seconds_that_are_left_out_and_days_without_a_time_are_the_same(apart: str, same: bool) -> None:
    assert (compared([pd.Timedelta(apart)]) == ()) is same
