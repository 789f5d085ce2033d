"""When the files were exported that a shop's cells come from: kept beside the tables, so that the newer file counts in
whatever order they are imported."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyarrow import ArrowException

from sizhen.intake.states import Order
from sizhen.tables import DataError
from sizhen.tables.switch import AGES, Change
from sizhen.vocab import TableSpec

MARK = "\0"  # behind the name of a column: the times its cells were exported


def path(folder: Path, spec: TableSpec) -> Path:
    return folder / AGES / f"{spec.name.replace('/', '.')}.parquet"


def told(frame: pd.DataFrame, spec: TableSpec, exported: pd.Timestamp) -> pd.DataFrame:
    """The rows of a file that says when it was exported, that time beside each cell that is known."""
    times = {
        f"{c}{MARK}": pd.Series(exported, frame.index).where(frame[c].notna()).astype("datetime64[us]")
        for c in frame
        if c not in spec.keys
    }
    return frame.assign(**times)


def with_kept(frame: pd.DataFrame, folder: Path, spec: TableSpec) -> pd.DataFrame:
    """A shop's table with the times kept beside it; those of rows it no longer has are left out. Raises DataError."""
    file = path(folder, spec)
    if not file.exists():
        return frame
    try:
        kept = pd.read_parquet(file)
        if kept.empty:
            return frame
        times = kept.set_index(spec.keys).astype("datetime64[us]").add_suffix(MARK)
        beside = times.reindex(frame.set_index(spec.keys).index)
    except (OSError, ValueError, KeyError, TypeError, ArrowException):
        problem = "the times of earlier exports cannot be read"
        raise DataError(f"{AGES}{file.name}", problem, "put back your copy, or remove it") from None
    return pd.concat([frame, beside.reset_index(drop=True)], axis=1)


def put(change: Change, frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """The table without its times, which become a part of the change; where none are left, those kept before go."""
    marked = [c for c in frame if str(c).endswith(MARK)]
    dated = [c for c in marked if frame[c].notna().any()]
    file = path(change.folder, spec)
    if dated or file.exists():
        times = frame[[*spec.keys, *dated]].rename(columns=lambda c: str(c).removesuffix(MARK))
        times = times[times.drop(columns=spec.keys).notna().any(axis=1)]
        buffer = io.BytesIO()
        times.to_parquet(buffer, index=False, compression="zstd")
        change.put(f"{AGES}{file.name}", buffer.getbuffer())
    return frame.drop(columns=marked)


def newer(given: NDArray[np.datetime64], known: NDArray[np.datetime64]) -> Order:
    """For each cell 1 where the given one was exported later, -1 where it was earlier, 0 where that is not known."""
    return (given > known).astype("int8") - (given < known).astype("int8")


def of(frame: pd.DataFrame, column: str) -> pd.Series:
    """The times of a column's cells; missing where none are known."""
    return frame[column + MARK] if column + MARK in frame else pd.Series(np.datetime64("NaT", "us"), frame.index)
