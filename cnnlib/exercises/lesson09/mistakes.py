"""The mistakes that exercise 09 knows. Write your answers before you look.

Each is a change of the right version, which stands here.
"""

import numpy as np

from cnnlib.exercises.engine.mistakes import mistakes

# ---------------------------------------------------------------------- a ring, by hand

ROUNDS = "P - 1 rounds to add up, and P - 1 more to hand on what is complete."


def by_hand(what, P, D):
    rounds = 2 * (P - 1)
    if what == "rounds":
        return rounds
    if what == "ring":
        return rounds * D // P
    return (P - 1) * D  # what a single worker receives if all send it their buffers


BY_HAND = mistakes(
    by_hand,
    ("the second half of the rounds is left out", {"2 * (P - 1)": "P - 1"}, ROUNDS),
    ("each half has P rounds", {"2 * (P - 1)": "2 * P"}, ROUNDS),
    ("there are P rounds in all", {"2 * (P - 1)": "P"}, ROUNDS),
    ("there is a round too many", {"2 * (P - 1)": "2 * P - 1"}, ROUNDS),
    ("one message is counted", {"rounds * D": "D"}, "Each of them sends one in every round."),
    ("messages are counted", {"return rounds\n": "return rounds * P\n"}, "All send at once."),
    ("what it receives is counted as well", {"rounds * D": "2 * rounds * D"}, "What it sends."),
    ("the whole buffer is sent twice", {"rounds * D // P": "2 * D"}, ROUNDS),
    ("the workers are still 5", {"rounds = ": "P = 5\n    rounds = "}, "How many are there in d?"),
    (
        "a message is the whole buffer, or what all P workers send is counted",
        {"D // P": "D"},
        "A message is one of P parts, and one worker is asked about.",
    ),
    (
        "parts are counted and not numbers",
        {" * D // P": "", "(P - 1) * D": "P - 1"},
        "A part has D / P numbers, a buffer D.",
    ),
    (
        "bytes are counted and not numbers",
        {"rounds * D": "4 * rounds * D", "(P - 1) * D": "4 * (P - 1) * D"},
        "Numbers are asked for.",
    ),
    (
        "the one that adds up sends a buffer to itself, too",
        {"(P - 1) * D": "P * D"},
        "It has its own already.",
    ),
    ("what one other sends is counted", {"(P - 1) * D": "D"}, "All others send theirs."),
    ("only parts are sent in c", {"(P - 1) * D": "(P - 1) * D // P"}, "In c, whole buffers."),
    ("the way back is counted", {"(P - 1) * D": "rounds * D"}, "What does worker 0 receive?"),
)

# ---------------------------------------------------------------------- the mean over workers


def average(grads, counts):
    counts = np.asarray(counts)
    shares = counts / counts.sum()
    parts = [share * np.asarray(g) for share, g in zip(shares, grads, strict=True)]
    return sum(parts, np.zeros(np.shape(grads[0])))


