"""Write the reference results that tests/test_reference_results.py holds cnnlib to.

Run by hand, with PyTorch and SciPy installed, and only when a case is added:

    python tests/reference/make.py

Neither is needed to read the results. Each ``.npz`` names the versions that wrote it under
``versions``; the stored ones come from PyTorch 2.13.0 (CPU), SciPy 1.17.1 and NumPy 2.4.6. All is
computed in float64. Inputs are multiples of 1/8, which makes ties and zeros, and small files.

A case NAME of a layer is stored as ``NAME.x``, ``NAME.dy``, ``NAME.y``, ``NAME.dx`` and, where it
has them, ``NAME.param.w``, ``NAME.grad.w``, ``NAME.state.mean`` and so on.
"""

from pathlib import Path

import numpy as np
import scipy.signal
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
VERSIONS = np.array(
    [f"torch {torch.__version__}", f"scipy {scipy.__version__}", f"numpy {np.__version__}"]
)
rng = np.random.default_rng(2026)


def draw(*shape, scale=1.0):
    """Draw multiples of 1/8."""
    return np.round(8 * scale * rng.standard_normal(shape)) / 8


def differentiate(name, function, x, **params):
    """Run function(x, **params) in PyTorch and return its result and all gradients by name."""
    x_t = torch.tensor(x, requires_grad=True)
    tensors = {key: torch.tensor(value, requires_grad=True) for key, value in params.items()}
    y = function(x_t, **tensors)
    dy = draw(*y.shape)
    y.backward(torch.tensor(dy))
    arrays = {"x": x, "y": y.detach().numpy(), "dy": dy, "dx": x_t.grad.numpy()}
    for key, tensor in tensors.items():
        arrays[f"param.{key}"], arrays[f"grad.{key}"] = params[key], tensor.grad.numpy()
    return {f"{name}.{key}": value for key, value in arrays.items()}


def write(file, *cases):
    arrays = {key: value for case in cases for key, value in case.items()}
    np.savez_compressed(HERE / file, versions=VERSIONS, **arrays)
    print(file, len(arrays), "arrays", (HERE / file).stat().st_size, "bytes")


