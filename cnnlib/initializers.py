"""Starting weights: random, and scaled so that signals keep their size from layer to layer."""

import math

import numpy as np


def fans(shape):
    """Count the inputs and outputs of one unit.

    Parameters
    ----------
    shape : tuple of int
        ``(D, M)`` of a dense layer or ``(F, C, KH, KW)`` of a convolution.

    Returns
    -------
    (int, int)
        Numbers that one output is summed from, outputs that one input goes into.

    Raises
    ------
    ValueError
        If the shape is neither.
    """
    if len(shape) == 2:
        return shape
    if len(shape) == 4:
        F, C, KH, KW = shape
        return C * KH * KW, F * KH * KW
    raise ValueError(f"shape is {tuple(shape)}, expected (D, M) or (F, C, KH, KW)")


def he(shape, rng):
    """Draw weights for a layer followed by ReLU, which halves the variance: std sqrt(2 / fan in).

    Parameters
    ----------
    shape : tuple of int
        ``(D, M)`` or ``(F, C, KH, KW)``.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of that shape, float32

    Derived in lesson 07. Source: He, Zhang, Ren, Sun, Delving deep into rectifiers (2015).
    """
    fan_in, _ = fans(shape)
    return rng.standard_normal(shape, np.float32) * math.sqrt(2 / fan_in)


def glorot(shape, rng):
    """Draw weights for Sigmoid or Tanh: variance 2 / (fan in + fan out), forwards and backwards.

    Parameters and result as for :func:`he`.

    Derived in lesson 07. Source: Glorot and Bengio, Understanding the difficulty of training deep
    feedforward neural networks (2010).
    """
    return rng.standard_normal(shape, np.float32) * math.sqrt(2 / sum(fans(shape)))


def small(shape, rng):
    """Draw weights of standard deviation 0.01, the book's first choice, good for shallow nets.

    Parameters and result as for :func:`he`.
    """
    return rng.standard_normal(shape, np.float32) * 0.01
