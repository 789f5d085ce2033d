"""How well reviews are read, measured on labelled reviews that are not part of the project: `make bench-reviews`.

Needs the folder of real files that SIZHEN_SHARED names. The word lists were tuned on reviews with odd ids and on other
files; even ids are the held-out half.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

from sizhen.texts import stars
from sizhen.texts.aspects import opinions
from sizhen.texts.polarity import score

LABELS = {
    "价格": "price",
    "物流": "logistics",
    "包装": "packaging",
    "真伪": "authenticity",
    "服务": "service",
    "气味": "smell",
}
TRAINED = 1000
RARE = 0.05
MANY = 1_000_000
Lines = list[str]


def _hits(gold: pd.Series, found: pd.Series) -> tuple[int, int, int]:
    """(found rightly, found wrongly, not found)"""
    return int((gold & found).sum()), int((~gold & found).sum()), int((gold & ~found).sum())


def _rates(right: int, wrong: int, missed: int) -> tuple[float, float, float]:
    """(precision, recall, F1)"""
    return (
        right / max(right + wrong, 1),
        right / max(right + missed, 1),
        2 * right / max(2 * right + wrong + missed, 1),
    )


def aspects(folder: Path) -> Lines:
    """Six aspects of labelled cosmetics reviews: mentioned at all, and complained of."""
    texts = pd.read_csv(folder / "review_aspects_text.csv").set_index("id")["Reviews"]
    labels = pd.read_csv(folder / "review_aspects_labels.csv")
    labels = labels.assign(aspect=labels["Categories"].map(LABELS)).dropna(subset="aspect")
    found = opinions(texts).set_index(texts.index)
    lines = ["| half | question | aspect | labelled | precision | recall | F1 |", "|---|---|---|---|---|---|---|"]
    for half, ids in (("tuned on", texts.index[texts.index % 2 == 1]), ("held out", texts.index[texts.index % 2 == 0])):
        for question in ("mentioned", "complained of"):
            wanted = labels if question == "mentioned" else labels[labels["Polarities"] == "负面"]
            sums = np.zeros(3, dtype=int)
            for aspect in LABELS.values():
                gold = pd.Series(ids.isin(wanted.loc[wanted["aspect"] == aspect, "id"]), index=ids)
                got = found.loc[ids, aspect].notna() if question == "mentioned" else found.loc[ids, aspect] < 0
                hits = _hits(gold, got)
                sums += hits
                rates = " | ".join(f"{x:.2f}" for x in _rates(*hits))
                lines.append(f"| {half} | {question} | {aspect} | {gold.sum()} | {rates} |")
            rates = " | ".join(f"{x:.3f}" for x in _rates(*sums))
            lines.append(f"| {half} | {question} | **all six** | {sums[0] + sums[2]} | {rates} |")
    return lines


def _rare(bad: np.ndarray, said: np.ndarray) -> tuple[float, float]:
    """(precision, recall) were only 5 % of the reviews bad."""
    weight = np.where(bad, RARE / (1 - RARE) * (~bad).sum() / max(bad.sum(), 1), 1.0)
    return float(weight[said & bad].sum() / max(weight[said].sum(), 1e-9)), float(said[bad].mean())


def sentiment(folder: Path, seeds: int) -> Lines:
    """Good or bad, by category: words alone, and after learning 1,000 stars of the category (four fifths of all where
    there are fewer)."""
    reviews = pd.read_csv(folder / "review_sentiment.csv").dropna().drop_duplicates("review")
    rows = []
    for category, all_of in reviews.groupby("cat"):
        for seed in range(seeds):
            mixed = all_of.sample(frac=1, random_state=seed)
            trained = min(TRAINED, int(0.8 * len(mixed)))
            first, rest = mixed[:trained], mixed[trained:]
            bad = (rest["label"] == 0).to_numpy()
            words = np.array([score(t) for t in rest["review"]]) < 0.5
            judge = stars.learn(first["review"].tolist(), (first["label"] == 0).tolist())
            texts = rest["review"].tolist()
            learnt = judge.bad(texts, share_bad=0.5)
            rows.append(
                (
                    category,
                    trained,
                    len(rest),
                    (words == bad).mean(),
                    (learnt == bad).mean(),
                    *_rare(bad, judge.bad(texts)),
                )
            )
    names = ["category", "learnt from", "judged", "words alone", "learnt", "precision at 5 % bad", "recall at 5 % bad"]
    table = pd.DataFrame(rows, columns=names).groupby("category").mean()
    table.loc["mean"] = table.mean()
    lines = [f"| {' | '.join(['category', *table])} |", "|---" * (len(names)) + "|"]
    for category, row in table.iterrows():
        figures = [f"{x:.0f}" for x in row[:2]] + [f"{x:.3f}" for x in row[2:]]
        lines.append(f"| {category} | {' | '.join(figures)} |")
    counts = reviews.groupby("cat")["label"].agg(good="sum", bad=lambda x: (x == 0).sum())
    told = ", ".join(f"{c} {good} good {bad} bad" for c, good, bad in counts.itertuples())
    return [*lines, "", f"Reviews in the file: {told}."]


def natural(folder: Path, seeds: int) -> Lines:
    """The same, learnt from texts of which one in ten is bad, as many as the category has, at most 1,000."""
    reviews = pd.read_csv(folder / "review_sentiment.csv").dropna().drop_duplicates("review")
    rows = []
    for category, all_of in reviews.groupby("cat"):
        good, bad = all_of[all_of["label"] == 1], all_of[all_of["label"] == 0]
        size = min(TRAINED, len(good) // 2)
        for seed in range(seeds):
            firsts = [part.sample(n, random_state=seed) for part, n in ((good, size - size // 10), (bad, size // 10))]
            rest = all_of.drop(index=[*firsts[0].index, *firsts[1].index])
            marks = (rest["label"] == 0).to_numpy()
            judge = stars.learn(
                [*firsts[0]["review"], *firsts[1]["review"]], [False] * (size - size // 10) + [True] * (size // 10)
            )
            rows.append((category, size, *_rare(marks, judge.bad(rest["review"].tolist()))))
    table = pd.DataFrame(rows, columns=["category", "learnt from", "precision at 5 % bad", "recall at 5 % bad"])
    table = table.groupby("category").mean()
    table.loc["mean"] = table.mean()
    lines = ["| category | learnt from | precision at 5 % bad | recall at 5 % bad |", "|---|---|---|---|"]
    return lines + [f"| {category} | {n:.0f} | {p:.3f} | {r:.3f} |" for category, n, p, r in table.itertuples()]


def speed(folder: Path) -> Lines:
    """One core: aspects and polarity together, and a million reviews at once."""
    texts = pd.read_csv(folder / "review_sentiment.csv")["review"].dropna().tolist()
    judge = stars.learn(texts[::20], [n % 2 == 0 for n in range(len(texts[::20]))])
    many = [f"{t}{n}" for n in range(MANY // len(texts) + 1) for t in texts][:MANY]
    start = time.process_time()
    opinions(many)
    read = time.process_time()
    for first in range(0, MANY, 50_000):
        judge.bad(many[first : first + 50_000])
    judged = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        f"{MANY:,} reviews: aspects {MANY / (read - start):,.0f} a second, good or bad {MANY / (judged - read):,.0f} a "
        f"second, both {MANY / (judged - start):,.0f} a second on one core; {memory:,.0f} MB at most."
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    folder = Path(os.environ.get("SIZHEN_SHARED", "../shared")) / "data" / "real"
    if not folder.is_dir():
        raise SystemExit(f"{folder}: not there; set SIZHEN_SHARED to the folder that holds data/real")
    parts = [
        ("Aspects", aspects.__doc__, aspects(folder)),
        ("Good or bad", sentiment.__doc__, sentiment(folder, args.seeds)),
        ("Where few are bad", natural.__doc__, natural(folder, args.seeds)),
        ("Speed", speed.__doc__, speed(folder)),
    ]
    lines = ["# How well reviews are read", "", "Written by `make bench-reviews`."]
    for title, told, rows in parts:
        lines += ["", f"## {title}", " ".join((told or "").split()), "", *rows]
    print("\n".join(lines))
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
