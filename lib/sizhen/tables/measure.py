"""Metrics measured on tables, as vocab/metrics.toml defines them. A rate over days is a ratio of totals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sizhen.vocab import Metric, load


def _parts(frame: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """numerator and denominator per row; a row lacking either counts in neither."""
    top = frame[metric.numerator].astype("float64")
    if metric.kind in ("sum", "level"):
        return pd.DataFrame({"numerator": top, "denominator": top.notna().astype("float64")})
    weight = frame[metric.denominator].astype("float64") if metric.denominator else top.notna().astype("float64")
    known = top.notna() & weight.notna()
    parts = pd.DataFrame({"numerator": top * weight if metric.kind == "mean" else top, "denominator": weight})
    return parts.where(known)


def _value(parts: pd.DataFrame, metric: Metric) -> pd.Series:
    if metric.kind == "sum":
        return parts["numerator"]
    return parts["numerator"] / parts["denominator"].replace(0, np.nan)


def _gather(frame: pd.DataFrame, metric: Metric, by: Sequence[str]) -> pd.DataFrame:
    parts = pd.concat([frame[list(by)], _parts(frame, metric)], axis=1)
    if by:
        sums = parts.groupby(list(by), sort=True, observed=True)[["numerator", "denominator"]].sum(min_count=1)
        return sums.reset_index()
    return parts[["numerator", "denominator"]].sum(min_count=1).to_frame().T


def daily(frame: pd.DataFrame, metric: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Per day (and member of `by`): date, by…, value, numerator, denominator. Days without data are absent."""
    about = load().metrics[metric]
    gathered = _gather(frame, about, ["date", *by])
    return gathered.assign(value=_value(gathered, about))


def total(frame: pd.DataFrame, metric: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Over all rows (per member of `by`): by…, value, numerator, denominator. Unknown is NaN, never 0."""
    about = load().metrics[metric]
    gathered = _gather(frame, about, by)
    return gathered.assign(value=_value(gathered, about))


def value(frame: pd.DataFrame, metric: str) -> float:
    """The metric over all rows as one number; NaN when unknown."""
    return float(total(frame, metric)["value"].iloc[0]) if len(frame) else float("nan")
