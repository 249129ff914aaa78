"""How fast against PyTorch, how large, how accurate: prints Markdown tables.

Run as ``python -m tools.bench``; ``--help`` lists the options.  PyTorch is compared with where it
is installed: eager, on the CPU, taking turns in one process, like with like: both libraries use the
same instructions and the same number of threads, and the C library keeps the memory that either
gives back, so that neither pays for pages that the other does not.  Those settings are read when a
process starts, so the measuring is done in a process of its own for each set of instructions.
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

import numpy as np

from cnnlib import blas
from cnnlib.layers.activations import ReLU
from cnnlib.layers.conv import Conv2D
from cnnlib.layers.dense import Dense
from cnnlib.layers.fastconv import FastConv2D
from cnnlib.layers.norm import BatchNorm
from cnnlib.layers.pool import MaxPool2D
from cnnlib.layers.reshape import Flatten
from cnnlib.losses import SoftmaxCrossEntropy
from cnnlib.models import build
from cnnlib.optimizers import Adam
from cnnlib.winograd import Winograd

try:
    import torch
except ImportError:
    torch = None

ROOT = Path(__file__).resolve().parent.parent
RATE = 1e-3
NETWORKS = ("simple_convnet", "lenet5", "convnet_bn")
# Channels, filters, kernel, side of the image, pad: "same" padding for 3x3 as in deep networks.
CONVOLUTIONS = [
    (1, 30, 5, 28, 0),
    (16, 32, 5, 12, 0),
    (32, 32, 3, 28, 1),
    (64, 64, 3, 14, 1),
    (128, 128, 3, 14, 1),
]
PAUSE = 0.04  # seconds after which idle threads of the other library have gone to sleep

# The same instructions for OpenBLAS, oneDNN and PyTorch's own loops.
INSTRUCTIONS = {
    "avx2": {
        "OPENBLAS_CORETYPE": "Haswell",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
    },
    "avx512": {
        "OPENBLAS_CORETYPE": "SkylakeX",
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
        "ATEN_CPU_CAPABILITY": "avx512",
    },
}
FLAGS = {  # of a processor that has them
    "avx2": {"avx2", "fma"},
    "avx512": {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"},
}
CPUINFO = Path("/proc/cpuinfo")
MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**30), "MALLOC_TRIM_THRESHOLD_": str(2**32)}
UNSET = ("OPENBLAS_L2_SIZE",)  # slows OpenBLAS down by 5 % and more where it is set


# --------------------------------------------------------------------------- what is timed


def batch_of(N, C, H, W, seed=0):
    """Draw images, batch axis last in memory, and labels."""
    rng = np.random.default_rng(seed)
    x = rng.random((C, H, W, N), np.float32).transpose(3, 0, 1, 2)
    return x, rng.integers(0, 10, N)


def our_step(network, x, labels):
    """Make a function that does one training step."""
    loss, optimizer = SoftmaxCrossEntropy(), Adam(RATE)

    def step():
        with network.mode(training=True, input_gradient=False):
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
    rows = network.shapes(network.input_shape)
    return torch.nn.Sequential(*(torch_layer(layer, inside) for _, layer, inside, _ in rows))


def torch_layer(layer, inside=(1, 1, 1)):
    """Build the same layer, with the same weights, in PyTorch, for inputs of that shape."""
    params = {name: torch.tensor(value.copy()) for name, value in layer.params.items()}
    if isinstance(layer, Conv2D):
        F, C, KH, KW = layer.params["w"].shape
        twin = torch.nn.Conv2d(C, F, (KH, KW), stride=layer.stride, padding=layer.pad)
        weights = {"weight": params["w"], "bias": params["b"]}
    elif isinstance(layer, Dense):
        twin = torch.nn.Linear(*layer.params["w"].shape)
        weights = {"weight": params["w"].T, "bias": params["b"]}
    elif isinstance(layer, BatchNorm):
        kind = torch.nn.BatchNorm2d if len(inside) == 3 else torch.nn.BatchNorm1d
        twin = kind(inside[0], eps=layer.eps, momentum=layer.momentum)
        weights = {"weight": params["gamma"], "bias": params["beta"]}
    else:
        others = {
            ReLU: torch.nn.ReLU,
            Flatten: torch.nn.Flatten,
            MaxPool2D: lambda: torch.nn.MaxPool2d(layer.kernel_size, layer.stride),
        }
        return others[type(layer)]()
    with torch.no_grad():
        for name, value in weights.items():
            getattr(twin, name).copy_(value)
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


# --------------------------------------------------------------------------- timing


def take_turns(functions, seconds):
    """Time functions, one after the other, round after round.

    Each is called three times in its turn, and the quickest of the last two counts: the first one
    finds the caches full of what the other function left.

    Parameters
    ----------
    functions : list of function
    seconds : float
        How long, all together; there is one round at least.

    Returns
    -------
    ndarray of shape (2, len(functions), rounds)
        Milliseconds on the wall, and of all processors together.
    """
    for function in functions:
        function()
    rounds = []
    end = time.perf_counter() + seconds
    while not rounds or time.perf_counter() < end:
        turns = []
        for function in functions:
            time.sleep(PAUSE)
            function()
            turns.append(np.min([milliseconds(function) for _ in range(2)], axis=0))
        rounds.append(np.transpose(turns))
    return np.stack(rounds, axis=-1)


def milliseconds(function):
    """Time one call on the wall and on the processors."""
    start = time.perf_counter(), time.process_time()
    function()
    return (time.perf_counter() - start[0]) * 1e3, (time.process_time() - start[1]) * 1e3


def spread(ratios):
    """Write the median and, in brackets, the quartiles."""
    low, middle, high = np.quantile(ratios, [0.25, 0.5, 0.75])
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def compare(ours, theirs, seconds):
    """Time ours, and PyTorch's where there is one, and return the cells of a row."""
    times = take_turns([f for f in (ours, theirs) if f], seconds)
    cells = []
    for clock in times:
        cells += [f"{np.median(own):.2f}" for own in clock]
        if theirs:
            cells.append(spread(clock[0] / clock[1]))
    return [*cells, times.shape[-1]]


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


