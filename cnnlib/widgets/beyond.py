"""The explorer of lesson 09: workers, bandwidth and batch, where the time of a step goes."""

import numpy as np

from cnnlib.plots import beyond as plots
from cnnlib.plots.base import three_digits
from cnnlib.ring import step_parts
from cnnlib.widgets.base import Explorer, choice, log_slider, several

# Parameters, and seconds that one worker computes for an image: a core, by assumption;
# and a graphics card of 2016, by Goyal and others' 90 epochs of 1,281,167 images an hour on 256.
NETWORKS = {"LeNet": (80_202, 1e-4), "ResNet-50": (25_557_032, 3600 * 256 / 90 / 1_281_167)}
MOST = 10_000  # workers
OWN, SHARED = "each worker has its own", "all workers share"
BANDWIDTHS = {
    "1 Gbit/s": 1.25e8,
    "10 Gbit/s": 1.25e9,
    "100 Gbit/s": 1.25e10,
    "1,000 Gbit/s": 1.25e11,
}
LATENCIES = {"1 µs": 1e-6, "5 µs": 5e-6, "30 µs": 30e-6, "200 µs": 200e-6}
SENT = {"32 bits a number": 1.0, "16 bits a number": 0.5, "8 bits a number": 0.25}
SENT["one number in a hundred"] = 0.02  # each with its place


class WorkersExplorer(Explorer):
    """What a step of data-parallel training spends its time on, from 1 to 10,000 workers."""

    hint = (
        "Where is the last doubling that pays? Give it a faster network, a shorter latency, fewer"
        " bits; then give each worker a batch of its own."
    )

    def make_controls(self):
        workers = log_slider("workers", 1000, 0, 4)
        workers.readout_format = ",.0f"
        return {
            "network": choice("network", list(NETWORKS), "ResNet-50"),
            "workers": workers,
            "whose": choice("batch", [SHARED, OWN]),
            "images": choice(
                "images", [(f"{n:,}", n) for n in (32, 256, 2048, 8192, 65_536)], 8192
            ),
            "bandwidth": choice("bandwidth", list(BANDWIDTHS), "10 Gbit/s"),
            "latency": choice("latency", list(LATENCIES), "30 µs"),
            "sent": choice("sent", list(SENT)),
        }

    def draw(self, network, workers, whose, images, bandwidth, latency, sent):
        parameters, per_image = NETWORKS[network]
        workers, most = round(workers), min(images, MOST) if whose == SHARED else MOST
        if workers > most:
            raise ValueError(f"{workers:,} workers share {images:,} images, expected one for each")
        terms = 4 * parameters * SENT[sent], LATENCIES[latency], BANDWIDTHS[bandwidth]
        every = np.arange(1, most + 1)
        each = images / every if whose == SHARED else np.full(most, float(images))
        parts = np.array(step_parts(each * per_image, every, *terms))
        mine, shown = each[workers - 1], parts[:, workers - 1]
        step = sum(shown)
        shares = shown / step
        gain = mine * workers / step * per_image
        times = f"{three_digits(gain)} times"
        title = f"{network}, {several(workers, 'worker')}: {times} as fast as one that works alone"
        drawn = np.unique(np.geomspace(1, most, 60).round()).astype(int) - 1
        together = each * every
        figure = plots.where_time_goes(
            every[drawn], parts[:, drawn], together[drawn], workers, title
        )
        best = every[(together / parts.sum(axis=0)).argmax()]
        words = (
            f"A step takes {step:.3g} s: {shares[0]:.0%} computing, {shares[1]:.0%} sending,"
            f" {shares[2]:.0%} waiting for messages to start. That is"
            f" {mine * workers / step:,.0f} images a second, {times} what one does alone"
            f" ({gain / workers:.0%} of {workers:,} times). Most images a second: with"
            f" {several(best, 'worker')}."
        )
        return figure, words