WEIGHTS = "A worker's gradient is a mean over its images: it counts as many times as it has images."
AVERAGE = mistakes(
    average,
    (
        "the last worker is left out",
        {"zip(shares, grads, strict=True)": "list(zip(shares, grads, strict=True))[:-1]"},
        "Add up over all workers.",
    ),
    (
        "the last worker is left out",
        {
            "zip(shares, grads, strict=True)": "list(zip(shares, grads, strict=True))[:-1]",
            "sum(parts, np.zeros(np.shape(grads[0])))": "sum(parts)",
        },
        "Add up over all workers.",
    ),
    (
        "a gradient counts the less, the more images it has",
        {
            "counts / counts.sum()": "np.divide(1, counts, np.zeros(len(counts)), where=counts > 0)"
            "\n    shares = shares / shares.sum()"
        },
        WEIGHTS,
    ),
    (
        "the gradients are added up, and divided by the number of images",
        {"counts / counts.sum()": "np.ones(len(counts)) / counts.sum()"},
        WEIGHTS,
    ),
    (
        "a worker without images counts as one that has one",
        {"np.asarray(counts)": "np.maximum(counts, 1)"},
        WEIGHTS,
    ),
    (
        "workers without images are left out of the counts alone, and the others move up",
        {
            "np.asarray(counts)": "np.asarray(counts)[np.asarray(counts) > 0]",
            "grads, strict=True": "grads, strict=False",
        },
        "Which gradient belongs to which count? Leave out both, or neither.",
    ),
    (
        "the sum begins with the first gradient, and not with 0",
        {"np.zeros(np.shape(grads[0]))": "np.asarray(grads[0]) / counts.sum()"},
        "Begin with zeros: the first worker comes in the loop.",
    ),
    (
        "the number of images counts twice",
        {"shares = counts / counts.sum()": "shares = counts * (counts / counts.sum())"},
        WEIGHTS,
    ),
    (
        "every worker counts the same",
        {"counts / counts.sum()": "np.full(len(counts), 1 / len(counts))"},
        WEIGHTS,
    ),
    (
        "every worker that has images counts the same",
        {"counts / counts.sum()": "(counts > 0) / (counts > 0).sum()"},
        WEIGHTS,
    ),
    (
        "the numbers of images are squared",
        {"counts / counts.sum()": "counts**2 / (counts**2).sum()"},
        WEIGHTS,
    ),
    (
        "the gradients are added up and not averaged",
        {"counts / counts.sum()": "np.ones(len(counts))"},
        WEIGHTS,
    ),
    ("the sum is not divided by the number of images", {" / counts.sum()": ""}, WEIGHTS),
    (
        "each gradient is divided by its number of images",
        {"counts / counts.sum()": "1 / np.maximum(counts, 1) / len(counts)"},
        "It is a mean already.",
    ),
    (
        "each gradient is divided by its number of images, and the sum by nothing",
        {"counts / counts.sum()": "1 / counts"},
        "It is a mean already.",
    ),
    (
        "each gradient is divided by its number of images, also by 0",
        {"counts / counts.sum()": "1 / counts / len(counts)"},
        "It is a mean already.",
    ),
    (
        "each gradient is divided by its number of images, and the sum by all of them",
        {"counts / counts.sum()": "1 / counts / counts.sum()"},
        "It is a mean already.",
    ),
    ("shares are cut to whole numbers", {"counts / counts": "counts // counts"}, "/ and not //."),
    (
        "the counts meet the numbers of a gradient, and not the workers",
        {
            "share * np.asarray(g) for share, g in zip(shares, grads, strict=True)": (
                "*(np.asarray(grads) * shares)"
            )
        },
        "NumPy lines shapes up from the right: one count for each whole gradient.",
    ),
    (
        "the numbers of a gradient are averaged as well",
        {"np.asarray(g)": "np.mean(g)", "np.zeros(np.shape(grads[0]))": "0"},
        "The mean gradient has the shape of a gradient.",
    ),
    (
        "only the first two workers count",
        {
            "np.asarray(counts)": "np.array([counts[0], counts[1]])",
            "grads, strict": "grads[:2], strict",
        },
        "Add up over all workers.",
    ),
    (
        "the sum is divided by the number of workers",
        {"counts.sum()": "len(counts)"},
        "Divide by the number of all images.",
    ),
    (
        "the sum is divided by the number of workers that have images",
        {"counts.sum()": "(counts > 0).sum()"},
        "Divide by the number of all images.",
    ),
    (
        "the first worker counts twice",
        {"return sum(": "return parts[0] + sum("},
        "Start from 0, or from the first one and go on with the second.",
    ),
    (
        "only the last worker counts",
        {"zip(shares, grads, strict=True)": "[(shares[-1], grads[-1])]"},
        "Add to the sum: +=, not =.",
    ),
)

# ---------------------------------------------------------------------- one row for all


def unpack(row, w_shape, b_shape):
    split = int(np.prod(w_shape))
    return row[:split].reshape(w_shape), row[split:].reshape(b_shape)


