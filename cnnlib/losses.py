"""From scores to probabilities to one number that says how wrong they are."""

import numpy as np

from cnnlib.arguments import floats, fraction


def softmax(scores):
    """Turn each row of scores into probabilities.

    Parameters
    ----------
    scores : ndarray of shape (N, M), float
        Any real numbers, one row an image, one column a class.

    Returns
    -------
    ndarray of shape (N, M), dtype of scores
        Positive, each row sums to 1. The row's maximum is subtracted first: the result is the
        same and no exponential overflows.

    Raises
    ------
    TypeError, ValueError
        If scores are not floats, or have another number of axes.

    Derived in lesson 04.
    """
    check_scores(scores)
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


def check_scores(scores):
    """Refuse scores that are not an array (N, M) of floats.

    Raises
    ------
    TypeError
        If they are not floats.
    ValueError
        If they have another number of axes, or there are none.
    """
    floats("scores", scores)
    if scores.ndim != 2 or scores.size == 0:
        raise ValueError(f"scores has shape {scores.shape}, expected (N, M)")


def check_labels(labels, N, M):
    """Refuse labels that are not N integers from 0 to M - 1.

    Raises
    ------
    TypeError
        If they are not integers.
    ValueError
        If their number or range is wrong.
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels are {labels.dtype}, expected integers (class numbers)")
    if labels.shape != (N,) or N == 0:
        raise ValueError(f"labels have shape {labels.shape}, expected ({max(N, 1)},), one an image")
    if not (labels.min() >= 0 and labels.max() < M):
        raise ValueError(f"labels go from {labels.min()} to {labels.max()}, expected 0 to {M - 1}")


class SoftmaxCrossEntropy:
    """Softmax and cross-entropy as one block, the book's SoftmaxWithLoss.

    Together they have the simplest gradient of all: probability minus truth.

    Derived in lesson 04.
    """

    def forward(self, scores, labels):
        """Average the negative log-probability of the right classes.

        Parameters
        ----------
        scores : ndarray of shape (N, M), float
        labels : ndarray of shape (N,), integer
            The right class of each image, 0 to M - 1.

        Returns
        -------
        float
            In nats; ln M when nothing is known.

        Raises
        ------
        TypeError, ValueError
            If scores are not floats or have another number of axes, or labels do not fit them.
        """
        check_scores(scores)
        check_labels(labels, *scores.shape)
        self.labels = labels
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_sum = np.log(np.exp(shifted).sum(axis=1))
        self.probabilities = np.exp(shifted - log_sum[:, None])
        picked = shifted[np.arange(len(labels)), labels]
        return float((log_sum - picked).mean())

    def backward(self):
        """Differentiate the loss by the scores of the last ``forward``.

        Returns
        -------
        ndarray of shape (N, M), dtype of the scores
            ``(probability - truth) / N``; the loss is an average over N images.
        """
        N = len(self.labels)
        dscores = self.probabilities.copy()
        dscores[np.arange(N), self.labels] -= 1
        return dscores / N


class SmoothedCrossEntropy(SoftmaxCrossEntropy):
    """Cross-entropy that holds each class of an image for a little possible.

    The right class is to have the probability 1 - smoothing, and each one a share of the rest:
    no scores are rewarded for growing without end.

    Parameters
    ----------
    smoothing : float
        From 0 to less than 1.

    Raises
    ------
    ValueError
        If it is not.

    Source: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, Rethinking the Inception architecture for
    computer vision (2015), label smoothing.
    """

    def __init__(self, smoothing=0.05):
        self.smoothing = fraction("smoothing", smoothing)

    def forward(self, scores, labels):
        """Average the cross-entropy; arguments and errors as of :class:`SoftmaxCrossEntropy`."""
        value = super().forward(scores, labels)
        ahead = scores[np.arange(len(labels)), labels] - scores.mean(axis=1)
        return value + self.smoothing * float(ahead.mean())

    def backward(self):
        """Differentiate as :class:`SoftmaxCrossEntropy` does, with truths that are smoothed."""
        dscores = super().backward()
        N, M = dscores.shape
        dscores -= self.smoothing / (N * M)
        dscores[np.arange(N), self.labels] += self.smoothing / N
        return dscores
