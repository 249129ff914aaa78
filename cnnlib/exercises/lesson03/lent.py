"""What later exercises lend to readers who did not keep their own of exercise 03."""

from cnnlib.im2col import col2im, im2col, output_size

__all__ = ["col2im", "conv_fast", "im2col"]


def conv_fast(x, w, b, stride=1, pad=0):
    """Convolve x of shape (N, C, H, W) with w of shape (F, C, KH, KW); return (N, F, OH, OW)."""
    F, _, KH, KW = w.shape
    OH, OW = output_size(x.shape[2], KH, stride, pad), output_size(x.shape[3], KW, stride, pad)
    y = w.reshape(F, -1) @ im2col(x, (KH, KW), stride, pad) + b[:, None]
    return y.reshape(F, OH, OW, -1).transpose(3, 0, 1, 2)