FIRST = "w comes first, as many numbers as its shape says."
UNPACK = mistakes(
    unpack,
    (
        "b comes first",
        {
            "split = int(np.prod(w_shape))": "split = len(row) - int(np.prod(w_shape))",
            "row[:split].reshape(w_shape), row[split:].reshape(b_shape)": (
                "row[split:].reshape(w_shape), row[:split].reshape(b_shape)"
            ),
        },
        FIRST,
    ),
    (
        "w is read column by column",
        {"row[:split].reshape(w_shape)": 'row[:split].reshape(w_shape, order="F")'},
        "ravel wrote it row by row: reshape reads it the same way.",
    ),
    (
        "w keeps the shape of a row",
        {"row[:split].reshape(w_shape)": "row[:split]"},
        "It was a matrix before it was packed.",
    ),
    (
        "w is transposed",
        {"row[:split].reshape(w_shape)": "row[:split].reshape(w_shape).T"},
        "reshape(w_shape) is all that is to be done.",
    ),
    (
        "the first number is number 1",
        {"row[:split]": "row[1 : split + 1]"},
        "Indices begin at 0: row[:n] are the first n numbers.",
    ),
    (
        "b begins one number too early",
        {"row[split:]": "row[split - 1 : -1]"},
        "row[:n] ends before number n, and row[n:] begins with it.",
    ),
    (
        "b begins one number too late",
        {"row[split:]": "np.append(row[split + 1 :], 0)"},
        "row[:n] ends before number n, and row[n:] begins with it.",
    ),
    (
        "w is given as many numbers as its sizes add up to, and not their product",
        {
            "np.prod(w_shape)": "np.sum(w_shape)",
            "row[:split].reshape(w_shape), row[split:].reshape(b_shape)": (
                "np.resize(row[:split], w_shape), np.resize(row[split:], b_shape)"
            ),
        },
        "2 rows of 3 are 6 numbers: np.prod(w_shape).",
    ),
    (
        "b begins at the start of the row",
        {"row[split:].reshape(b_shape)": "row[: int(np.prod(b_shape))].reshape(b_shape)"},
        FIRST,
    ),
)

# ---------------------------------------------------------------------- a step


def parallel_step(w, x, y, gradient, rate, workers):
    N, total = len(x), np.zeros_like(w)
    for k in range(workers):
        first, last = N * k // workers, N * (k + 1) // workers
        if first < last:
            total += (last - first) / N * gradient(w, x[first:last], y[first:last])
    return w - rate * total


SHARE = "(last - first) / N"
STEP = mistakes(
    parallel_step,
    (
        "the rate is multiplied by the number of workers",
        {"rate * total": "rate * workers * total"},
        "With the weighted mean, the step is the same however many workers share the batch.",
    ),
    ("every worker counts the same", {SHARE: "1 / workers"}, WEIGHTS),
    ("every worker that has images counts the same", {SHARE: "1 / min(N, workers)"}, WEIGHTS),
    ("the gradients are added up and not averaged", {f"{SHARE} * ": ""}, WEIGHTS),
    (
        "the gradients are added up, and divided by the number of images",
        {SHARE: "1 / N"},
        WEIGHTS,
    ),
    (
        "images are left out where the shares do not come out even",
        {"N * k // workers, N * (k + 1) // workers": ("N // workers * k, N // workers * (k + 1)")},
        "With 7 images and 2 workers, who has the last one?",
    ),
    (
        "each worker starts from where the one before it ended",
        {
            f"total += {SHARE} * gradient(w,": f"total += {SHARE} * gradient(w - rate * total,",
        },
        "All workers take the gradient at the same w; there is one step, after the sum.",
    ),
    (
        "the loop ends at the first worker without images",
        {
            "        if first < last:\n            total": (
                "        if first == last:\n            break\n        total"
            )
        },
        "Those after it have some: continue, and not break.",
    ),
    (
        "only the first worker's gradient is used",
        {"for k in range(workers)": "for k in range(1)"},
        "Add up over all workers.",
    ),
    ("the step goes uphill", {"w - rate": "w + rate"}, "Against the gradient."),
    ("the rate is not used", {"w - rate * total": "w - total"}, "A step is rate times gradient."),
    (
        "all workers have the same images",
        {"x[first:last], y[first:last]": "x[: last - first], y[: last - first]"},
        "Worker k has images first to last.",
    ),
    (
        "the images of a worker meet the numbers y of others",
        {"y[first:last]": "y[: last - first]"},
        "Cut x and y at the same places.",
    ),
    (
        "the rate is divided among the workers",
        {"w - rate": "w - rate / workers"},
        "The weights of the shares add up to 1 already.",
    ),
    (
        "the gradient is returned and not the new weights",
        {"w - rate * total": "total"},
        "What are the weights after the step?",
    ),
    ("only the last worker counts", {"total += ": "total = "}, "Add to the sum: +=, not =."),
    (
        "the last worker is left out",
        {"range(workers)": "range(workers - 1)"},
        "Workers 0 to workers - 1: range(workers).",
    ),
    (
        "the sum is divided by the number of workers",
        {SHARE: "(last - first) / workers"},
        "Divide by the number of all images.",
    ),
    ("the sum is not divided by the number of images", {SHARE: "(last - first)"}, WEIGHTS),
)

