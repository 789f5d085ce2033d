"""How much of a product's demand each of its sizes and colours carries, told by the stock itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

KEY = ["product_id", "sku"]


def movements(stock: pd.DataFrame) -> pd.DataFrame:
    """By (product_id, sku): per_day (units that left the shelf, per day with stock; refills do not count) and on_hand
    (mean). Rows whose on_hand is unknown count in neither."""
    rows = stock.dropna(subset=["on_hand"]).sort_values([*KEY, "date"])
    by_sku = rows.groupby(KEY, observed=True)["on_hand"]
    mean, sku = by_sku.mean(), by_sku.ngroup().to_numpy()
    left = (-by_sku.diff()).clip(lower=0).fillna(0.0)
    units, days = (np.bincount(sku, of, len(mean)) for of in (left.to_numpy(), rows["on_hand"].to_numpy() > 0))
    return pd.DataFrame({"per_day": units / np.maximum(days, 1), "on_hand": mean})


def demand(stock: pd.DataFrame) -> pd.Series:
    """The weight of each sku in its product's demand: units per day with stock, so that a size that was out half of the
    time weighs as much as it sold while there; mean on_hand for a product whose stock never moved."""
    moved = movements(stock)
    moves = moved["per_day"].groupby(level="product_id").transform("sum") > 0
    return moved["per_day"].where(moves, moved["on_hand"]).rename("demand")


def shares(weights: pd.Series) -> pd.Series:
    """The weights of each product's skus over their sum; equal shares where all are 0."""
    by_product = weights.groupby(level="product_id")
    total = by_product.transform("sum")
    return (weights / total).where(total > 0, 1 / by_product.transform("size"))


def on_hand_by_day(stock: pd.DataFrame, weights: pd.Series) -> pd.DataFrame:
    """date, product_id, demand, demand_on_hand (that of skus with stock), skus_out (skus at 0)."""
    rows = stock.dropna(subset=["on_hand"]).merge(weights.rename("demand").reset_index(), on=KEY, how="left")
    demanded = rows["demand"].fillna(0.0)
    rows = rows.assign(
        demand=demanded,
        demand_on_hand=demanded.where(rows["on_hand"] > 0, 0.0),
        skus_out=(rows["on_hand"] == 0).astype("float64"),
    )
    return rows.groupby(["date", "product_id"], as_index=False)[["demand", "demand_on_hand", "skus_out"]].sum()