def versus():
    """Name the cells that `compare` returns."""
    heads = []
    for clock in ("wall", "CPU"):
        heads.append(f"cnnlib, ms {clock}")
        if torch:
            heads += [f"PyTorch, ms {clock}", f"ratio, {clock} (quartiles)"]
    return [*heads, "pairs"]


def header_table(options):
    """Say what this runs on, and which settings decide about its speed."""
    rows = [
        [
            "processor",
            f"{processor().get('model name') or platform.machine()}, {os.cpu_count()} cores",
        ],
        ["Python, NumPy", f"{platform.python_version()}, {np.__version__}"],
        ["PyTorch", f"{torch.__version__}, {capability()}" if torch else "not installed"],
        ["NumPy's BLAS", numpy_blas()],
    ]
    for name in (*INSTRUCTIONS["avx2"], *MEMORY, *UNSET):
        rows.append([f"`{name}`", os.environ.get(name, "unset")])
    rows.append(["load (processes that want to run)", load()])
    return table(["this machine", ""], rows)


def processor():
    """Return the fields of the first processor in Linux's ``/proc/cpuinfo``, a dict."""
    try:
        text = CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    fields = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in fields}


def capability():
    return torch.backends.cpu.get_cpu_capability()


def numpy_blas():
    """Name the BLAS behind NumPy, its version and kernels."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return "not known, threadpoolctl is not installed"
    found = [pool for pool in threadpool_info() if "numpy" in pool["filepath"]]
    names = (f"{p['internal_api']} {p['version']}, {p.get('architecture')}" for p in found)
    return "; ".join(names) or "not known to threadpoolctl"


def load():
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


def step_table(options):
    """Compare training steps, ours of the fast network, theirs of the usual one."""
    rows = []
    for n, name in itertools.product(options.threads, NETWORKS):
        use_threads(n)
        x, labels = batch_of(options.batch, 1, 28, 28)
        ours = our_step(build(name, rng=0, fast=True), x, labels)
        theirs = torch_step(build(name, rng=0), x, labels) if torch else None
        rows.append([name, n, *compare(ours, theirs, options.seconds), load()])
    return table(
        [f"training step, batch {options.batch}, Adam", "threads", *versus(), "load"], rows
    )


def convolution_table(options):
    """Compare single convolutions."""
    rows = []
    for n, (C, F, K, side, pad) in itertools.product(options.threads, CONVOLUTIONS):
        use_threads(n)
        conv, (x, _) = FastConv2D(C, F, K, pad=pad, rng=0), batch_of(options.batch, C, side, side)
        for backward in (False, True):
            name = f"{K}x{K}, {C} to {F} channels, {side}x{side}"
            name += ", forward and backward" if backward else ", forward"
            theirs = torch_convolution(conv, x, backward) if torch else None
            ours = our_convolution(conv, x, backward)
            rows.append([name, n, *compare(ours, theirs, options.seconds), load()])
    return table([f"convolution, batch {options.batch}", "threads", *versus(), "load"], rows)


# What grows from half to four times the usual: images, filters, channels, side of the image.
GROWING = {
    "batch": [(N, 64, 64, 14) for N in (50, 100, 200, 400)],
    "filters": [(100, 64, F, 14) for F in (16, 32, 64, 128)],
    "channels": [(100, C, 64, 14) for C in (16, 32, 64, 128)],
    "channels and filters": [(100, C, C, 14) for C in (16, 32, 64, 128)],
    "pixels": [(100, 32, 32, side) for side in (8, 16, 24, 32)],
}


def growth_table(options):
    """Show how the time of a convolution grows, and how its multiplications do."""
    use_threads(1)
    rows = []
    for what, sizes in GROWING.items():
        functions, multiplications = [], []
        for N, C, F, side in sizes:
            N = N * options.batch // 100
            conv, (x, _) = FastConv2D(C, F, 3, pad=1, rng=0), batch_of(N, C, side, side)
            functions.append(our_convolution(conv, x, backward=True))
            multiplications.append(N * conv.multiplications((C, side, side)))
        times = np.median(take_turns(functions, options.seconds)[1], axis=1)
        ratios = np.array(multiplications) / multiplications[0]
        rows.append([what, *(f"{ms:.1f}" for ms in times), f"{slope(ratios, times):.2f}"])
    heads = ["3x3, forward and backward, one thread, ms CPU", "smallest", "", "", "largest"]
    return table([*heads, "grows with its multiplications to the power of"], rows)


def slope(values, times):
    """Fit times ~ values ** slope."""
    return np.polyfit(np.log(values), np.log(times), 1)[0]


# Where FastConv2D changes from one way to the other: images, channels, filters, side, kernel.
THRESHOLDS = {
    "images": [(N, 64, 64, 14, 3) for N in (4, 8, 16, 32)],
    "channels": [(100, C, 32, 14, 3) for C in (4, 8, 16, 32)],
    "filters": [(100, 32, F, 14, 3) for F in (4, 8, 16, 32)],
    "side, kernel 3": [(100, 32, 32, side, 3) for side in (2, 4, 6, 8)],
    "side, kernel 5": [(100, 32, 32, side, 5) for side in (2, 4, 6, 8)],
}


def threshold_table(options):
    """Compare Winograd's way with Conv2D around the sizes where FastConv2D changes over."""
    use_threads(1)
    rows = []
    for what, sizes in THRESHOLDS.items():
        row = [what]
        for N, C, F, side, K in sizes:
            conv, (x, _) = Conv2D(C, F, K, pad=K // 2, rng=0), batch_of(N, C, side, side)
            dy = np.ones_like(conv.forward(x))

            def fast(conv=conv, x=x, dy=dy):
                one = Winograd(x, conv.params["w"], conv.pad)
                one.forward(conv.params["b"])
                one.backward(dy)

            plain = our_convolution(conv, x, backward=True)
            times = take_turns([fast, plain], options.seconds / 2)[1]
            size = dict(zip(["images", "channels", "filters"], (N, C, F), strict=True))
            row.append(f"{size.get(what, side)}: {np.median(times[0] / times[1]):.2f}")
        rows.append(row)
    return table(["Winograd's CPU time as a share of Conv2D's, f and b", *[""] * 4], rows)


# --------------------------------------------------------------------------- whole runs

# The peak of a process counts what its parent held when it was started, so a small one starts it.
MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("peak", used.ru_maxrss, "cpu", used.ru_utime + used.ru_stime)
sys.exit(code)
"""
MEASURED = re.compile(r"^peak (\d+) cpu ([\d.]+)\n", re.MULTILINE)


def train(seed):
    """Run ``python -m cnnlib train`` as a user does, in an empty folder.

    Returns
    -------
    (str, float, float or None, int or None)
        What it printed, seconds on the wall, of all processors, peak memory in bytes; None where
        that cannot be measured.
    """
    command = [sys.executable, "-m", "cnnlib", "train", "--quiet", "--seed", str(seed)]
    if sys.platform != "win32":
        command = [sys.executable, "-c", MEASURE, *command]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            command,
            cwd=folder,
            env=user_environment() | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    measured = MEASURED.search(result.stdout)
    text = MEASURED.sub("", result.stdout).strip()
    if result.returncode:
        raise RuntimeError(f"exit status {result.returncode}: {text or 'it printed nothing'}")
    if not measured:
        return text, time.perf_counter() - start, None, None
    unit = 1 if sys.platform == "darwin" else 1024
    cpu, peak = float(measured[2]), int(measured[1]) * unit
    return text, time.perf_counter() - start, cpu, peak


def user_environment():
    """Return the environment without what the bench added for a fair comparison."""
    mine = {*itertools.chain(*INSTRUCTIONS.values()), *MEMORY}
    return {name: value for name, value in os.environ.items() if name not in mine}


def accuracy(text):
    """Read the last percentage that stands on a line about the test set."""
    found = re.findall(r"test[^\n]*?(\d+\.\d+) ?%", text)
    return float(found[-1]) if found else float("nan")


def train_table(options):
    """Train as a user does: memory, time and, over the seeds, accuracy."""
    rows, accuracies = [], []
    for seed in range(options.seeds):
        try:
            text, seconds, cpu, peak = train(seed)
        except RuntimeError as error:
            return f"Not measured: `python -m cnnlib train` ended with {error}"
        accuracies.append(accuracy(text))
        used = ["not measured"] * 2 if cpu is None else [f"{cpu:.1f}", f"{peak / 1e6:.0f}"]
        rows.append([f"seed {seed}", f"{accuracies[-1]:.2f}", f"{seconds:.1f}", *used, load()])
    if len(rows) > 1:
        mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
        extremes = f"{min(accuracies):.2f} to {max(accuracies):.2f}"
        name = f"mean ± standard deviation, {extremes}"
        rows.append([name, f"{mean:.2f} ± {deviation:.2f}", *[""] * 4])
    heads = ["test accuracy, %", "seconds", "CPU seconds", "peak MB", "load"]
    return table(["`python -m cnnlib train`", *heads], rows)


# --------------------------------------------------------------------------- the command


def known_instructions():
    """List the sets that this processor has, the widest last; empty where it is not known."""
    flags = set(processor().get("flags", "").split())
    return [name for name, needed in FLAGS.items() if needed <= flags]


def environment(instructions):
    """Return the environment of a process that compares like with like."""
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    return kept | INSTRUCTIONS.get(instructions, {}) | MEMORY


def measure_with(instructions, arguments):
    """Run the bench in a process of its own and return what it prints.

    Raises
    ------
    RuntimeError
        If it fails; with what it printed as errors.
    """
    result = subprocess.run(
        [sys.executable, "-m", "tools.bench", "--measure", *arguments],
        cwd=ROOT,
        env=environment(instructions),
        capture_output=True,
        text=True,
    )
    if result.returncode:
        raise RuntimeError(f"the bench failed:\n{result.stderr}")
    return result.stdout.strip()


def parse(arguments):
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    cores, known = os.cpu_count() or 1, known_instructions()
    add = parser.add_argument
    add(
        "--threads",
        type=int,
        nargs="+",
        default=sorted({1, cores}),
        help=f"numbers of threads to compare with (1 and all: {cores})",
    )
    add("--seconds", type=float, default=3.0, help="time for each comparison (3)")
    add("--batch", type=int, default=100, help="images at each step (100)")
    add("--quick", action="store_true", help="a look at all but training: batch 20, one thread")
    add("--seeds", type=int, default=1, help="how often to train, seeds 0, 1, ... (1; 0: never)")
    add(
        "--instructions",
        nargs="+",
        choices=INSTRUCTIONS,
        default=known[-1:],
        help=f"for both libraries; this processor has {', '.join(known) or 'none of them'}",
    )
    add("--tables", nargs="+", choices=TABLES, default=list(TABLES), help="which tables (all)")
    add("--measure", action="store_true", help=argparse.SUPPRESS)  # the process that does the work
    options = parser.parse_args(arguments)
    if min(*options.threads, options.batch // 2) < 1:
        parser.error("--threads are at least 1, --batch at least 2")
    if set(options.instructions) - set(known):
        parser.error(f"--instructions: this processor has {', '.join(known) or 'none of them'}")
    if options.quick:
        options.seconds, options.seeds = 0, 0
        options.threads, options.batch = options.threads[:1], 20
    return options


TABLES = {
    "steps": step_table,
    "convolutions": convolution_table,
    "growth": growth_table,
    "thresholds": threshold_table,
    "training": train_table,
}


def parts(options, arguments):
    """Measure one table after the other, or have it done once for each set of instructions."""
    if options.measure:
        yield header_table(options)
        for name in options.tables:
            if name != "training" or options.seeds:
                yield TABLES[name](options)
        return
    yield "# Bench"
    for name in options.instructions or [None]:
        if name:
            yield f"## {name}, both libraries"
        yield measure_with(name, arguments)


def main(arguments):
    for part in parts(parse(arguments), arguments):
        print(part, end="\n\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
