"""Which settings suit which network: what the command and tools/weights.py train with.

Numbers alone, so that they can be read before NumPy is loaded; no lesson derives them.
"""

RATES = {  # the highest learning rate that suits each optimizer on MNIST
    "adamw": 0.006,
    "adam": 0.004,
    "nesterov": 0.05,
    "momentum": 0.05,
    "sgd": 0.2,
    "adagrad": 0.02,
    "rmsprop": 0.002,
}
BETA2 = 0.99  # of Adam and AdamW, for runs of few steps
WARM = 0.2  # share of a one-cycle schedule that climbs
DISTORTIONS = {"shift": 1.5, "rotate": 8, "scale": 0.08, "elastic": 0.5}  # of --augment

# What the command does if not asked for anything else: one quick epoch, or a run for accuracy.
QUICK = {"epochs": 1, "batch": 32, "augment": False, "decay": 0.1, "smoothing": 0}
ACCURATE = {"epochs": 10, "batch": 64, "augment": True, "decay": 0.02, "smoothing": 0}
MODELS = {"lenet5": QUICK, "simple_convnet": QUICK, "mlp": QUICK}
MODELS |= {"convnet_bn": ACCURATE | {"epochs": 8, "smoothing": 0.05}, "resnet": ACCURATE}

# The weights that come with the package, by the name of their file.
TRAINED = {
    file: recipe | {"model": model, "data": data, "epochs": epochs, "rate": rate}
    for file, model, data, epochs, rate, recipe in (
        ("mlp", "mlp", "mnist", 16, 0.003, QUICK | {"decay": 0}),
        ("simple_convnet", "simple_convnet", "mnist", 4, 0.003, QUICK),
        ("lenet5", "lenet5", "mnist", 5, 0.006, QUICK),
        ("lenet5_fashion", "lenet5", "fashion", 8, 0.004, QUICK),
        ("convnet_bn", "convnet_bn", "mnist", 20, 0.006, ACCURATE),
        ("resnet", "resnet", "mnist", 20, 0.006, ACCURATE),
    )
}
