"""Metrics measured on tables, as vocab/metrics.toml defines them. A rate over days is a ratio of totals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sizhen.vocab import Metric, load


def _parts(frame: pd.DataFrame, metric: Metric) -> list[np.ndarray]:
    """Numerator and denominator per row; a row lacking either counts in neither."""
    top = _column(frame, metric.numerator)
    if metric.kind in ("sum", "level"):
        return [top, (~np.isnan(top)).astype("float64")]
    weight = _column(frame, metric.denominator) if metric.denominator else (~np.isnan(top)).astype("float64")
    known = ~np.isnan(top) & ~np.isnan(weight)
    return [np.where(known, top * weight if metric.kind == "mean" else top, np.nan), np.where(known, weight, np.nan)]


def _column(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[name].astype("float64").to_numpy()


def _sums(frame: pd.DataFrame, metrics: Sequence[Metric], by: Sequence[str]) -> pd.DataFrame:
    """By member: numerator and denominator of each metric in turn, in one pass over the rows."""
    rows = [part for metric in metrics for part in _parts(frame, metric)]
    if not by:
        return pd.DataFrame(np.array(rows).T).sum(min_count=1).to_frame().T
    # uncopied, each column stays a block of its own: pandas rounds a sum by what else its block holds
    parts = pd.DataFrame(dict(enumerate(rows)), index=frame.index, copy=False)
    return parts.groupby([frame[c] for c in by], sort=True, observed=True).sum(min_count=1)


def _values(sums: np.ndarray, metrics: Sequence[Metric]) -> np.ndarray:
    tops, bottoms = sums[:, 0::2], sums[:, 1::2]
    added = [metric.kind == "sum" for metric in metrics]
    return np.where(added, tops, tops / np.where(bottoms == 0, np.nan, bottoms))


def daily(frame: pd.DataFrame, metric: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Per day (and member of `by`): date, by…, value, numerator, denominator. Days without data are absent."""
    return total(frame, metric, ["date", *by])


def total(frame: pd.DataFrame, metric: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Over all rows (per member of `by`): by…, value, numerator, denominator. Unknown is NaN, never 0."""
    about = [load().metrics[metric]]
    sums = _sums(frame, about, by).set_axis(["numerator", "denominator"], axis=1)
    table = sums.assign(value=_values(sums.to_numpy(), about))
    return table.reset_index() if by else table


def totals(frame: pd.DataFrame, metrics: Sequence[str], by: Sequence[str] = ()) -> pd.DataFrame:
    """The value of every metric over all rows (indexed by member of `by`), in one pass."""
    about = [load().metrics[metric] for metric in metrics]
    sums = _sums(frame, about, by)
    return pd.DataFrame(_values(sums.to_numpy(), about), index=sums.index, columns=list(metrics))


def value(frame: pd.DataFrame, metric: str) -> float:
    """The metric over all rows as one number; NaN when unknown."""
    return float(total(frame, metric)["value"].iloc[0]) if len(frame) else float("nan")