# ---------------------------------------------------------------------- a round of the ring


def ring_round(held, step):
    P, after = len(held), held.copy()
    for worker in range(P):
        part, right = (worker - step) % P, (worker + 1) % P
        if step < P - 1:
            after[right, part] += held[worker, part]
        else:
            after[right, part] = held[worker, part]
    return after


PART = "In round `step`, worker w sends part (w - step) % P to worker (w + 1) % P."
SENT = "after[right, part] += held[worker, part]"
ROUND = mistakes(
    ring_round,
    (
        "the first half puts in place, and the second adds",
        {"step < P - 1": "step >= P - 1"},
        "First parts are added up; when they are complete, they are handed on.",
    ),
    (
        "a part arrives under the number of the part that the receiver sends",
        {
            "(worker + 1) % P": "(worker + 1) % P\n        own = (right - step) % P",
            "right, part] += ": "right, own] += ",
            "right, part] = ": "right, own] = ",
        },
        PART,
    ),
    (
        "adding ends a round too early",
        {"step < P - 1": "step < P - 2"},
        "P - 1 rounds add: 0 to P - 2.",
    ),
    (
        "the last worker sends to itself",
        {"(worker + 1) % P": "min(worker + 1, P - 1)"},
        "In a ring the last one's neighbour is the first: % P.",
    ),
    (
        "the last worker sends nothing",
        {"for worker in range(P)": "for worker in range(P - 1)"},
        "In a ring the last one sends to the first.",
    ),
    ("parts go to the left neighbour", {"(worker + 1) % P": "(worker - 1) % P"}, PART),
    (
        "the part is numbered by the one who receives it",
        {"(worker - step) % P": "(worker + 1 - step) % P"},
        PART,
    ),
    (
        "worker and part are exchanged as indices",
        {
            "after[right, part] += held[worker, part]": "after[part, right] += held[part, worker]",
            "after[right, part] = held[worker, part]": "after[part, right] = held[part, worker]",
        },
        "held[worker, part]: first who, then which.",
    ),
    (
        "worker and part are exchanged as indices of what is sent",
        {
            "+= held[worker, part]": "+= held[part, worker]",
            " = held[worker, part]": " = held[part, worker]",
        },
        "held[worker, part]: first who, then which.",
    ),
    (
        "worker and part are exchanged as indices where it arrives",
        {
            "after[right, part] +=": "after[part, right] +=",
            "after[right, part] =": "after[part, right] =",
        },
        "after[worker, part]: first who, then which.",
    ),
    (
        "in the first half worker and part are exchanged as indices",
        {SENT: "after[part, right] += held[part, worker]"},
        "held[worker, part]: first who, then which.",
    ),
    (
        "in the first half a part is added to the part that has its sender's number",
        {SENT: "after[right, worker] = held[right, worker] + held[worker, part]"},
        "Part and part of one number are added.",
    ),
    ("the number of workers is taken to be 4", {"step < P - 1": "step < 3"}, "P is len(held)."),
    (
        "what is sent is set to 0 at the sender, when it is complete as well",
        {"    return after": "        after[worker, part] = 0\n    return after"},
        "A copy is sent: the sender keeps its own.",
    ),
    ("every round sends the same part", {"(worker - step) % P": "worker"}, PART),
    ("parts are counted up and not down", {"(worker - step)": "(worker + step)"}, PART),
    ("all send part `step`", {"(worker - step) % P": "step % P"}, PART),
    (
        "the second half counts its rounds from 0 again",
        {"(worker - step)": "(worker - step % (P - 1))"},
        "step goes on counting: worker w sends part (w - step) % P in all rounds.",
    ),
    (
        "the second half adds, too",
        {"after[right, part] = held": "after[right, part] += held"},
        "From round P - 1 on the parts are complete: hand them on, do not add.",
    ),
    (
        "the first half hands on and does not add",
        {"+= held": "= held"},
        "Before round P - 1 a part that arrives is added to the worker's own.",
    ),
    (
        "the second half begins a round too late",
        {"step < P - 1": "step < P"},
        "After P - 1 rounds, numbers 0 to P - 2, every part is complete somewhere.",
    ),
    (
        "only one worker sends",
        {"for worker in range(P)": "for worker in range(1)"},
        "Each worker sends one part in every round.",
    ),
    (
        "the whole buffer is sent",
        {
            "after[right, part] += held[worker, part]": "after[right] += held[worker]",
            "after[right, part] = held[worker, part]": "after[right] = held[worker]",
        },
        PART,
    ),
    (
        "what is sent is set to 0 at the sender",
        {SENT: f"{SENT}\n            after[worker, part] = 0"},
        "A copy is sent: the sender keeps its own.",
    ),
    (
        "what arrives is averaged and not added",
        {SENT: "after[right, part] = (held[right, part] + held[worker, part]) / 2"},
        "The receiver adds what arrives to its own.",
    ),
    (
        "the second half averages what arrives with what was there",
        {
            "after[right, part] = held[worker, part]": "after[right, part] = (held[right, part]"
            " + held[worker, part]) / 2"
        },
        "From round P - 1 on the part that arrives is complete: it takes the place of one's own.",
    ),
    (
        "the neighbour's part is fetched, and not one's own sent",
        {
            SENT: "after[worker, part] += held[right, part]",
            "after[right, part] = held[worker, part]": "after[worker, part] = held[right, part]",
        },
        PART,
    ),
    ("rounds are counted from 1", {"(worker - step)": "(worker - step - 1)"}, PART),
)


