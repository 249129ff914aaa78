"""Exercise 09: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "09_beyond_one_machine"
NAMES = {"by_hand": "ring", "fewer_rounds": "schedule"}
MEAN = "sum(n / total * g for n, g in zip(counts, grads, strict=True))"
CUT = "row[:split].reshape(w_shape), row[split:].reshape(b_shape)"
TURN = "axes.transpose(3, 1, 2, 0).reshape(C * H * W, M)"

MUTANTS = {
    "average": {
        "the sum begins with the first gradient, and not with 0": {
            MEAN: MEAN.replace("sum(n", "sum([n").replace("e))", "e)], grads[0] / total)")
        },
        "each gradient is divided by its number of images, and the sum by all of them": {
            "n / total * g": "g / n / total"
        },
        "each gradient is divided by its number of images, and the sum by nothing": {
            "n / total * g": "g / n"
        },
        "the first worker counts twice": {
            f"return {MEAN}": f"return counts[0] / total * grads[0] + {MEAN}"
        },
        "only the last worker counts": {MEAN: "counts[-1] / total * grads[-1]"},
        "the last worker is left out": {
            "zip(counts, grads, strict=True)": "[*zip(counts, grads)][:-1]"
        },
        "a gradient counts the less, the more images it has": {
            "    total": "    counts = [1 / n if n else 0 for n in counts]\n    total"
        },
        "the gradients are added up, and divided by the number of images": {
            MEAN: "sum(grads) / total"
        },
        "a worker without images counts as one that has one": {
            "    total": "    counts = [max(n, 1) for n in counts]\n    total"
        },
        "workers without images are left out of the counts alone, and the others move up": {
            "strict=True": "strict=False",
            "zip(counts,": "zip([n for n in counts if n],",
        },
        "the number of images counts twice": {"n / total": "n * n / total"},
        "every worker counts the same": {MEAN: "sum(grads) / len(grads)"},
        "every worker that has images counts the same": {
            MEAN: "sum(g for n, g in zip(counts, grads) if n) / np.count_nonzero(counts)"
        },
        "each gradient is divided by its number of images": {
            MEAN: "sum(g / max(n, 1) for n, g in zip(counts, grads)) / len(grads)"
        },
        "each gradient is divided by its number of images, also by 0": {
            MEAN: "sum(g / n for n, g in zip(counts, grads)) / len(grads)"
        },
        "shares are cut to whole numbers": {"n / total": "n // total"},
        "the counts meet the numbers of a gradient, and not the workers": {
            MEAN: "(np.array(grads) * np.array(counts)).sum(axis=0) / total"
        },
        "the numbers of a gradient are averaged as well": {
            MEAN: "np.average([g.mean() for g in grads], weights=counts)"
        },
        "only the first two workers count": {
            MEAN: "(counts[0] * grads[0] + counts[1] * grads[1]) / (counts[0] + counts[1])"
        },
        "the numbers of images are squared": {
            "total = sum(counts)": "total = sum(n * n for n in counts)",
            "n / total": "n * n / total",
        },
        "the gradients are added up and not averaged": {MEAN: "sum(grads)"},
        "the sum is not divided by the number of images": {"n / total": "n"},
        "the sum is divided by the number of workers": {"sum(counts)": "len(counts)"},
        "the sum is divided by the number of workers that have images": {
            "sum(counts)": "np.count_nonzero(counts)"
        },
    },
    "unpack": {
        "w is given as many numbers as its sizes add up to, and not their product": {
            "np.prod": "sum",
            CUT: "np.resize(row[:split], w_shape), np.resize(row[split:], b_shape)",
        },
        "b comes first": {CUT: "row[-split:].reshape(w_shape), row[:-split].reshape(b_shape)"},
        "matrices": {"row[:split]": "row[: w_shape[0] * w_shape[1]]"},
    },
    "parallel_step": {
        "the gradients are added up, and divided by the number of images": {"n / N": "1 / N"},
        "the loop ends at the first worker without images": {
            "        if n > 0:\n            total": (
                "        if n == 0:\n            break\n        total"
            )
        },
        "the sum is divided by the number of workers": {"n / N": "n / workers"},
        "the sum is not divided by the number of images": {"n / N": "n"},
        "every worker counts the same": {"n / N": "1 / workers"},
        "every worker that has images counts the same": {"n / N": "1 / min(N, workers)"},
        "empty": {"if n > 0": "if True"},
        "untouched": {"n / N": "n // N"},
        "first_image_and_number": {"x[share], y[share]": "x[share.start :], y[share.start :]"},
        "the gradients are added up and not averaged": {"n / N * ": ""},
        "each worker starts from where the one before it ended": {
            "gradient(w,": "gradient(w - rate * total,"
        },
        "all workers have the same images": {"x[share], y[share]": "x[:n], y[:n]"},
        "the images of a worker meet the numbers y of others": {"y[share]": "y[:n]"},
    },
    "ring_round": {
        "the second half adds, too": {"step < P - 1": "True"},
        "the first half hands on and does not add": {"step < P - 1": "False"},
        "a part arrives under the number of the part that the receiver sends": {
            "after[right, part] +=": "after[right, (right - step) % P] +=",
            "after[right, part] = ": "after[right, (right - step) % P] = ",
        },
    },
    "ring_seconds": {
        "the whole buffer is sent once, and not nearly twice": {
            "rounds * (latency + size / workers / bandwidth)": "rounds * latency + size / bandwidth"
        },
        "the seconds of all workers are added up": {"return rounds": "return workers * rounds"},
        "each worker sends the whole buffer twice": {
            "rounds * (latency + size / workers": "rounds * latency + 2 * (size"
        },
        "the latency is paid once": {
            "rounds * (latency + size / workers / bandwidth)": (
                "latency + rounds * size / workers / bandwidth"
            )
        },
        "a message takes as long as the whole buffer would": {
            "/ bandwidth": "/ (bandwidth / workers)"
        },
        "single numbers of workers": {"size / workers": "size / np.max(workers)"},
    },
    "dense_from_channels_last": {
        "the inputs stay in their old order": {TURN: "weight.T"},
        "the axes are named anew and not moved": {TURN: "weight.reshape(C * H * W, M)"},
        "the inputs are read as (W, H, C)": {
            "(M, H, W, C)": "(M, W, H, C)",
            "(3, 1, 2, 0)": "(3, 2, 1, 0)",
        },
        "the axes are moved the other way, from (C, H, W) to (H, W, C)": {
            "axes = weight.reshape(M, H, W, C)": "axes = weight.T.reshape(C, H, W, M)",
            "transpose(3, 1, 2, 0)": "transpose(1, 2, 0, 3)",
        },
        "square images": {"(M, H, W, C)": "(M, H, H, C)"},
    },
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
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "average": {"n / total": "n**3 / total"},
    "unpack": {"row[split:]": "row[split:][::-1]"},
    "parallel_step": {"rate * total": "rate * total**2"},
    "ring_round": {"after[right, part] +=": "after[right, part] -="},
    "ring_seconds": {"latency + ": "2 * latency + "},
    "dense_from_channels_last": {"(C * H * W, M)": "(C * H * W, M) ** 2"},
}
