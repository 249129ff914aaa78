"""Rules that turn gradients into steps, and schedules that say how large a step is."""

import math

import numpy as np

from cnnlib.arguments import at_least_0, fraction, shaped


class Optimizer:
    """What all rules share: a rate, weight decay and memory for each parameter.

    Parameters
    ----------
    rate : float or function
        The learning rate, or a schedule: a function from the step's number, from 0, to a rate.
    weight_decay : float
        Adds ``weight_decay * p`` to the gradient of p, the gradient of an L2 penalty.

    Attributes
    ----------
    steps : int
        Steps done.
    memory : dict of str to dict of str to ndarray
        For each parameter the running quantities of the rule, zeros at first.
    trained : dict of str to ndarray
        The parameters of the steps so far, by which another network's are recognised.

    Raises
    ------
    ValueError
        If the rate or the weight decay is not a finite number of at least 0.

    See lesson 05.
    """

    keeps = ()

    def __init__(self, rate=0.01, weight_decay=0.0):
        self.rate = rate if callable(rate) else at_least_0("rate", rate, ", or a schedule")
        self.weight_decay = at_least_0("weight_decay", weight_decay)
        self.steps = 0
        self.memory = {}
        self.trained = {}

    def __getstate__(self):
        """A copy may train a copy of the network."""
        return {**vars(self), "trained": {}}

    def rate_now(self):
        """Return the rate of the next step; refuse what a schedule should not return."""
        rate = np.asarray(self.rate(self.steps) if callable(self.rate) else self.rate)
        return at_least_0(f"rate of step {self.steps + 1}", rate.tolist())

    def step(self, params, grads):
        """Change every parameter in place.

        Parameters
        ----------
        params, grads : dict of str to ndarray
            Same keys, same shapes.

        Raises
        ------
        ValueError
            If a gradient is missing or of another shape, or the optimizer remembers another
            network; then nothing is changed.
        """
        self.check(params)
        for name, p in params.items():
            shaped(f"grads[{name!r}]", grads.get(name), p.shape)
        rate = self.rate_now()
        self.steps += 1
        self.trained |= params
        if not params.keys() <= self.memory.keys():
            self.memory = self.blank(params) | self.memory
        for name, p in params.items():
            self.update(p, self.decayed(p, grads[name], rate), rate, **self.memory[name])

    def blank(self, params):
        """Return the memory for parameters before their first step: zeros."""
        return {name: {key: np.zeros_like(p) for key in self.keeps} for name, p in params.items()}

    def check(self, params):
        """Refuse the parameters of another network than the one that was trained so far.

        A rule of a constant rate that remembers nothing may train any.

        Raises
        ------
        ValueError
            If they are others.
        """
        for name, p in params.items():
            if (self.keeps or callable(self.rate)) and self.trained.get(name, p) is not p:
                raise ValueError(
                    f"{type(self).__name__} has done {self.steps:,} steps on another {name!r}:"
                    " each network needs an optimizer of its own"
                )

    def decayed(self, p, g, rate):
        """Return the gradient with weight decay."""
        return g + self.weight_decay * p if self.weight_decay else g

    def update(self, p, g, rate):
        """Move one parameter p, in place, given its gradient g."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent: a step down the slope.

    Derived in lesson 05. Source: Robbins and Monro (1951).
    """

    def update(self, p, g, rate):
        p -= rate * g


class Momentum(Optimizer):
    """A ball with inertia: gradients add up to a velocity that decays.

    Parameters
    ----------
    rate, weight_decay
        As for :class:`Optimizer`.
    momentum : float
        Share of the velocity that stays, 0 to less than 1.

    Derived in lesson 05. Source: Polyak (1964).
    """

    keeps = ("velocity",)

    def __init__(self, rate=0.01, momentum=0.9, weight_decay=0.0):
        super().__init__(rate, weight_decay)
        self.momentum = fraction("momentum", momentum)

    def update(self, p, g, rate, velocity):
        velocity *= self.momentum
        velocity += g
        p -= rate * velocity


class Nesterov(Momentum):
    """Momentum that looks where it is going: the gradient counts once more.

    Derived in lesson 05. Source: Sutskever, Martens, Dahl, Hinton (2013), in PyTorch's form.
    """

    def update(self, p, g, rate, velocity):
        velocity *= self.momentum
        velocity += g
        p -= rate * (g + self.momentum * velocity)