# ---------------------------------------------------------------------- what it costs


def ring_seconds(size, workers, latency, bandwidth):
    return 2 * (workers - 1) * (latency + size / workers / bandwidth)


FLOW = "Each of the 2 (P - 1) rounds takes the latency and the bytes of one part."
COST = mistakes(
    ring_seconds,
    (
        "the latency is divided by the number of workers as well",
        {"size / workers / bandwidth)": "size / bandwidth) / workers"},
        "Every round waits for the whole latency, and sends a part of the bytes.",
    ),
    (
        "latency and bytes are added before they are divided",
        {"size / workers / bandwidth)": "size) / workers / bandwidth"},
        FLOW,
    ),
    (
        "the latency is divided by the bandwidth as well",
        {"size / workers / bandwidth)": "size / workers) / bandwidth"},
        "The latency is in seconds already: only bytes are divided by the bandwidth.",
    ),
    (
        "the brackets around workers - 1 are missing",
        {"2 * (workers - 1)": "(2 * workers - 1)"},
        ROUNDS,
    ),
    ("half of the rounds are left out", {"2 * ": ""}, ROUNDS),
    ("there are P rounds in each half", {"(workers - 1)": "workers"}, ROUNDS),
    (
        "the number of rounds grows like a logarithm",
        {"(workers - 1)": "np.log2(workers)"},
        "In a ring everybody talks to the neighbour only: " + ROUNDS,
    ),
    (
        "a message takes as long as the whole buffer would",
        {"size / workers": "size"},
        "It is a P-th of it, and each worker has the whole bandwidth.",
    ),
    (
        "each worker sends the whole buffer twice",
        {
            "(workers - 1) * (latency + size / workers / bandwidth)": (
                "((workers - 1) * latency + size / bandwidth)"
            )
        },
        "Twice P - 1 of P parts.",
    ),
    (
        "the whole buffer is sent once, and not nearly twice",
        {
            "2 * (workers - 1) * (latency + size / workers / bandwidth)": (
                "2 * (workers - 1) * latency + size / bandwidth"
            )
        },
        "Twice P - 1 of P parts.",
    ),
    (
        "the latency is paid once",
        {
            "2 * (workers - 1) * (latency + size / workers / bandwidth)": (
                "latency + 2 * (workers - 1) * size / workers / bandwidth"
            )
        },
        "Every message has to get going.",
    ),
    ("the latency is left out", {"latency + ": ""}, "Every message has to get going."),
    (
        "the longer of latency and bytes counts, and not both",
        {"(latency + size": "np.maximum(latency, size"},
        "First a message gets going, then its bytes flow.",
    ),
    (
        "the latency grows with the workers",
        {"latency + ": "workers * latency + "},
        "In a round all send at the same time: it takes as long as one message.",
    ),
    ("the buffer has P - 1 parts", {"size / workers": "size / (workers - 1)"}, "It has P parts."),
    (
        "the buffer is divided by the number of rounds",
        {"size / workers": "size / (2 * (workers - 1))"},
        "It has P parts, and there are 2 (P - 1) rounds.",
    ),
    ("a part is rounded down", {"size / workers": "size // workers"}, "/ and not //."),
    (
        "size is taken for a count of numbers",
        {"size / workers": "4 * size / workers"},
        "It is in bytes already.",
    ),
    (
        "the bandwidth is in bits",
        {"/ bandwidth": "* 8 / bandwidth"},
        "Here it is in bytes a second, and size in bytes.",
    ),
    (
        "it multiplies by the bandwidth",
        {"/ bandwidth": "* bandwidth"},
        "Bytes divided by bytes a second are seconds.",
    ),
    (
        "the brackets around latency and bytes are missing",
        {"(latency + size / workers / bandwidth)": "latency + size / workers / bandwidth"},
        FLOW,
    ),
    ("bytes flow in half of the rounds", {"/ bandwidth": "/ bandwidth / 2"}, FLOW),
    ("the latency is paid in half of the rounds", {"latency + ": "latency / 2 + "}, FLOW),
    (
        "the seconds of all workers are added up",
        {"return 2": "return workers * 2"},
        "They all work at the same time.",
    ),
    (
        "bytes are turned into numbers",
        {"size / workers": "size / 4 / workers"},
        "Size and bandwidth are both in bytes.",
    ),
)


