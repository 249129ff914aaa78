"""Measure what lesson 09 shows where PyTorch, MPI or a second process is missing, and record it.

    python -m tools.beyond [PART ...]

The parts, each a file ``cnnlib/data/experiments/beyond_PART.npz``; without a name, all but cuda:

torch   a small LeNet in PyTorch: scores, loss, gradients, ten steps of Adam (cells of the lesson)
own     a network trained in PyTorch, which the lesson turns into one of this package
mpi     losses and accuracies of 1, 2 and 4 processes with the same batches
ring    seconds of an all-reduce between processes, by the size of the buffer
ddp     losses of notebooks/09_torch.py, alone and as two processes under torchrun
cuda    the same script on a graphics card, by the size of the batch, and NumPy beside it
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from cnnlib.blas import set_threads
from cnnlib.bridge import from_torch
from cnnlib.datasets import batches, load_mnist
from cnnlib.distributed import SharedRun, launched, world
from cnnlib.experiments import RECORDS
from cnnlib.files import load_arrays, save_arrays
from cnnlib.models import lenet5
from cnnlib.optimizers import Adam
from cnnlib.training import Run, evaluate, fit

ROOT = Path(__file__).resolve().parent.parent
LESSON = ROOT / "notebooks" / "09_beyond_one_machine.ipynb"
PROCESSES = (1, 2, 4)
STEPS, BATCH = 100, 100
IMAGES, BATCHES, REPEATS = 60_000, (100, 1_000, 10_000), 3  # on a graphics card
SIZES = tuple(8 * 4**k for k in range(11))  # bytes, from 8 to 8 million
SENTENCE = re.compile(r"test accuracy ([\d.]+)% .* ([\d,]+) images/s")


def start(processes, *words, folder=ROOT, module=True, **more):
    """Run a module, or a script, in so many processes; return what it printed.

    ``more`` are variables of its environment.
    """
    launcher = []
    if processes > 1:
        here = Path(sys.executable).parent
        launcher = [shutil.which("mpiexec", path=f"{here}{os.pathsep}{os.defpath}"), "-n"]
        launcher.append(str(processes))
    words = ["-m", *words] if module else words
    settings = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"} | more
    command = [*launcher, sys.executable, *words]
    done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


# --------------------------------------------------------------------------- in several processes


def losses(path, dtype):
    """Train a small LeNet for 100 steps, in as many processes as were started; save its losses."""
    network = lenet5((4, 8), 32, rng=0).astype(np.dtype(dtype))
    (x, labels), _ = load_mnist()
    part = x[: STEPS * BATCH].astype(dtype), labels[: STEPS * BATCH]
    loop = SharedRun if launched() else Run
    terms = {"batch_size": BATCH, "optimizer": Adam(0.003), "progress": False, "loop": loop}
    history = fit(network, part, **terms)
    if not launched() or world().Get_rank() == 0:
        save_arrays(path, {"losses": np.array(history.losses)})


def ring(comm, buffer):
    """Add up the buffers of all processes as `cnnlib.ring` does, by messages to the neighbour."""
    rank, P = comm.Get_rank(), comm.Get_size()
    parts = np.array_split(buffer, P)
    box = np.empty_like(parts[0])
    right, left = (rank + 1) % P, (rank - 1) % P
    for step in range(2 * P - 2):
        out, into = parts[(rank - step) % P], parts[(rank - 1 - step) % P]
        message = box[: len(into)]
        comm.Sendrecv(out, right, recvbuf=message, source=left)
        into[...] = into + message if step < P - 1 else message


def time_ring(path):
    """Time the ring and MPI's own all-reduce, by size; save the shortest times."""
    comm = world()
    found = {"ring": [], "mpi": []}
    for size in SIZES:
        mine = np.full(size // 4, comm.Get_rank() + 1, np.float32)
        total = np.empty_like(mine)
        for name in found:
            taken = []
            for _ in range(max(30, min(1000, 40_000_000 // size))):
                buffer = mine.copy()
                comm.Barrier()
                begin = time.perf_counter()
                if name == "ring":
                    ring(comm, buffer)
                else:
                    comm.Allreduce(buffer, total)
                taken.append(time.perf_counter() - begin)
            result = buffer if name == "ring" else total
            assert (result == comm.Get_size() * (comm.Get_size() + 1) / 2).all()
            found[name].append(comm.allreduce(min(taken)) / comm.Get_size())
    if comm.Get_rank() == 0:
        save_arrays(path, {name: np.array(each) for name, each in found.items()})


WORKERS = {"losses": losses, "ring": time_ring}


def in_processes(processes, work, *words):
    """Do a piece of work in so many processes; return the arrays that it saved."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "found.npz"
        start(processes, "tools.beyond", "--work", work, str(path), *words)
        return load_arrays(path)


# --------------------------------------------------------------------------- the parts


def lesson_cells(*names):
    """Run cells of the lesson by their names; return what they define."""
    import nbformat
    import torch

    cells = {cell.id: cell.source for cell in nbformat.read(LESSON, as_version=4).cells}
    scope = {"torch": torch, "np": np}
    for name in names:
        exec(cells[name], scope)
    return scope


def do_torch():
    """Let PyTorch do what the lesson compares, in both precisions."""
    scope = lesson_cells("twin", "by-pytorch")
    (x, labels), _ = load_mnist()
    found = {}
    for dtype in ("float32", "float64"):
        result = scope["by_pytorch"](x[:100].astype(dtype), labels[:100])
        found |= {f"{dtype}/{name}": value for name, value in result.items()}
    return found


def do_own():
    """Train the network of the lesson's last part in PyTorch on 20,000 images."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = lesson_cells("own-model")["own_model"]()
    (x, labels), test = load_mnist()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    for part, wanted in batches(x[:20_000], labels[:20_000], 100, np.random.default_rng(0)):
        optimizer.zero_grad()
        scores = model(torch.from_numpy(np.ascontiguousarray(part)))
        wanted = torch.from_numpy(np.asarray(wanted, np.int64))
        torch.nn.functional.cross_entropy(scores, wanted).backward()
        optimizer.step()
    with torch.no_grad():
        scores = model.eval()(torch.from_numpy(np.ascontiguousarray(test[0]))).numpy()
    found = {f"torch/{name}": value.numpy() for name, value in model.state_dict().items()}
    found |= {f"here/{name}": value for name, value in from_torch(model).weights().items()}
    try:
        from_torch(torch.nn.Sequential(torch.nn.Conv2d(1, 8, 5), torch.nn.GELU()))
    except TypeError as error:
        found["refusal"] = np.array(str(error))
    return found | {"scores": scores[:100], "accuracy": (scores.argmax(1) == test[1]).mean()}


def do_mpi():
    """Train in 1, 2 and 4 processes with the same batches."""
    found = {"processes": np.array(PROCESSES)}
    for dtype in ("float32", "float64"):
        runs = [in_processes(P, "losses", dtype)["losses"] for P in PROCESSES]
        found[dtype] = np.array(runs)
    seeds = range(3)
    found["accuracy"] = np.zeros((len(PROCESSES), len(seeds)))
    found["images a second"] = np.zeros((len(PROCESSES), len(seeds)))
    for k, P in enumerate(PROCESSES):
        for seed in seeds:
            with tempfile.TemporaryDirectory() as folder:
                words = ("cnnlib", "train", "--quiet", "--seed", str(seed))
                said = SENTENCE.search(start(P, *words, folder=folder))
            found["accuracy"][k, seed] = float(said[1]) / 100
            found["images a second"][k, seed] = float(said[2].replace(",", ""))
    return found


def do_ring():
    """Time all-reduces between 2 and 4 processes."""
    found = {"bytes": np.array(SIZES)}
    for P in PROCESSES[1:]:
        found |= {f"{name} {P}": each for name, each in in_processes(P, "ring").items()}
    return found


def do_ddp():
    """Run the script of the lesson, alone and under torchrun, and NumPy beside it."""
    return beside(script((1, 2)))


def script(launchers, images=STEPS * BATCH, batch=BATCH, **more):
    """Run notebooks/09_torch.py in so many processes; return what it recorded.

    ``more`` are variables of its environment.
    """
    found = {}
    for P in launchers:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "found.npz")
            words = ["torch.distributed.run", "--standalone", "--nproc-per-node", str(P)]
            page = [str(ROOT / "notebooks" / "09_torch.py"), "--record", path]
            page += ["--images", str(images), "--batch", str(batch)]
            print(start(1, *(words if P > 1 else []), *page, module=P > 1, **more), flush=True)
            found |= {f"{name} {P}": value for name, value in load_arrays(path).items()}
    return found


def beside(found):
    """Add what NumPy makes of the same run."""
    network = lenet5(rng=0)
    (x, labels), test = load_mnist()
    part = x[: STEPS * BATCH], labels[: STEPS * BATCH]
    history = fit(network, part, optimizer=Adam(0.001), progress=False)
    return found | {
        "numpy": np.array(history.losses),
        "numpy accuracy": evaluate(network, *test)[1],
    }


def do_cuda():
    """Run the script of the lesson on a graphics card, by batch; beside it, two on one core.

    These are the script without the card, and NumPy; every clock starts after the first step.
    """
    if set_threads(1) is None:
        raise RuntimeError("NumPy's products cannot be held to one core here: nothing is recorded")
    runs = [[script((1,), IMAGES, batch) for batch in BATCHES] for _ in range(REPEATS)]
    device = runs[0][0]["device 1"]
    if str(device) == "processor":
        raise RuntimeError("PyTorch sees no graphics card here: nothing is recorded")
    found = {"batch": np.array(BATCHES), "device": device}
    for name in ("images a second", "accuracy"):
        found[name] = np.array([[run[f"{name} 1"] for run in row] for row in runs])
    alone = [script((1,), IMAGES, BATCH, CUDA_VISIBLE_DEVICES="") for _ in range(REPEATS)]
    found["processor"] = np.array([run["images a second 1"] for run in alone])
    return found | {"numpy": np.array([speed() for _ in range(REPEATS)])}


def speed():
    """Return the images that NumPy learns from in a second, the first step aside."""
    clock = []
    terms = {"batch_size": BATCH, "optimizer": Adam(0.001), "progress": False}
    terms["callbacks"] = [lambda run: clock.append(time.perf_counter())]
    fit(lenet5(rng=0), load_mnist()[0], **terms)
    return BATCH * (len(clock) - 1) / (clock[-1] - clock[0])


PARTS = {"torch": do_torch, "own": do_own, "mpi": do_mpi, "ring": do_ring, "ddp": do_ddp}
PARTS["cuda"] = do_cuda


def main(names):
    """Measure the parts named, or all but cuda."""
    if names[:1] == ["--work"]:
        WORKERS[names[1]](*names[2:])
        return 0
    unknown = sorted(set(names) - PARTS.keys())
    if unknown:
        print(f"no part {unknown[0]!r}, there are {', '.join(PARTS)}", file=sys.stderr)
        return 1
    for name in names or [name for name in PARTS if name != "cuda"]:
        save_arrays(RECORDS / f"beyond_{name}.npz", PARTS[name]())
        print(f"recorded beyond_{name}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
