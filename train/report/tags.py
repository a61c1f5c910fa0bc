"""The sections about tags: the best and the worst, curves, calibration."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from train.metrics import (
    MIN_LABELLED,
    SUPPORT_BANDS,
    average_precision,
    calibration_bins,
    precision_and_recall,
    top_scores,
)
from train.report.charts import Axis, Series, chart
from train.report.context import ReportContext
from train.report.pictures import marked
from train.vocabulary import KnownTag

TAGS_SHOWN, IMAGES_SHOWN = 10, 8
CURVE_POINTS = 400


def tag_precisions(context: ReportContext) -> dict[int, float]:
    """Average precision of every tag with enough labelled images among the context's."""
    columns = context.labels.tocsc()
    found = {}
    for t in range(len(context.vocabulary)):
        truth = columns.indices[columns.indptr[t] : columns.indptr[t + 1]]
        if len(truth) >= MIN_LABELLED:
            found[t] = average_precision(truth, context.scores[:, t])
    return found


def best_and_worst(context: ReportContext, precisions: Mapping[int, float]) -> str:
    """The tags that are found best and worst, each with its highest-scored images."""
    if not precisions:
        return ""
    counts = np.bincount(context.labels.indices, minlength=len(context.vocabulary))
    order = sorted(precisions, key=lambda t: (-precisions[t], -counts[t], t))
    different = _different(context, order)
    half = min(TAGS_SHOWN, (len(different) + 1) // 2)
    best, worst = different[:half], different[half:][::-1][:half]
    parts = [_tag_rows(context, precisions, "Best", best)]
    parts += [_tag_rows(context, precisions, "Worst", worst)] if worst else []
    return (
        f"<p>{len(order):,} tags have {MIN_LABELLED} or more labelled images here. Beside each tag "
        "its average precision, and the images with its highest scores: ✓ has the tag, ✕ lacks "
        f"it.</p>{''.join(parts)}"
    )


def precision_recall(context: ReportContext, precisions: Mapping[int, float]) -> str:
    """The curve of the middle tag of each support band."""
    series = []
    for low, high in SUPPORT_BANDS:
        within = [
            t
            for t in precisions
            if low <= context.vocabulary[t].support <= (high if high is not None else np.inf)
        ]
        if within:
            middle = sorted(within, key=lambda t: (precisions[t], t))[len(within) // 2]
            series.append(_curve(context, middle, precisions[middle]))
    if not series:
        return ""
    drawn = chart(series, Axis("recall", 0, 1), Axis("precision", 0, 1))
    return f"<p>Of each band of training images, the tag of middling quality.</p>{drawn}"


def calibration(context: ReportContext) -> str:
    """How often a score comes true."""
    if not context.scores.size:
        return ""
    right, scores = top_scores(context.scores, context.labels)
    bins = calibration_bins(scores.ravel(), right.ravel())
    series = [
        Series("this bundle", [(score, share) for score, share, _ in bins], dots=True),
        Series("perfect", [(0, 0), (1, 1)], dashed=True),
    ]
    drawn = chart(series, Axis("score", 0, 1), Axis("share that is right", 0, 1))
    return (
        "<p>The ten highest scores of each image in bins of equal mass: of the tags with a score "
        f"of 0.7, seven in ten should be right.</p>{drawn}"
    )


def _different(context: ReportContext, tags: Sequence[int]) -> list[int]:
    """The tags without those that stand for the same images as one before."""
    columns, seen = context.labels.tocsc(), dict[bytes, int]()
    for t in tags:
        images = np.sort(columns.indices[columns.indptr[t] : columns.indptr[t + 1]])
        seen.setdefault(images.tobytes(), t)
    return list(seen.values())


def _tag_rows(
    context: ReportContext, precisions: Mapping[int, float], title: str, tags: Sequence[int]
) -> str:
    rows = "".join(
        f'<div class="tag"><div class="about">{_tag_name(context.vocabulary[t])}'
        f"<b>{precisions[t]:.3f}</b>"
        f"<small>{context.vocabulary[t].support:,} training images</small></div>"
        f'<div class="strip">{_strip(context, t)}</div></div>'
        for t in tags
    )
    return f"<h3>{title}</h3>{rows}"


def _strip(context: ReportContext, t: int) -> str:
    scores = context.scores[:, t]
    has = set(context.labels.tocsc()[:, t].indices.tolist())
    return "".join(
        marked(context.images[n], context.names[n], right=n in has, note=f"{scores[n]:.2f}")
        for n in np.argsort(-scores, kind="stable")[:IMAGES_SHOWN].tolist()
    )


def _tag_name(tag: KnownTag) -> str:
    """Both names of a tag."""
    japanese = f' <span lang="ja">{escape(tag.name_ja)}</span>' if tag.name_ja != tag.name else ""
    return f'<span class="name">{escape(tag.name)}{japanese}</span>'


def _curve(context: ReportContext, t: int, average: float) -> Series:
    truth = context.labels.tocsc()[:, [t]].indices
    precision, recall = precision_and_recall(truth, context.scores[:, t])
    kept = np.unique(np.linspace(0, len(recall) - 1, CURVE_POINTS).astype(int))
    support = context.vocabulary[t].support
    name = f"{context.vocabulary[t].name} ({support:,} training images, {average:.2f})"
    return Series(name, list(zip(recall[kept].tolist(), precision[kept].tolist(), strict=True)))
