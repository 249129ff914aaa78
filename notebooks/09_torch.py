"""Lesson 09 in PyTorch: one process or several, on processors or on graphics cards.

    python notebooks/09_torch.py                       # one process; on a GPU if there is one
    torchrun --nproc-per-node 2 notebooks/09_torch.py  # several: gloo on processors, nccl on GPUs

The starting weights and the order of the images are those of ``python -m cnnlib``, so a run can be
held against one of NumPy, loss by loss.  Each process takes its share of every batch; PyTorch's
DistributedDataParallel takes the mean of the gradients over the processes.
"""

import argparse
import os
import time

import numpy as np
import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from cnnlib.bridge import state_to_torch
from cnnlib.datasets import batches, load_mnist
from cnnlib.models import lenet5

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)
parser.add_argument("--batch", type=int, default=100, help="images at each step, of all processes")
parser.add_argument("--images", type=int, default=60_000, help="images to learn from")
parser.add_argument("--record", help="an .npz file for the losses")
options = parser.parse_args()

# Who am I, and where do I compute? torchrun tells each process by these variables.
rank, size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
cuda = torch.cuda.is_available()
device = torch.device(f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if cuda else "cpu")
if options.batch % size or options.images % options.batch:
    parser.error("DistributedDataParallel weighs processes equally: choose sizes that divide")
if size > 1:
    distributed.init_process_group("nccl" if cuda else "gloo")
if not cuda:
    torch.set_num_threads(1)

model = nn.Sequential(
    *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
    *(nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)),
)
state = state_to_torch(lenet5(rng=0))
model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
model = model.to(device)
if size > 1:
    model = DistributedDataParallel(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

(images, labels), test = load_mnist()
images, labels = images[: options.images], labels[: options.images]
share = slice(rank * options.batch // size, (rank + 1) * options.batch // size)
losses = []
for epoch in range(options.epochs):
    for x, wanted in batches(images, labels, options.batch, np.random.default_rng([0, epoch])):
        x = torch.from_numpy(np.ascontiguousarray(x[share])).to(device)
        wanted = torch.from_numpy(np.asarray(wanted[share], np.int64)).to(device)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(x), wanted)
        loss.backward()  # here DistributedDataParallel sums, while the pass still runs
        optimizer.step()
        loss = loss.detach()
        if size > 1:
            distributed.all_reduce(loss)
        losses.append(loss / size)
        if len(losses) == 1:  # the first step loads what the others use: the clock starts after it
            loss.item()
            start = time.perf_counter()
losses = torch.stack(losses).cpu().numpy()  # waits until all is done
seconds = time.perf_counter() - start

if rank == 0:
    model.eval()
    with torch.no_grad():
        scores = model(torch.from_numpy(np.ascontiguousarray(test[0])).to(device))
    accuracy = float((scores.argmax(1).cpu().numpy() == test[1]).mean())
    name = torch.cuda.get_device_name(device) if cuda else "processor"
    speed = options.batch * (len(losses) - 1) / seconds
    print(f"{size} x {name}: test accuracy {accuracy:.2%}, {speed:,.0f} images/s")
    if options.record:
        found = {"losses": losses, "accuracy": accuracy, "images a second": speed, "device": name}
        np.savez(options.record, **found)
if size > 1:
    distributed.destroy_process_group()
