"""How fast, how large, how accurate: prints Markdown tables.

Run as ``python -m tests.bench``; ``--help`` lists the options.  PyTorch is compared with where it
is installed: eager, on the CPU, with the same number of threads, taking turns in one process.
"""

import argparse
import itertools
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cnnlib import blas

CHOSEN = blas.choose_kernels()  # has to come before NumPy is loaded

import numpy as np  # noqa: E402

from cnnlib.layers.activations import ReLU  # noqa: E402
from cnnlib.layers.conv import Conv2D  # noqa: E402
from cnnlib.layers.dense import Dense  # noqa: E402
from cnnlib.layers.pool import MaxPool2D  # noqa: E402
from cnnlib.layers.reshape import Flatten  # noqa: E402
from cnnlib.losses import SoftmaxCrossEntropy  # noqa: E402
from cnnlib.models import lenet5, simple_convnet  # noqa: E402
from cnnlib.network import Sequential  # noqa: E402
from cnnlib.optimizers import Adam  # noqa: E402

try:
    import torch
except ImportError:
    torch = None

ROOT = Path(__file__).resolve().parent.parent
RATE = 1e-3
NETWORKS = {"simple_convnet": simple_convnet, "lenet5": lenet5}
# Channels, filters, kernel, side of the image; "same" padding for 3x3 as in deep networks.
CONVOLUTIONS = [
    (1, 30, 5, 28, 0),
    (16, 32, 5, 12, 0),
    (32, 32, 3, 28, 1),
    (64, 64, 3, 14, 1),
    (128, 128, 3, 14, 1),
]
BLOCK = 4  # calls in a row before it is the other's turn; the first is not counted
PAUSE = 0.04  # seconds after which idle threads of the other library have gone to sleep


# --------------------------------------------------------------------------- what is timed


def batch_of(N, C, H, W, seed=0):
    """Draw images, batch axis last in memory, and labels."""
    rng = np.random.default_rng(seed)
    x = rng.random((C, H, W, N), np.float32).transpose(3, 0, 1, 2)
    return x, rng.integers(0, 10, N)


def our_step(network, x, labels):
    """Make a function that does one training step."""
    loss, optimizer = SoftmaxCrossEntropy(), Adam(RATE)
    network.training, network.input_gradient = True, False

    def step():
        loss.forward(network.forward(x), labels)
        network.backward(loss.backward())
        optimizer.step(network.params, network.grads)

    return step


def torch_step(network, x, labels):
    """Make a function that does the same step, from the same weights, in PyTorch."""
    twin = torch_twin(network)
    x, labels = torch.tensor(x).contiguous(), torch.tensor(labels)
    loss, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.Adam(twin.parameters(), RATE)

    def step():
        optimizer.zero_grad()
        loss(twin(x), labels).backward()
        optimizer.step()

    return step


def torch_twin(network):
    """Build the same network, with the same weights, in PyTorch."""
    return torch.nn.Sequential(*map(torch_layer, network.layers.values()))


def torch_layer(layer):
    """Build the same layer, with the same weights, in PyTorch."""
    if isinstance(layer, Conv2D):
        F, C, KH, KW = layer.params["w"].shape
        twin = torch.nn.Conv2d(C, F, (KH, KW), stride=layer.stride, padding=layer.pad)
        weights = layer.params["w"]
    elif isinstance(layer, Dense):
        twin = torch.nn.Linear(*layer.params["w"].shape)
        weights = layer.params["w"].T
    else:
        others = {
            ReLU: torch.nn.ReLU,
            Flatten: torch.nn.Flatten,
            MaxPool2D: lambda: torch.nn.MaxPool2d(layer.kernel_size, layer.stride),
        }
        return others[type(layer)]()
    with torch.no_grad():
        twin.weight.copy_(torch.tensor(weights.copy()))
        twin.bias.copy_(torch.tensor(layer.params["b"]))
    return twin


def our_convolution(conv, x, backward):
    """Make a function that does the forward pass, and the backward pass if asked for."""
    dy = np.ones_like(conv.forward(x))

    def run():
        conv.forward(x)
        if backward:
            conv.backward(dy)

    return run


