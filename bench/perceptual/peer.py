"""Eq. 8 in PyTorch, for run.mjs: VGG-19 up to conv3_4 with the same weights, the same four images and three pairs, the same
half-pixel bilinear resizing. Reads `weights.f32` and `images.f32` of the folder named on the command line, answers each
line of its input with the seconds of one measurement and says how to check the result.

Channels last and inference mode, which is PyTorch's fastest way on a CPU; ReLU in place.
"""

import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

LAYERS = [(3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 256), (256, 256)]
TAPS = {1, 3, 7}
POOLED = {2, 4}
PAIRS = [(0, 2), (1, 3), (0, 1)]  # of x, m, x̂, m̂

folder, batch, side, together = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(int(sys.argv[5]))


def read(name):
    return torch.frombuffer(bytearray((folder / name).read_bytes()), dtype=torch.float32)


def read_weights():
    values = read("weights.f32")
    layers, offset = [], 0
    for inputs, filters in LAYERS:
        count = 9 * inputs * filters
        kernel = values[offset : offset + count].view(3, 3, inputs, filters).permute(3, 2, 0, 1)
        bias = values[offset + count : offset + count + filters]
        offset += count + filters
        layers.append((kernel.contiguous(memory_format=torch.channels_last), bias))
    return layers


def read_images():
    # As [4, B, 3, H, W] the bytes are those of channels last already.
    return read("images.f32").view(4, batch, side, side, 3).permute(0, 1, 4, 2, 3)


layers, images = read_weights(), read_images()
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
DEVIATION = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def features_of(x):
    """The three taps of images `[n, 3, H, W]`."""
    y = (x.contiguous(memory_format=torch.channels_last) - MEAN) / DEVIATION
    features = []
    for index, (kernel, bias) in enumerate(layers):
        if index in POOLED:
            y = F.max_pool2d(y, 2)
        y = F.relu_(F.conv2d(y, kernel, bias, padding=1))
        if index in TAPS:
            features.append(y)
    return features


def map_of(four):
    """The map of Eq. 8, `[1, H, W]`, of four images `[4, 3, H, W]`, `together` of which go through the network at once."""
    parts = [features_of(four[i : i + together]) for i in range(0, 4, together)]
    total = torch.zeros(1, side, side)
    for layer in zip(*parts):
        each = [image for part in layer for image in part.split(1)]
        distances = sum((each[p] - each[q]).abs_().mean(1, keepdim=True) for p, q in PAIRS)
        total += F.interpolate(distances, size=(side, side), mode="bilinear", align_corners=False)[:, 0]
    return total


def measure():
    with torch.inference_mode():
        began, cpu = time.perf_counter(), time.process_time()
        total = torch.cat([map_of(images[:, i]) for i in range(batch)])
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpuSeconds": cpu, "mean": total.mean().item()}


def say(value):
    print(json.dumps(value), flush=True)


say({"torch": torch.__version__, "threads": torch.get_num_threads()})
for _ in sys.stdin:
    say(measure())