# ---------------------------------------------------------------------- weights from elsewhere


def dense_from_channels_last(weight, C, H, W):
    M = len(weight)
    return weight.reshape(M, H, W, C).transpose(3, 1, 2, 0).reshape(C * H * W, M)


ORDER = "Give the D inputs their three axes (H, W, C), move the channels first, and flatten again."
DENSE = mistakes(
    dense_from_channels_last,
    (
        "the inputs stay in their old order",
        {".reshape(M, H, W, C).transpose(3, 1, 2, 0).reshape(C * H * W, M)": ".T.copy()"},
        ORDER,
    ),
    (
        "the result is not transposed",
        {"(3, 1, 2, 0).reshape(C * H * W, M)": "(0, 3, 1, 2).reshape(M, C * H * W)"},
        "Here dense weights have the shape (D, M).",
    ),
    (
        "it is read as if the channels came first already",
        {"(M, H, W, C)": "(M, C, H, W)"},
        "That is the order of the result, not of what comes in.",
    ),
    (
        "the axes are named anew and not moved",
        {"weight.reshape(M, H, W, C).transpose(3, 1, 2, 0).reshape": "weight.reshape"},
        "reshape moves no number; transpose does.",
    ),
    ("rows and columns are exchanged", {"(3, 1, 2, 0)": "(3, 2, 1, 0)"}, ORDER),
    (
        "the weights are transposed before they have their axes",
        {"weight.reshape(M, H": "weight.T.reshape(M, H"},
        "M is the first axis of weight: reshape(M, H, W, C) as it comes.",
    ),
    (
        "the inputs are read as (W, H, C)",
        {"(M, H, W, C).transpose(3, 1, 2, 0)": "(M, W, H, C).transpose(3, 2, 1, 0)"},
        "An image was flattened as (H, W, C).",
    ),
    (
        "the axes are moved the other way, from (C, H, W) to (H, W, C)",
        {"(M, H, W, C).transpose(3, 1, 2, 0)": "(M, C, H, W).transpose(2, 3, 1, 0)"},
        ORDER,
    ),
    (
        "M stands first when the last reshape comes, which mixes outputs with inputs",
        {"(3, 1, 2, 0)": "(0, 3, 1, 2)"},
        "reshape moves no number: the axes have to stand in the order (C, H, W, M) before.",
    ),
)