def conv(name, kernel=(3, 3), channels=4, filters=6, images=(2, 8, 7), **options):
    def function(x, w, b):
        return F.conv2d(x, w, b, **options)

    N, H, W = images
    shape = (filters, channels // options.get("groups", 1), *kernel)
    return differentiate(
        name, function, draw(N, channels, H, W), w=draw(*shape, scale=0.5), b=draw(filters)
    )


write(
    "conv.npz",
    conv("plain"),
    conv("stride2", stride=2),
    conv("pad1", padding=1),
    conv("pad2_stride3", padding=2, stride=3),
    conv("dilation2", dilation=2),
    conv("groups2", groups=2),
    conv("depthwise", groups=4, filters=4, padding=1),
    conv("kernel1x1", kernel=(1, 1), stride=2),
    conv("kernel5x2", kernel=(5, 2), padding=1),
    conv("all", kernel=(2, 3), stride=2, padding=2, dilation=2, groups=2),
)


def signal():
    """Convolve one channel by SciPy; mode "full" of convolve2d is the gradient by x."""
    x, w = draw(9, 8), draw(3, 4)
    y = scipy.signal.correlate2d(x, w, mode="valid")
    dy = draw(*y.shape)
    dx = scipy.signal.convolve2d(dy, w, mode="full")
    dw = scipy.signal.correlate2d(x, dy, mode="valid")
    arrays = {"x": x, "param.w": w, "y": y, "dy": dy, "dx": dx, "grad.w": dw}
    return {f"signal.{key}": value for key, value in arrays.items()}


write("signal.npz", signal())


def pool(name, function, **options):
    return differentiate(name, lambda x: function(x, **options), draw(2, 3, 7, 8))


write(
    "pool.npz",
    pool("max2", F.max_pool2d, kernel_size=2),
    pool("max3_stride2", F.max_pool2d, kernel_size=3, stride=2),
    pool("max3_stride1_pad1", F.max_pool2d, kernel_size=3, stride=1, padding=1),
    pool("max2_stride3", F.max_pool2d, kernel_size=2, stride=3),
    pool("max2x4_stride2_pad1", F.max_pool2d, kernel_size=(2, 4), stride=2, padding=1),
    differentiate(
        "max_ties", lambda x: F.max_pool2d(x, 3, 2, 1), rng.integers(-1, 1, (2, 3, 7, 8)) / 1.0
    ),
    pool("avg2", F.avg_pool2d, kernel_size=2),
    pool("avg3_stride2_pad1", F.avg_pool2d, kernel_size=3, stride=2, padding=1),
    pool("avg2x3_stride1", F.avg_pool2d, kernel_size=(2, 3), stride=1),
    pool("global", lambda x: F.adaptive_avg_pool2d(x, 1).flatten(1)),
)


def batch_norm(name, x, training, momentum=0.1, eps=1e-5):
    C = x.shape[1]
    mean, var = draw(C), np.abs(draw(C)) + 0.5
    before = {f"{name}.before.mean": mean.copy(), f"{name}.before.var": var.copy()}
    mean_t, var_t = torch.tensor(mean), torch.tensor(var)

    def function(x, gamma, beta):
        return F.batch_norm(x, mean_t, var_t, gamma, beta, training, momentum, eps)

    arrays = differentiate(name, function, x, gamma=draw(C), beta=draw(C))
    after = {f"{name}.state.mean": mean_t.numpy(), f"{name}.state.var": var_t.numpy()}
    return {**arrays, **before, **after}


def layer(name, function, x=None, **params):
    return differentiate(name, function, draw(5, 6) if x is None else x, **params)


write(
    "layers.npz",
    layer("dense", lambda x, w, b: x @ w + b, draw(4, 5), w=draw(5, 3), b=draw(3)),
    layer("relu", F.relu),
    layer("leaky_relu", lambda x: F.leaky_relu(x, 0.125)),
    layer("sigmoid", torch.sigmoid),
    layer("sigmoid_large", torch.sigmoid, draw(5, 6, scale=300.0)),
    layer("tanh", torch.tanh),
    layer("flatten", lambda x: x.flatten(1), draw(2, 3, 4, 5)),
    batch_norm("norm_dense_training", draw(7, 3), True),
    batch_norm("norm_image_training", draw(3, 4, 2, 5), True, momentum=0.3, eps=1e-3),
    batch_norm("norm_dense_eval", draw(7, 3), False),
    batch_norm("norm_image_eval", draw(3, 4, 2, 5), False),
)


def cross_entropy(name, scale):
    scores = draw(6, 10, scale=scale)
    labels = rng.integers(0, 10, 6)
    arrays = {"scores": scores, "labels": labels}
    for key, smoothing in ("", 0), ("smoothed_", 0.05):
        scores_t = torch.tensor(scores, requires_grad=True)
        loss = F.cross_entropy(scores_t, torch.tensor(labels), label_smoothing=smoothing)
        loss.backward()
        arrays |= {f"{key}loss": loss.detach().numpy(), f"{key}dscores": scores_t.grad.numpy()}
    arrays["softmax"] = torch.softmax(torch.tensor(scores), dim=1).numpy()
    return {f"{name}.{key}": value for key, value in arrays.items()}


write("losses.npz", cross_entropy("usual", 1.0), cross_entropy("large", 500.0))


def optimizer(name, kind, **options):
    """Take six steps with given gradients, two parameters."""
    start = {"w": draw(3, 2), "b": draw(2)}
    grads = {"w": draw(6, 3, 2), "b": draw(6, 2)}
    params = {key: torch.tensor(value, requires_grad=True) for key, value in start.items()}
    rule = kind(params.values(), **options)
    path = {key: [] for key in params}
    for step in range(6):
        for key, p in params.items():
            p.grad = torch.tensor(grads[key][step])
        rule.step()
        for key, p in params.items():
            path[key].append(p.detach().numpy().copy())
    arrays = {f"start.{key}": value for key, value in start.items()}
    arrays |= {f"grads.{key}": value for key, value in grads.items()}
    arrays |= {f"path.{key}": np.array(value) for key, value in path.items()}
    return {f"{name}.{key}": value for key, value in arrays.items()}


SGD, RMSprop = torch.optim.SGD, torch.optim.RMSprop
write(
    "optimizers.npz",
    optimizer("sgd", SGD, lr=0.1),
    optimizer("sgd_decay", SGD, lr=0.1, weight_decay=0.05),
    optimizer("momentum", SGD, lr=0.1, momentum=0.8),
    optimizer("momentum_decay", SGD, lr=0.1, momentum=0.9, weight_decay=0.05),
    optimizer("nesterov", SGD, lr=0.1, momentum=0.9, nesterov=True),
    optimizer("nesterov_decay", SGD, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.05),
    optimizer("adagrad", torch.optim.Adagrad, lr=0.1),
    optimizer("adagrad_decay", torch.optim.Adagrad, lr=0.1, weight_decay=0.05),
    optimizer("rmsprop", RMSprop, lr=0.1),
    optimizer("rmsprop_decay", RMSprop, lr=0.1, alpha=0.9, weight_decay=0.05),
    optimizer("adam", torch.optim.Adam, lr=0.1),
    optimizer("adam_decay", torch.optim.Adam, lr=0.1, betas=(0.8, 0.95), weight_decay=0.05),
    optimizer("adamw", torch.optim.AdamW, lr=0.1),
    optimizer("adamw_decay", torch.optim.AdamW, lr=0.1, weight_decay=0.2),
)


def schedule(name, make, steps):
    """List the rates of the first steps."""
    rule = SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    rates = make(rule)
    found = []
    for _ in range(steps):
        found.append(rates.get_last_lr()[0])
        rule.step()
        rates.step()
    return {name: np.array(found)}


rates = torch.optim.lr_scheduler
write(
    "schedules.npz",
    schedule("step", lambda rule: rates.StepLR(rule, 4, gamma=0.3), 15),
    schedule("cosine", lambda rule: rates.CosineAnnealingLR(rule, 12, eta_min=0.1), 13),
    # PyTorch's cycle of T steps has its peak at pct_start * T - 1 and its end at T - 1, so a peak
    # at step 6 of 20 is 7 / 21 here; cnnlib's one_cycle counts steps, 6 / 20 of 20.
    schedule(
        "one_cycle",
        lambda rule: rates.OneCycleLR(
            rule, max_lr=0.5, total_steps=21, pct_start=7 / 21, div_factor=25, final_div_factor=400
        ),
        20,
    ),
)

# Large enough for FastConv2D to go its own way; the last tiles are ragged.
large = {"channels": 8, "filters": 8, "images": (16, 6, 7)}
write(
    "fastconv.npz",
    conv("kernel3_pad1", **large, padding=1),
    conv("kernel5_pad1", **large, kernel=(5, 5), padding=1),
)
