"""Convolution by the cheaper of two ways."""

from cnnlib.blas import share
from cnnlib.layers.conv import Conv2D
from cnnlib.winograd import Winograd

KERNELS = (3, 5)
# Below these the transforms cost more than they save; ``python -m tools.bench`` measures it again.
LEAST_IMAGES, LEAST_CHANNELS, LEAST_OUTPUTS = 16, 8, 4
WORTH_SHARING = 50_000_000  # multiplications of Conv2D; of less, the threads wait for each other


class FastConv2D(Conv2D):
    """Conv2D with fewer multiplications where that is faster, and Conv2D everywhere else.

    Faster are square kernels of 3 or 5 with stride, dilation and groups 1, on batches of at least
    16 images, 8 channels and 8 filters, with 4 x 4 outputs or more. Arguments, parameters and
    weights files are those of Conv2D, and so are the results, within the error that
    :class:`cnnlib.winograd.Winograd` states.

    Large convolutions are shared by as many threads as OpenBLAS may use (``OPENBLAS_NUM_THREADS``,
    :func:`cnnlib.blas.set_threads`); their number changes no bit of a result.

    See lesson 08.
    """

    def forward(self, x):
        """Convolve; arguments, result and errors as of :meth:`Conv2D.forward`."""
        self.fast = None
        if not self.wins(x.shape):
            return super().forward(x)
        large = len(x) * self.multiplications(x.shape[1:]) >= WORTH_SHARING
        self.fast = Winograd(x, self.params["w"], self.pad, share if large else map)
        return self.fast.forward(self.params["b"])

    def backward(self, dy):
        """Differentiate the way that forward went; argument and result as of Conv2D."""
        if self.fast is None:
            return super().backward(dy)
        dx, self.grads["w"] = self.fast.backward(dy, self.input_gradient)
        self.grads["b"] = dy.sum(axis=(0, 2, 3))
        return dx

    def wins(self, shape):
        """Say whether Winograd's way is the faster one for images of that shape (N, C, H, W)."""
        F, OH, OW = self.output_shape(shape[1:])
        KH, KW = self.params["w"].shape[2:]
        return (
            KH == KW
            and KH in KERNELS
            and self.stride == self.dilation == self.groups == 1
            and shape[0] >= LEAST_IMAGES
            and min(self.channels, F) >= LEAST_CHANNELS
            and min(OH, OW) >= LEAST_OUTPUTS
        )
