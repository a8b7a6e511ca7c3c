"""A PyTorch DataLoader with Pillow and two workers, for run.mjs: an epoch for each line on standard input.

Each answer is one JSON line: seconds of the clock from making the loader to the last batch, of the processors, and images. A batch is float32
in [0, 1], [16, 3, 256, 256], shuffled, in the memory of the process that would train.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy
import PIL
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset


class Images(Dataset):
    def __init__(self, paths, side):
        self.paths, self.side = paths, side

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        with Image.open(self.paths[index]) as image:
            resized = image.convert("RGB").resize((self.side, self.side), Image.Resampling.BILINEAR)
        # What torchvision's ToTensor does.
        return torch.from_numpy(numpy.array(resized)).permute(2, 0, 1).contiguous().to(torch.float32).div(255)


def cpu_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main():
    folder, side, batch, workers = sys.argv[1], *map(int, sys.argv[2:])
    data = Images(sorted(Path(folder).glob("*.png")), side)
    print(json.dumps({"torch": torch.__version__, "pillow": PIL.__version__}), flush=True)
    for _ in sys.stdin:
        began, before, images = time.perf_counter(), cpu_seconds(), 0
        for tensor in DataLoader(data, batch_size=batch, shuffle=True, num_workers=workers):
            images += tensor.shape[0]
        spent = {"seconds": time.perf_counter() - began, "cpuSeconds": cpu_seconds() - before}
        print(json.dumps({**spent, "images": images}), flush=True)


if __name__ == "__main__":
    main()
