"""Exercise 09: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "09_beyond_one_machine"
NAMES = {"by_hand": "ring", "fewer_rounds": "schedule"}
MEAN = "sum(n / total * g for n, g in zip(counts, grads, strict=True))"
CUT = "row[:split].reshape(w_shape), row[split:].reshape(b_shape)"
SHARE = "share = slice(N * k // workers, N * (k + 1) // workers)"
ADD = "after[right, part] += held[worker, part]"
TURN = "axes.transpose(3, 1, 2, 0).reshape(C * H * W, M)"

MUTANTS = {
    "average": [
        (
            "each gradient is divided by its number of images, and the sum by all of them",
            ("n / total * g", "g / n / total"),
        ),
        (
            "the first worker counts twice",
            (f"return {MEAN}", f"return counts[0] / total * grads[0] + {MEAN}"),
        ),
        ("only the last worker counts", (MEAN, "counts[-1] / total * grads[-1]")),
        (
            "the last worker is left out",
            ("zip(counts, grads, strict=True)", "[*zip(counts, grads)][:-1]"),
        ),
        (
            "a gradient counts the less, the more images it has",
            ("    total", "    counts = [1 / n if n else 0 for n in counts]\n    total"),
        ),
        (
            "the gradients are added up, and divided by the number of images",
            (MEAN, "sum(grads) / total"),
        ),
        (
            "a worker without images counts as one that has one",
            ("    total", "    counts = [max(n, 1) for n in counts]\n    total"),
        ),
        (
            "workers without images are left out of the counts alone, and the others move up",
            ("strict=True", "strict=False"),
            ("zip(counts,", "zip([n for n in counts if n],"),
        ),
        ("the number of images counts twice", ("n / total", "n * n / total")),
        ("every worker counts the same", (MEAN, "sum(grads) / len(grads)")),
        (
            "every worker that has images counts the same",
            (MEAN, "sum(g for n, g in zip(counts, grads) if n) / np.count_nonzero(counts)"),
        ),
        (
            "each gradient is divided by its number of images",
            (MEAN, "sum(g / max(n, 1) for n, g in zip(counts, grads)) / len(grads)"),
        ),
        (
            "each gradient is divided by its number of images, also by 0",
            (MEAN, "sum(g / n for n, g in zip(counts, grads)) / len(grads)"),
        ),
        ("shares are cut to whole numbers", ("n / total", "n // total")),
        (
            "the counts meet the numbers of a gradient, and not the workers",
            (MEAN, "(np.array(grads) * np.array(counts)).sum(axis=0) / total"),
        ),
        (
            "the numbers of a gradient are averaged as well",
            (MEAN, "np.average([g.mean() for g in grads], weights=counts)"),
        ),
        (
            "only the first two workers count",
            (MEAN, "(counts[0] * grads[0] + counts[1] * grads[1]) / (counts[0] + counts[1])"),
        ),
        (
            "the numbers of images are squared",
            ("total = sum(counts)", "total = sum(n * n for n in counts)"),
            ("n / total", "n * n / total"),
        ),
        ("the gradients are added up and not averaged", (MEAN, "sum(grads)")),
        ("the sum is not divided by the number of images", ("n / total", "n")),
        ("the sum is divided by the number of workers", ("sum(counts)", "len(counts)")),
        (
            "the sum is divided by the number of workers that have images",
            ("sum(counts)", "np.count_nonzero(counts)"),
        ),
    ],
    "unpack": [
        (
            "b comes first",
            (CUT, "row[-split:].reshape(w_shape), row[:-split].reshape(b_shape)"),
        ),
        (
            "w is read column by column",
            ("row[:split].reshape(w_shape)", "row[:split].reshape(w_shape[::-1]).T"),
        ),
        ("w is transposed", ("reshape(w_shape)", "reshape(w_shape).T")),
        ("the first number is number 1", ("row[:split]", "row[1 : split + 1]")),
        ("matrices", ("row[:split]", "row[: w_shape[0] * w_shape[1]]")),
        ("w keeps the shape of a row", ("row[:split].reshape(w_shape)", "row[:split]")),
        ("b begins at the start of the row", ("row[split:]", "row[: np.prod(b_shape)]")),
    ],
    "parallel_step": [
        ("the gradients are added up, and divided by the number of images", ("n / N", "1 / N")),
        (
            "the loop ends at the first worker without images",
            (
                "        if n > 0:\n            total",
                "        if n == 0:\n            break\n        total",
            ),
        ),
        (
            "the rate is multiplied by the number of workers",
            ("rate * total", "rate * workers * total"),
        ),
        ("only the last worker counts", ("total += n", "total = n")),
        ("the last worker is left out", ("in range(workers)", "in range(workers - 1)")),
        ("the sum is divided by the number of workers", ("n / N", "n / workers")),
        ("the sum is not divided by the number of images", ("n / N", "n")),
        ("every worker counts the same", ("n / N", "1 / workers")),
        ("every worker that has images counts the same", ("n / N", "1 / min(N, workers)")),
        ("empty", ("if n > 0", "if True")),
        ("untouched", ("n / N", "n // N")),
        ("first_image_and_number", ("x[share], y[share]", "x[share.start :], y[share.start :]")),
        ("the gradients are added up and not averaged", ("n / N * ", "")),
        (
            "images are left out where the shares do not come out even",
            (SHARE, "share = slice(N // workers * k, N // workers * (k + 1))"),
        ),
        (
            "each worker starts from where the one before it ended",
            ("gradient(w,", "gradient(w - rate * total,"),
        ),
        ("only the first worker's gradient is used", ("in range(workers)", "in range(1)")),
        ("the step goes uphill", ("w - rate", "w + rate")),
        ("the rate is not used", ("w - rate * total", "w - total")),
        ("all workers have the same images", ("x[share], y[share]", "x[:n], y[:n]")),
        ("the images of a worker meet the numbers y of others", ("y[share]", "y[:n]")),
        ("the rate is divided among the workers", ("w - rate", "w - rate / workers")),
        ("the gradient is returned and not the new weights", ("w - rate * total", "total")),
    ],
    "ring_round": [
        (
            "worker and part are exchanged as indices of what is sent",
            ("held[worker, part]", "held[part, worker]"),
        ),
        (
            "worker and part are exchanged as indices where it arrives",
            ("after[right, part]", "after[part, right]"),
        ),
        ("the number of workers is taken to be 4", ("step < P - 1", "step < 3")),
        ("the first half puts in place, and the second adds", ("step < P - 1", "step >= P - 1")),
        (
            "a part arrives under the number of the part that the receiver sends",
            ("after[right, part] +=", "after[right, (right - step) % P] +="),
            ("after[right, part] = ", "after[right, (right - step) % P] = "),
        ),
        (
            "what is sent is set to 0 at the sender",
            (ADD, f"{ADD}\n            after[worker, part] = 0"),
        ),
        (
            "what arrives is averaged and not added",
            (ADD, "after[right, part] = (held[right, part] + held[worker, part]) / 2"),
        ),
        (
            "the neighbour's part is fetched, and not one's own sent",
            (ADD, "after[worker, part] += held[right, part]"),
            ("after[right, part] = held[worker, part]", "after[worker, part] = held[right, part]"),
        ),
        ("rounds are counted from 1", ("worker - step", "worker - step - 1")),
        ("adding ends a round too early", ("step < P - 1", "step < P - 2")),
        ("the last worker sends to itself", ("(worker + 1) % P", "min(worker + 1, P - 1)")),
        ("the last worker sends nothing", ("in range(P)", "in range(P - 1)")),
        ("the part is numbered by the one who receives it", ("worker - step", "worker + 1 - step")),
        (
            "worker and part are exchanged as indices",
            (ADD, "after[part, right] += held[part, worker]"),
            ("after[right, part] = held[worker, part]", "after[part, right] = held[part, worker]"),
        ),
        ("parts go to the left neighbour", ("(worker + 1)", "(worker - 1)")),
        ("every round sends the same part", ("(worker - step) % P", "worker")),
        ("parts are counted up and not down", ("worker - step", "worker + step")),
        ("all send part `step`", ("(worker - step) % P", "step % P")),
        (
            "the second half counts its rounds from 0 again",
            ("worker - step", "worker - (step if step < P - 1 else step - P + 1)"),
        ),
        ("the second half adds, too", ("step < P - 1", "True")),
        ("the first half hands on and does not add", ("step < P - 1", "False")),
        ("the second half begins a round too late", ("step < P - 1", "step <= P - 1")),
        ("only one worker sends", ("in range(P)", "in range(1)")),
        (
            "the whole buffer is sent",
            (ADD, "after[right] += held[worker]"),
            ("after[right, part] = held[worker, part]", "after[right] = held[worker]"),
        ),
    ],
    "ring_seconds": [
        (
            "latency and bytes are added before they are divided",
            ("(latency + size / workers / bandwidth)", "((latency + size) / workers / bandwidth)"),
        ),
        (
            "the whole buffer is sent once, and not nearly twice",
            (
                "rounds * (latency + size / workers / bandwidth)",
                "rounds * latency + size / bandwidth",
            ),
        ),
        (
            "the latency is divided by the number of workers as well",
            ("size / workers / bandwidth)", "size / bandwidth) / workers"),
        ),
        (
            "the latency is divided by the bandwidth as well",
            ("size / workers / bandwidth)", "size / workers) / bandwidth"),
        ),
        (
            "the brackets around latency and bytes are missing",
            ("(latency + size / workers / bandwidth)", "latency + size / workers / bandwidth"),
        ),
        ("bytes flow in half of the rounds", ("/ bandwidth", "/ bandwidth / 2")),
        ("the latency is paid in half of the rounds", ("latency + ", "0.5 * latency + ")),
        ("the seconds of all workers are added up", ("return rounds", "return workers * rounds")),
        ("bytes are turned into numbers", ("size / workers", "size / (4 * workers)")),
        ("the brackets around workers - 1 are missing", ("2 * (workers - 1)", "2 * workers - 1")),
        ("half of the rounds are left out", ("2 * (workers - 1)", "workers - 1")),
        ("there are P rounds in each half", ("(workers - 1)", "workers")),
        ("the number of rounds grows like a logarithm", ("(workers - 1)", "np.log2(workers)")),
        ("every message is the whole buffer", ("size / workers", "size")),
        (
            "each worker sends the whole buffer twice",
            ("rounds * (latency + size / workers", "rounds * latency + 2 * (size"),
        ),
        (
            "the latency is paid once",
            (
                "rounds * (latency + size / workers / bandwidth)",
                "latency + rounds * size / workers / bandwidth",
            ),
        ),
        ("the latency is left out", ("latency + ", "")),
        (
            "the longer of latency and bytes counts, and not both",
            (
                "latency + size / workers / bandwidth",
                "np.maximum(latency, size / workers / bandwidth)",
            ),
        ),
        ("a part is rounded down", ("size / workers", "size // workers")),
        ("size is taken for a count of numbers", ("size / workers", "size / workers * 4")),
        ("the bandwidth is in bits", ("size / workers", "8 * size / workers")),
        ("it multiplies by the bandwidth", ("/ bandwidth", "* bandwidth")),
        ("the latency grows with the workers", ("latency + ", "latency * workers + ")),
        ("the buffer has P - 1 parts", ("size / workers", "size / (workers - 1)")),
        ("single numbers of workers", ("size / workers", "size / np.max(workers)")),
    ],
    "dense_from_channels_last": [
        (
            "the weights are transposed before they have their axes",
            ("weight.reshape", "weight.T.reshape"),
        ),
        ("the inputs stay in their old order", (TURN, "weight.T")),
        (
            "the result is not transposed",
            (TURN, "axes.transpose(0, 3, 1, 2).reshape(M, C * H * W)"),
        ),
        (
            "it is read as if the channels came first already",
            ("(M, H, W, C)", "(M, C, H, W)"),
        ),
        ("the axes are named anew and not moved", (TURN, "weight.reshape(C * H * W, M)")),
        ("rows and columns are exchanged", ("(3, 1, 2, 0)", "(3, 2, 1, 0)")),
        (
            "the inputs are read as (W, H, C)",
            ("(M, H, W, C)", "(M, W, H, C)"),
            ("(3, 1, 2, 0)", "(3, 2, 1, 0)"),
        ),
        (
            "the axes are moved the other way, from (C, H, W) to (H, W, C)",
            ("axes = weight.reshape(M, H, W, C)", "axes = weight.T.reshape(C, H, W, M)"),
            ("transpose(3, 1, 2, 0)", "transpose(1, 2, 0, 3)"),
        ),
        ("square images", ("(M, H, W, C)", "(M, H, H, C)")),
        (
            "M stands first when the last reshape comes, which mixes outputs with inputs",
            ("(3, 1, 2, 0)", "(0, 3, 1, 2)"),
        ),
    ],
}
QUESTIONS = {
    "by_hand": [
        ("the second half of the rounds is left out", {"a": 4, "b": 800, "d": 90}),
        ("each half has P rounds", {"a": 10, "b": 2000, "d": 240}),
        (
            "a message is the whole buffer, or what all P workers send is counted",
            {"b": 8000, "d": 720},
        ),
        ("parts are counted and not numbers", {"b": 8, "c": 4, "d": 6}),
        ("bytes are counted and not numbers", {"b": 6400, "c": 16000, "d": 720}),
        ("the one that adds up sends a buffer to itself, too", {"c": 5000}),
        ("there are P rounds in all", {"a": 5, "b": 1000, "d": 120}),
        ("one message is counted", {"b": 200, "d": 30}),
        ("messages are counted", {"a": 40}),
        ("what it receives is counted as well", {"b": 3200, "d": 360}),
        ("the whole buffer is sent twice", {"b": 2000, "d": 240}),
        ("the workers are still 5", {"d": 192}),
        ("what one other sends is counted", {"c": 1000}),
        ("only parts are sent in c", {"c": 800}),
        ("the way back is counted", {"c": 8000}),
    ],
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "average": ("n / total", "n**3 / total"),
    "unpack": ("row[split:]", "row[split:][::-1]"),
    "parallel_step": ("rate * total", "rate * total**2"),
    "ring_round": ("after[right, part] +=", "after[right, part] -="),
    "ring_seconds": ("latency + ", "2 * latency + "),
    "dense_from_channels_last": ("(C * H * W, M)", "(C * H * W, M) ** 2"),
}