class AdaGrad(Optimizer):
    """A rate for each number, divided by the size of all its gradients so far.

    Derived in lesson 05. Source: Duchi, Hazan, Singer (2011).
    """

    keeps = ("squares",)

    def __init__(self, rate=0.01, eps=1e-10, weight_decay=0.0):
        super().__init__(rate, weight_decay)
        self.eps = at_least_0("eps", eps)

    def update(self, p, g, rate, squares):
        squares += g * g
        p -= rate * g / (np.sqrt(squares) + self.eps)


class RMSProp(Optimizer):
    """AdaGrad that forgets: the mean square of recent gradients.

    Derived in lesson 05. Source: Tieleman and Hinton, lecture 6.5 (2012).
    """

    keeps = ("squares",)

    def __init__(self, rate=0.01, decay=0.99, eps=1e-8, weight_decay=0.0):
        super().__init__(rate, weight_decay)
        self.decay, self.eps = fraction("decay", decay), at_least_0("eps", eps)

    def update(self, p, g, rate, squares):
        squares += (1 - self.decay) * (g * g - squares)
        p -= rate * g / (np.sqrt(squares) + self.eps)


class Adam(Optimizer):
    """Momentum and RMSProp together, both corrected for having started at zero.

    Parameters
    ----------
    rate, weight_decay
        As for :class:`Optimizer`.
    beta1, beta2 : float
        Share of the old mean and of the old mean square that stays at each step.
    eps : float
        Added to the root, so that nothing is divided by 0.

    Derived in lesson 05. Source: Kingma and Ba (2014), algorithm 1.
    """

    keeps = ("m", "v")

    def __init__(self, rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.0):
        super().__init__(rate, weight_decay)
        self.beta1, self.beta2 = fraction("beta1", beta1), fraction("beta2", beta2)
        self.eps = at_least_0("eps", eps)

    def update(self, p, g, rate, m, v):
        m += (1 - self.beta1) * (g - m)
        v += (1 - self.beta2) * (g * g - v)
        m_scale = 1 - self.beta1**self.steps
        v_scale = 1 - self.beta2**self.steps
        p -= (rate / m_scale) * m / (np.sqrt(v / v_scale) + self.eps)


class AdamW(Adam):
    """Adam whose weight decay acts on the weights and not on the gradient.

    Derived in lesson 05. Source: Loshchilov and Hutter (2017).
    """

    def __init__(self, rate=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
        super().__init__(rate, beta1, beta2, eps, weight_decay)

    def decayed(self, p, g, rate):
        p *= 1 - rate * self.weight_decay
        return g


RULES = (SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW)
OPTIMIZERS = {rule.__name__.lower(): rule for rule in RULES}


def constant(rate):
    """Make a schedule that never changes.

    Returns
    -------
    function of int
        The rate of each step.
    """
    return lambda step: rate


def step_decay(rate, every, factor=0.1):
    """Make a schedule that multiplies the rate by ``factor`` after each ``every`` steps."""
    if every < 1:
        raise ValueError(f"every is {every}, expected at least 1")
    return lambda step: rate * factor ** (step // every)


def cosine(rate, steps, end=0.0):
    """Make a schedule that falls from ``rate`` to ``end`` along half a cosine in ``steps`` steps.

    Source: Loshchilov and Hutter, SGDR (2016).
    """
    if steps < 1:
        raise ValueError(f"steps is {steps}, expected at least 1")

    def schedule(step):
        return end + (rate - end) * (1 + math.cos(math.pi * min(step / steps, 1))) / 2

    return schedule


def one_cycle(rate, steps, warm=0.3, start=0.04, end=1e-4):
    """Make a schedule that climbs to ``rate`` and falls to almost nothing.

    Parameters
    ----------
    rate : float
        The highest rate.
    steps : int
        Length of the cycle.
    warm : float
        Share of the steps that climb.
    start, end : float
        First and last rate, as shares of the highest.

    Source: Smith and Topin, Super-convergence (2017), with cosine arcs.
    """
    if steps < 1 or not 0 < warm < 1:
        raise ValueError(f"steps, warm are {steps}, {warm}, expected at least 1, between 0 and 1")
    peak = warm * steps
    fall = cosine(rate, max(steps - peak, 1), rate * end)

    def schedule(step):
        if step < peak:
            return rate * (start + (1 - start) * (1 - math.cos(math.pi * step / peak)) / 2)
        return fall(step - peak)

    return schedule
