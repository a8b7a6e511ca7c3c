"""The Python side of run.mjs: pixel AUROC by scikit-learn, AUPRO by numpy and scipy, on the same data.

Started by run.mjs as `python3 peer.py FOLDER MAPS HEIGHT WIDTH`. Reads `auroc` or `aupro` line by line and answers each with
`{"seconds": ..., "value": ...}`. Needs numpy, scipy and scikit-learn.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import ndimage
from sklearn.metrics import roc_auc_score

LIMIT = 0.3


def aupro(masks, maps):
    """As MVTec's evaluation goes about it: sort all pixels once, add up what each changes, integrate."""
    change = np.zeros(masks.shape)
    regions = 0
    structure = np.ones((3, 3), dtype=int)
    for mask, out in zip(masks, change):
        if not mask.any():
            continue
        labels, count = ndimage.label(mask, structure)
        regions += count
        areas = np.bincount(labels.ravel())
        weights = 1 / areas
        weights[0] = 0
        out[:] = weights[labels]
    scores = maps.ravel()
    order = np.argsort(scores)[::-1]
    scores = scores[order]
    last_of_tie = np.append(scores[1:] != scores[:-1], True)
    good = (masks.ravel() == 0)[order]
    x = np.concatenate([[0], (np.cumsum(good) / good.sum())[last_of_tie]])
    y = np.concatenate([[0], (np.cumsum(change.ravel()[order]) / regions)[last_of_tie]])
    inside = x <= LIMIT
    end = int(inside.sum())
    x_in, y_in = x[:end], y[:end]
    if end < len(x):
        at_limit = y[end - 1] + (y[end] - y[end - 1]) * (LIMIT - x[end - 1]) / (x[end] - x[end - 1])
        x_in, y_in = np.append(x_in, LIMIT), np.append(y_in, at_limit)
    return np.sum((x_in[1:] - x_in[:-1]) * (y_in[1:] + y_in[:-1]) / 2) / LIMIT


def main():
    folder, count, height, width = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    shape = (count, height, width)
    maps = np.fromfile(folder / "maps.f32", dtype=np.float32).reshape(shape)
    masks = np.fromfile(folder / "masks.u8", dtype=np.uint8).reshape(shape)
    measures = {
        "auroc": lambda: roc_auc_score(masks.ravel(), maps.ravel()),
        "aupro": lambda: aupro(masks, maps),
    }
    versions = {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__}
    print(json.dumps(versions), flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        value = float(measures[line.strip()]())
        print(json.dumps({"seconds": time.perf_counter() - began, "value": value}), flush=True)


main()
