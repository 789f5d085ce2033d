"""Decimal points and decimal commas: read as what the file shows they are, or refused with the cell; never another
number."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import converted, settled, xlsx

from sizhen.intake import IntakeError
from sizhen.intake.convert import Converted
from sizhen.intake.values import parse_quantity

SALES = """
title = { zh = "销售", en = "sales" }
platform = "other"
required = ["Day", "Product"]
currency = "Currency"
[product_daily]
date = "Day"
product_id = "Product"
visitors = "Visits"
paid_amount = "Amount"
order_amount = "Placed"
conversion = { from = "Rate", kind = "rate" }
score = { from = "Score", kind = "number" }
"""
CHINESE = SALES.replace('"Amount"', '"支付金额"')
GROUPS = {
    "nothing": (r"", "", "."),
    "comma": (r"3", ",", "."),
    "space": (r"3", " ", "."),
    "no-break space": (r"3", "\u202f", "."),
    "apostrophe": (r"3", "'", "."),
    "Indian": (r"2", ",", "."),
    "nothing, comma": (r"", "", ","),
    "point, comma": (r"3", ".", ","),
    "space, comma": (r"3", " ", ","),
    "apostrophe, comma": (r"3", "’", ","),
}


def written(mills: int, style: str, decimals: int) -> str:
    """A number of thousandths under a style, with so many decimals (0 to 3)."""
    sizes, group, mark = GROUPS[style]
    whole, part = divmod(mills, 1000)
    digits = str(whole)
    if sizes:
        head, parts = digits[:-3], [digits[-3:]]
        while head:
            head, parts = head[: -int(sizes)], [head[-int(sizes) :], *parts]
        digits = group.join(parts)
    return digits + (f"{mark}{part:03}"[: decimals + 1] if decimals else "")


def sheet(head: str, *columns: list[str], separator: str = "\t") -> str:
    """A file of these columns beside a day and a product."""
    rows = [head.split(), *zip(*columns, strict=True)]
    named = [["Day", "Product"], *(["2026-09-08", f"p{at:03}"] for at in range(len(rows)))]
    return "".join(separator.join([*name, *row]) + "\n" for name, row in zip(named, rows, strict=False))


def read(head: str, *columns: list[str], separator: str = "\t", layout: str = SALES) -> Converted:
    return converted(layout, sheet(head, *columns, separator=separator))


def told(head: str, *columns: list[str], separator: str = "\t") -> list[float] | str:
    """What the amounts are read as, or the error."""
    try:
        cells = settled(SALES, sheet(head, *columns, separator=separator))["amount"]
    except IntakeError as error:
        return str(error)
    return [parse_quantity(cell, "money") for cell in cells]


def amounts(result: Converted) -> list[float]:
    return result.frames["product_daily"]["paid_amount"].tolist()


def refusal(head: str, *columns: list[str], separator: str = "\t", layout: str = SALES) -> str:
    with pytest.raises(IntakeError) as error:
        read(head, *columns, separator=separator, layout=layout)
    return str(error.value)


MILLS = st.lists(
    st.integers(0, 10**9) | st.integers(0, 10**6) | st.integers(0, 999).map(lambda n: n * 1000), min_size=1
)


@settings(max_examples=50)
@given(MILLS, st.sampled_from(sorted(GROUPS)), st.sampled_from([1, 2]))
def test_what_is_written_in_a_style_is_read_again(mills: list[int], style: str, decimals: int) -> None:
    """One or two decimals prove the style."""
    cells = [written(n, style, decimals) for n in mills]
    kept = [n // 10 ** (3 - decimals) * 10 ** (3 - decimals) for n in mills]
    assert told("Amount", cells) == [n / 1000 for n in kept]


@settings(max_examples=80)
@given(
    MILLS,
    st.sampled_from(sorted(GROUPS)),
    st.sampled_from([0, 3]),
    st.sampled_from(["\t", ";"]),
    st.sampled_from(["Amount", "Amount Placed", "Amount Rate", "Amount Visits"]),
)
def test_no_figure_is_read_as_another_one(
    mills: list[int], style: str, decimals: int, separator: str, head: str
) -> None:
    """Whatever stands beside it in the same style: without decimals, or with three, the file may have to be refused."""
    values = [n // 1000 * 1000 for n in mills] if decimals == 0 else mills
    beside = {
        "Amount Placed": [written(n, style, 2) for n in mills],
        "Amount Rate": [written(n % 1000, style, 2) for n in mills],
        "Amount Visits": [written(n, style, 0) for n in mills],
    }
    columns = [[written(n, style, decimals) for n in values], *([beside[head]] if head in beside else [])]
    result = told(head, *columns, separator=separator)
    assert "which can be" in result if isinstance(result, str) else result == [n / 1000 for n in values]


@settings(max_examples=30)
@given(MILLS, st.sampled_from([".", ","]))
def test_a_column_that_proves_nothing_is_refused_when_a_cell_can_be_two(mills: list[int], mark: str) -> None:
    """All have three digits behind the mark, and none a digit too many before it."""
    cells = [f"{n % 899 + 100}{mark}{n % 1000:03}" for n in mills]
    assert f"has {cells[0]} in row 2 of amount, which can be {cells[0].replace(mark, '')} or " in told("Amount", cells)


DECIDED = {
    "thousands beside hundreds": ("Amount", ["1.250", "875"], [1250, 875]),
    "thousands by commas beside hundreds": ("Amount", ["1,250", "875"], [1250, 875]),
    "two points": ("Amount", ["1.234", "1.234.567"], [1234, 1234567]),
    "a decimal in the column": ("Amount", ["2.452", "2.5"], [2.452, 2.5]),
    "below one": ("Amount", ["2.452", "0.452"], [2.452, 0.452]),
    "a decimal comma in the column": ("Amount", ["2.452", "2,5"], [2452, 2.5]),
    "signs and units": ("Amount", ["€ 1.234,50", "-0,00 €"], [1234.5, 0]),
    "ten thousands": ("Amount", ["1.234万", "1,234万"], [12340, 12340000]),
    "full width": ("Amount", ["１．２５", "１，２５０．５"], [1.25, 1250.5]),
}


@pytest.mark.parametrize("what", DECIDED)
def test_a_column_decides(what: str) -> None:
    head, cells, values = DECIDED[what]
    assert amounts(read(head, cells)) == values


OPEN = {
    "a point": ["2.452"],
    "a comma": ["2,452"],
    "both": ["2.452", "2,452"],
    "no zero at the end": ["1.253", "875"],
    "thousands without a point": ["1.250", "875", "1875"],
    "zeros behind all": ["1.250", "875.000"],
    "full width": ["１．２５３"],
}


@pytest.mark.parametrize("what", OPEN)
def test_what_nothing_decides_is_refused(what: str) -> None:
    assert "and nothing tells which; write decimals by a point" in refusal("Amount", OPEN[what])


@pytest.mark.parametrize(
    ("currency", "cell", "value"),
    [
        *(("EUR", "2.452", 2452), ("EUR", "2,452", 2452), ("USD", "2,452", 2452), ("USD", "2.452", None)),
        *(("KWD", "2.452", None), ("KWD", "2,452", None), ("JPY", "2,452", 2452)),
    ],
)
def test_a_currency_has_no_thousandths(currency: str, cell: str, value: float | None) -> None:
    if value is None:
        assert "which can be 2452 or 2.452" in refusal("Amount Currency", [cell], [currency])
    else:
        assert amounts(read("Amount Currency", [cell], [currency])) == [value]


def test_other_columns_decide_what_is_counted_and_what_is_paid() -> None:
    result = read("Amount Visits", ["1.234,50", "0,99"], ["1.234", "2.000"], separator=";")
    assert result.frames["product_daily"]["visitors"].tolist() == [1234, 2000]
    assert amounts(read("Amount Rate", ["2.452"], ["12,5%"])) == [2452]
    assert amounts(read("Amount Rate", ["2,452"], ["12.5%"])) == [2452]
    assert "has 2.452 in row 2" in refusal("Amount Rate", ["2.452"], ["12.5%"])
    assert amounts(read("Amount Rate Currency", ["2.452"], ["12.5%"], ["KWD"])) == [2.452]
    scores = read("Score Amount", ["2.452"], ["12.5"]).frames["product_daily"]["score"]
    assert scores.tolist() == [2.452]


@pytest.mark.parametrize(("separator", "layout", "head"), [(",", SALES, "Amount"), ("\t", CHINESE, "支付金额")])
def test_commas_part_thousands_between_commas_and_below_chinese(separator: str, layout: str, head: str) -> None:
    cells = ['"1,234"'] if separator == "," else ["1,234"]
    assert amounts(read(head, cells, separator=separator, layout=layout)) == [1234]
    assert "has 1.234 in row 2" in refusal(head, ["1.234"], separator=separator, layout=layout)
    assert "has 1,234 in row 2" in refusal(head, ["1,234"], separator=";", layout=layout)


def test_a_file_in_both_styles_is_refused_and_a_slip_costs_its_row() -> None:
    both = refusal("Amount Placed", ["12.5", "3"], ["1.234,5", "3"])
    assert "has 12.5 in row 2 of amount and 1.234,5 in row 2 of placed, which are not written alike" in both
    many = [f"{n}.5" for n in range(40)]
    slipped = read("Amount", [*many, "12,5"])
    assert [(r.row, r.column, r.reason) for r in slipped.rejected] == [(42, "paid_amount", "not_a_number")]
    assert "which are not written alike" in refusal("Amount", [*many, *many, *(f"{n},5" for n in range(5))])


def test_a_column_that_is_written_otherwise_than_the_others_is_refused() -> None:
    others = [f"{n},5" for n in range(100, 140)]
    told = refusal("Amount Placed", ["4.5", "1.250", *["7"] * 38], others)
    assert "has 4.5 in row 2 of amount and 100,5 in row 2 of placed, which are not written alike" in told
    slipped = read("Amount Placed", ["4.5", "12", *["7"] * 38], others)
    assert [(r.row, r.column, r.reason) for r in slipped.rejected] == [(2, "paid_amount", "not_a_number")]


def test_below_zero_between_brackets() -> None:
    result = read("Score Amount", ["(1,234.50)", "(5)", "5"], ["(5)", "5", "5.5"])
    assert result.frames["product_daily"]["score"].tolist() == [-5, 5]
    assert [(r.row, r.column, r.reason) for r in result.rejected] == [(2, "paid_amount", "out_of_range")]


def test_numbers_of_a_workbook_are_what_they_are_and_tell_nothing_of_its_texts() -> None:
    head = ["Day", "Product", "Amount", "Rate"]
    typed = converted(SALES, xlsx([head, ["2026-09-08", "p1", 2.452, 0.125], ["2026-09-08", "p2", 1250, 0.5]]))
    assert amounts(typed) == [2.452, 1250]
    with pytest.raises(IntakeError, match=r"has 2\.452 in row 2 of amount"):
        converted(SALES, xlsx([head, ["2026-09-08", "p1", "2.452", 0.125]]))
    with pytest.raises(IntakeError, match="which are not written alike"):
        converted(SALES, xlsx([head, ["2026-09-08", "p1", "2.452,10", 1], ["2026-09-08", "p2", 2.452, 1]]))


def test_sums_of_a_file_with_decimal_commas_are_compared() -> None:
    additive = SALES.replace("required", 'additive = ["paid_amount"]\nrequired')
    text = sheet("Amount", ["1.000,50", "2,50"], separator=";") + "Total;;{}\n"
    assert converted(additive, text.format("1.003,00")).remarks == ()
    (remark,) = converted(additive, text.format("1.004,00")).remarks
    assert "the file's sum is 1,004, its rows add up to 1,003" in remark


def test_two_columns_between_semicolons() -> None:
    layout = SALES.replace('"Day", "Product"', '"Day", "Amount"').replace('"Product"', '"Day"')
    assert amounts(converted(layout, "Day;Amount\n2026-09-08;1.234,56\n2026-09-09;7\n")) == [1234.56, 7]