def torch_convolution(conv, x, backward):
    """Make a function that does the same in PyTorch."""
    twin = torch_layer(conv)
    x = torch.tensor(x).contiguous().requires_grad_(backward)
    dy = torch.ones_like(twin(x))

    def run():
        with torch.set_grad_enabled(backward):
            y = twin(x)
        if backward:
            torch.autograd.grad(y, [x, twin.weight, twin.bias], dy)

    return run


def products_of(network, x):
    """Make a function that does the matrix products of a training step and nothing else.

    Operands have the shapes and the order in memory that they have in the step.
    """
    pairs = []
    for _, layer, inside, out in network.shapes(x.shape[1:]):
        if isinstance(layer, Conv2D | Dense):
            pairs += layer_products(layer, len(x), inside, out, first=not pairs)

    def run():
        for a, b in pairs:
            a @ b

    return run


def layer_products(layer, N, inside, out, first):
    """Return the operands of y, dw and, but for the first layer, dx."""
    w = layer.params["w"]
    if isinstance(layer, Conv2D):
        F, OH, OW = out
        w = w.reshape(F, -1)
        cols = np.ones((w.shape[1], OH * OW * N), np.float32)
        dy = np.ones((F, OH * OW * N), np.float32)
        return [(w, cols), (cols, dy.T), (w.T, dy)][: 2 if first else 3]
    x = np.ones((*inside, N), np.float32).T
    dy = np.ones((*out, N), np.float32).T
    return [(x, w), (x.T, dy), (w, dy.T)]


# --------------------------------------------------------------------------- timing


def take_turns(functions, seconds):
    """Time functions, in blocks by turns.

    Parameters
    ----------
    functions : list of function
    seconds : float
        How long, all together; each has at least one block.

    Returns
    -------
    ndarray of shape (len(functions), calls)
        Milliseconds of each counted call.
    """
    for function in functions:
        function()
    times = [[] for _ in functions]
    end = time.perf_counter() + seconds
    while not times[0] or time.perf_counter() < end:
        for function, mine in zip(functions, times, strict=True):
            time.sleep(PAUSE)
            function()
            mine += [milliseconds(function) for _ in range(BLOCK - 1)]
    return np.array(times)


def milliseconds(function):
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1e3


def compare(name, ours, theirs, seconds):
    """Time ours, and PyTorch's where there is one, and return a row of a table."""
    times = take_turns([f for f in (ours, theirs) if f], seconds)
    row = [name, f"{np.median(times[0]):.2f}"]
    if theirs:
        of_medians = np.median(times[0]) / np.median(times[1])
        of_pairs = np.median(times[0] / times[1])
        row += [f"{np.median(times[1]):.2f}", f"{of_medians:.2f}", f"{of_pairs:.2f}"]
    return [*row, times.shape[1]]


def use_threads(n):
    """Let both libraries use n threads."""
    blas.set_threads(n)
    if torch:
        torch.set_num_threads(n)


# --------------------------------------------------------------------------- the tables


def table(heads, rows):
    """Write a Markdown table, numbers to the right."""
    rule = ["---" if i == 0 else "---:" for i in range(len(heads))]
    lines = [heads, rule, *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


VERSUS = ["cnnlib, ms", *(["PyTorch, ms", "ratio", "ratio of pairs"] if torch else []), "calls"]


def header_table(options):
    """Say what this runs on."""
    cpu = blas.processor(blas.read_cpuinfo()).get("model name") or platform.processor()
    in_use = blas.kernels_in_use()
    rows = [
        ["processor", f"{cpu or platform.machine()}, {os.cpu_count()} cores"],
        ["Python, NumPy", f"{platform.python_version()}, {np.__version__}"],
        ["PyTorch", torch.__version__ if torch else "not installed"],
        ["BLAS", f"OpenBLAS, {in_use[0]} kernels" if in_use else "not OpenBLAS"],
        [
            "kernels chosen by",
            "the user" if user_chose() else "the bench" if CHOSEN else "OpenBLAS",
        ],
        ["threads", ", ".join(map(str, options.threads))],
    ]
    return table(["this machine", ""], rows)


def user_chose():
    return CHOSEN is None and "OPENBLAS_CORETYPE" in os.environ


def step_table(options):
    """Compare training steps."""
    rows = []
    for n, (name, build) in itertools.product(options.threads, NETWORKS.items()):
        use_threads(n)
        network, (x, labels) = build(rng=0), batch_of(options.batch, 1, 28, 28)
        theirs = torch_step(network, x, labels) if torch else None
        ours = our_step(network, x, labels)
        row = compare(name, ours, theirs, options.seconds)
        rows.append([row[0], n, *row[1:]])
    return table([f"training step, batch {options.batch}, Adam", "threads", *VERSUS], rows)


def convolution_table(options):
    """Compare single convolutions."""
    rows = []
    for n, (C, F, K, side, pad) in itertools.product(options.threads, CONVOLUTIONS):
        use_threads(n)
        conv, (x, _) = Conv2D(C, F, K, pad=pad, rng=0), batch_of(options.batch, C, side, side)
        for backward in (False, True):
            name = f"{K}x{K}, {C} to {F} channels, {side}x{side}"
            name += ", forward and backward" if backward else ", forward"
            theirs = torch_convolution(conv, x, backward) if torch else None
            ours = our_convolution(conv, x, backward)
            row = compare(name, ours, theirs, options.seconds / 3)
            rows.append([row[0], n, *row[1:]])
    return table([f"convolution, batch {options.batch}", "threads", *VERSUS], rows)


def growing_step(N, filters=30, side=28):
    """Make a training step of SimpleConvNet in other sizes, padded: an output for every pixel."""
    layers = [Conv2D(1, filters, 5, pad=2, rng=0), ReLU(), MaxPool2D(2), Flatten()]
    layers += [Dense(filters * (side // 2) ** 2, 100, rng=0), ReLU(), Dense(100, 10, rng=0)]
    return our_step(Sequential(layers), *batch_of(N, 1, side, side))


def growing_sizes(N):
    """List what grows, from half to four times the usual, and how to build it."""
    return {
        "batch": [(N * k // 2, {"N": N * k // 2}) for k in (1, 2, 4, 8)],
        "filters": [(F, {"N": N, "filters": F}) for F in (15, 30, 60, 120)],
        "pixels": [(side**2, {"N": N, "side": side}) for side in (20, 28, 40, 56)],
    }


def growth_table(options):
    """Show how the time of a step grows with each size."""
    use_threads(1)
    rows = []
    for what, sizes in growing_sizes(options.batch).items():
        values = [value for value, _ in sizes]
        steps = [growing_step(**size) for _, size in sizes]
        times = np.median(take_turns(steps, options.seconds), axis=1)
        texts = [f"{value}: {ms:.1f}" for value, ms in zip(values, times, strict=True)]
        rows.append([what, *texts, f"{slope(values, times):.2f}"])
    heads = ["one thread: ms of a step grow with", *["size: ms"] * 4, "exponent"]
    return table(heads, rows)


def slope(values, times):
    """Fit times ~ values ** slope."""
    return np.polyfit(np.log(values), np.log(times), 1)[0]


def share_table(options):
    """Show how much of a step its matrix products take."""
    use_threads(1)
    rows = []
    for name, build in NETWORKS.items():
        network, (x, labels) = build(rng=0), batch_of(options.batch, 1, 28, 28)
        functions = [our_step(network, x, labels), products_of(network, x)]
        step, products = np.median(take_turns(functions, options.seconds / 2), axis=1)
        rows.append([name, f"{step:.2f}", f"{products:.2f}", f"{products / step:.0%}"])
    heads = ["one thread: matrix products of a step, done alone"]
    return table([*heads, "step, ms", "products, ms", "share"], rows)


# --------------------------------------------------------------------------- whole runs

# The peak of a process counts what its parent held when it was started, so a small one starts it.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""


def train(seed):
    """Run ``python -m cnnlib train`` as a user does, in an empty folder.

    Returns
    -------
    (str, float, int or None)
        What it printed, seconds, peak memory in bytes where it can be measured.
    """
    command = [sys.executable, "-m", "cnnlib", "train", "--quiet", "--seed", str(seed)]
    if sys.platform != "win32":
        command = [sys.executable, "-c", MEASURE, *command]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if result.returncode:
        raise RuntimeError(f"python -m cnnlib train failed:\n{result.stdout}")
    peak = re.search(r"^peak (\d+)$", result.stdout, re.MULTILINE)
    unit = 1 if sys.platform == "darwin" else 1024
    return result.stdout, time.perf_counter() - start, int(peak[1]) * unit if peak else None


def accuracy(text):
    """Read the last percentage that stands on a line about the test set."""
    found = re.findall(r"test[^\n]*?(\d+\.\d+) ?%", text)
    return float(found[-1]) if found else float("nan")


def train_table(options):
    """Train as a user does: memory, time and, over the seeds, accuracy."""
    rows, accuracies = [], []
    for seed in range(options.seeds):
        try:
            text, seconds, peak = train(seed)
        except RuntimeError as error:
            return f"Not measured: {str(error).strip().splitlines()[-1]}"
        accuracies.append(accuracy(text))
        memory = "not measured" if peak is None else f"{peak / 1e6:.0f}"
        rows.append([f"seed {seed}", f"{accuracies[-1]:.2f}", f"{seconds:.1f}", memory])
    if len(rows) > 1:
        mean, spread = np.mean(accuracies), np.std(accuracies, ddof=1)
        extremes = f"{min(accuracies):.2f} to {max(accuracies):.2f}"
        rows.append(
            [f"mean ± standard deviation, {extremes}", f"{mean:.2f} ± {spread:.2f}", "", ""]
        )
    return table(["`python -m cnnlib train`", "test accuracy, %", "seconds", "peak MB"], rows)


def both_kernels(options):
    """Run the bench again with the AVX2 and with the AVX-512 kernels."""
    kernels = ["Haswell"]
    if blas.has_avx512(blas.read_cpuinfo()):
        kernels.append("SkylakeX")
    arguments = ["--batch", options.batch, "--seconds", options.seconds, "--seeds", options.seeds]
    arguments += ["--threads", *options.threads]
    for name in kernels:
        yield f"## OpenBLAS's {name} kernels"
        result = subprocess.run(
            [sys.executable, "-m", "tests.bench", *map(str, arguments)],
            cwd=ROOT,
            env=os.environ | {"OPENBLAS_CORETYPE": name},
            capture_output=True,
            text=True,
        )
        if result.returncode:
            raise RuntimeError(f"the bench failed:\n{result.stderr}")
        yield result.stdout.strip()


# --------------------------------------------------------------------------- the command


def parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--threads",
        type=int,
        nargs="+",
        default=sorted({1, cores}),
        help=f"numbers of threads to compare with (1 and all: {cores})",
    )
    parser.add_argument(
        "--seconds", type=float, default=3.0, help="time for each training step's comparison (3)"
    )
    parser.add_argument("--batch", type=int, default=100, help="images at each step (100)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a look at all but training: batch 20, one block, one thread",
    )
    parser.add_argument(
        "--seeds", type=int, default=1, help="how often to train, seeds 0, 1, ... (1; 0 for never)"
    )
    parser.add_argument(
        "--both-kernels", action="store_true", help="with OpenBLAS's AVX2 and AVX-512 kernels"
    )
    parser.add_argument("--out", type=Path, help="a file to write the tables to, too")
    options = parser.parse_args(arguments)
    if min(*options.threads, options.batch // 2) < 1:
        parser.error("--threads are at least 1, --batch at least 2")
    if options.quick:
        options.seconds, options.seeds = 0, 0
        options.threads, options.batch = options.threads[:1], 20
    return options


def tables(options):
    """Measure one table after the other."""
    yield "# Bench"
    yield header_table(options)
    yield step_table(options)
    yield share_table(options)
    yield convolution_table(options)
    yield growth_table(options)
    if options.seeds:
        yield train_table(options)


def main(arguments):
    options = parse(arguments)
    out = options.out.open("w", encoding="utf-8") if options.out else None
    try:
        parts = both_kernels(options) if options.both_kernels else tables(options)
        for part in parts:
            for file in filter(None, (sys.stdout, out)):
                print(part, end="\n\n", file=file, flush=True)
    finally:
        if out:
            out.close()


if __name__ == "__main__":
    main(sys.argv[1:])
