"""The mistakes that exercise 08 knows. Write your answers before you look.

Each is a change of the right version, which stands here.
"""

import numpy as np

from cnnlib.exercises.engine.mistakes import Mistake, mistakes

# ---------------------------------------------------------------------- what a layer costs


def work_and_bytes(N, C, H, W, F, K, pad=0):
    OH, OW = H + 2 * pad - K + 1, W + 2 * pad - K + 1
    multiplications = N * F * OH * OW * C * K * K
    smallest = 4 * (N * C * H * W + F * C * K * K + N * F * OH * OW)
    return multiplications, smallest


ONE = "Each output pixel of each filter takes C * K * K multiplications."
ONCE = "Read the images and the filters once, write the outputs once: 4 bytes a number."
COST = mistakes(
    work_and_bytes,
    ("one image is counted", {"N * F * OH * OW * C": "F * OH * OW * C"}, "There are N images."),
    ("channels are left out", {"OW * C * K * K\n": "OW * K * K\n"}, ONE),
    (
        "the width of the outputs is worked out from H",
        {"W + 2 * pad - K + 1": "H + 2 * pad - K + 1"},
        "Images need not be square.",
    ),
    (
        "padding is counted on one side only",
        {"H + 2 * pad": "H + pad", "W + 2 * pad": "W + pad"},
        "Zeros stand on both sides of an axis.",
    ),
    ("the kernel has K taps and not K * K", {"OW * C * K * K\n": "OW * C * K\n"}, ONE),
    (
        "every pixel of the image has an output",
        {"OH, OW = H + 2 * pad - K + 1, W + 2 * pad - K + 1": "OH, OW = H, W"},
        "How many places has a kernel of K along an axis of H pixels?",
    ),
    (
        "products are counted for every pixel of the image, and not of the output",
        {"N * F * OH * OW * C": "N * F * H * W * C"},
        ONE,
    ),
    (
        "padding is left out",
        {"H + 2 * pad": "H", "W + 2 * pad": "W"},
        "Padding makes more outputs.",
    ),
    ("additions are counted as well", {"= N * F * OH": "= 2 * N * F * OH"}, "Only products."),
    ("numbers are counted and not bytes", {"4 * (": "("}, ONCE),
    ("a number takes 8 bytes", {"4 * (": "8 * ("}, "4 bytes each number."),
    ("the filters are not read", {" + F * C * K * K": ""}, ONCE),
    ("a filter is read as K numbers a channel", {"+ F * C * K * K": "+ F * C * K"}, ONCE),
    ("the filters are read anew for every image", {"+ F * C": "+ N * F * C"}, ONCE),
    ("the bias is read as well", {"+ F * C": "+ F + F * C"}, "Leave the bias out."),
    (
        "the frame of zeros is read as well",
        {"(N * C * H * W": "(N * C * (H + 2 * pad) * (W + 2 * pad)"},
        "Zeros need not be fetched.",
    ),
    (
        "the patch matrix is moved as well",
        {"OW)": "OW + N * C * K * K * OH * OW)"},
        f"{ONCE} The patch matrix is what im2col adds.",
    ),
    ("the outputs are not written", {" + N * F * OH * OW)": ")"}, ONCE),
    (
        "the patch matrix is counted in place of the images",
        {"(N * C * H * W": "(N * C * K * K * OH * OW"},
        f"{ONCE} The patch matrix is what im2col adds.",
    ),
    ("one filter is counted", {"N * F * OH * OW * C": "N * OH * OW * C"}, "There are F of them."),
    (
        "an axis has H - K places",
        {"- K + 1, W + 2 * pad - K + 1": "- K, W + 2 * pad - K"},
        "A kernel as large as the image has one place: H - K + 1.",
    ),
    ("the images are not read", {"(N * C * H * W + ": "("}, ONCE),
    ("one image is read", {"(N * C * H * W": "(C * H * W"}, ONCE),
    ("images of one channel are read", {"(N * C * H * W": "(N * H * W"}, ONCE),
    ("the images are read anew for every filter", {"(N * C * H * W": "(F * N * C * H * W"}, ONCE),
    ("filters of one channel are read", {"+ F * C * K * K": "+ F * K * K"}, ONCE),
    ("the outputs of one image are written", {"+ N * F * OH * OW)": "+ F * OH * OW)"}, ONCE),
    ("one map of outputs is written", {"+ N * F * OH * OW)": "+ N * OH * OW)"}, ONCE),
    (
        "as many maps are written as channels came in",
        {"+ N * F * OH * OW)": "+ N * C * OH * OW)"},
        ONCE,
    ),
    (
        "outputs as large as the images are written",
        {"+ N * F * OH * OW)": "+ N * F * H * W)"},
        ONCE,
    ),
    (
        "only the images are counted in bytes",
        {"4 * (N * C": "(4 * N * C"},
        "4 bytes a number: of images, filters and outputs.",
    ),
)

# ---------------------------------------------------------------------- four for six


def f23(x, g):
    first, last = (x[0] - x[2]) * g[0], (x[1] - x[3]) * g[2]
    plus = (x[1] + x[2]) * ((g[0] + g[1] + g[2]) / 2)
    minus = (x[2] - x[1]) * ((g[0] - g[1] + g[2]) / 2)
    return np.array([first + plus + minus, plus - minus - last])


MIDDLE = (
    "The brackets are x1 g1 + x2 (g0 + g2) and x1 (g0 + g2) + x2 g1: half of sum and difference."
)
SAVE = "Save two of them: take x2 g0 out of the first output and x1 g2 out of the second."


def six_products(x, g):
    return np.array([sum(x[i + k] * g[k] for k in range(3)) for i in range(2)])


F23 = [Mistake("six multiplications are done", six_products, SAVE)] + mistakes(
    f23,
    (
        "g1 is added in both brackets of taps",
        {"g[0] - g[1] + g[2]": "g[0] + g[1] + g[2]"},
        MIDDLE,
    ),
    (
        "in the bracket with the minus, g2 has it and not g1",
        {"g[0] - g[1] + g[2]": "g[0] + g[1] - g[2]"},
        MIDDLE,
    ),
    (
        "the half of the sum is forgotten",
        {"(g[0] + g[1] + g[2]) / 2": "(g[0] + g[1] + g[2])"},
        MIDDLE,
    ),
    (
        "the half of the difference is forgotten",
        {"(g[0] - g[1] + g[2]) / 2": "(g[0] - g[1] + g[2])"},
        MIDDLE,
    ),
    (
        "the middle tap is left out",
        {"+ g[1] + g[2]) / 2": "+ g[2]) / 2", "- g[1] + g[2]) / 2": "+ g[2]) / 2"},
        MIDDLE,
    ),
    ("the last product is added", {"- last": "+ last"}, "x1 g2 - (x1 - x3) g2 is x3 g2."),
    ("the second output is not mended", {" - last": ""}, SAVE),
    ("x1 g2 is not taken out of the second output", {"- last": "+ x[3] * g[2]"}, SAVE),
    ("x2 g0 is not taken out of the first output", {"[first +": "[x[0] * g[0] +"}, SAVE),
    ("the first output is not mended", {"first + plus": "plus"}, SAVE),
    (
        "halves are rounded down",
        {
            "((g[0] + g[1] + g[2]) / 2)": "(g[0] + g[1] + g[2]) // 2",
            "((g[0] - g[1] + g[2]) / 2)": "(g[0] - g[1] + g[2]) // 2",
        },
        "/ and not //.",
    ),
    (
        "halves are rounded down",
        {
            "first + plus + minus, plus - minus": (
                "first + np.floor(plus + minus), np.floor(plus - minus)"
            )
        },
        "/ and not //.",
    ),
    (
        "halves of taps are rounded down",
        {
            "g[1] + g[2]) / 2)\n    minus": "g[1] + g[2]) // 2)\n    minus",
            "- g[1] + g[2]) / 2)": "- g[1] + g[2]) // 2)",
        },
        "/ and not //.",
    ),
    ("the first tap stands for the last", {"- x[3]) * g[2]": "- x[3]) * g[0]"}, SAVE),
    ("x2 is added in the first product", {"(x[0] - x[2])": "(x[0] + x[2])"}, SAVE),
    ("the first product has the other sign", {"(x[0] - x[2])": "(x[2] - x[0])"}, MIDDLE),
    ("sum and difference have the same sign", {"plus - minus": "plus + minus"}, MIDDLE),
    *(
        (f"the {name} has the wrong sign in the {which} output", {old: new}, MIDDLE)
        for name, which, old, new in (
            ("product with the difference", "first", "plus + minus", "plus - minus"),
            ("product with the sum", "first", "first + plus", "first - plus"),
            ("product with the sum", "second", ", plus - minus", ", -plus - minus"),
        )
    ),
    ("the difference is taken the other way around", {"(x[2] - x[1])": "(x[1] - x[2])"}, MIDDLE),
    (
        "what mends the first output and what mends the second are exchanged",
        {"first + plus + minus, plus - minus - last": "plus + minus - last, plus - minus + first"},
        "The first output sees x0, the second x3.",
    ),
    (
        "the two outputs are exchanged",
        {
            "[first + plus + minus, plus - minus - last]": (
                "[plus - minus - last, first + plus + minus]"
            )
        },
        "The first output begins at x0.",
    ),
    (
        "the filter is flipped",
        {"    first,": "    g = g[::-1]\n    first,"},
        "g0 meets x0 in the first output.",
    ),
)

# ---------------------------------------------------------------------- tiles

A = np.array([[1.0, 0], [1, 1], [1, -1], [0, 1]])
B = np.array([[-1.0, 0, 0, 0], [0, 1, -1, -1], [1, 1, 1, 0], [0, 0, 0, 1]])
G = np.array([[-1.0, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]])


def winograd_tile(d, g):
    return A.T @ ((G @ g @ G.T) * (B.T @ d @ B)) @ A


SIDES = "In two dimensions each matrix works on the columns and on the rows: T @ tile @ T.T."
NUMBERS = "Each number of the one meets one number of the other: *, not @."
TILE = mistakes(
    winograd_tile,
    (
        "the filter is padded to the size of the tile, and not transformed",
        {"(G @ g @ G.T)": "np.pad(g, ((0, 1), (0, 1)))"},
        "Products of two things that are both transformed: G @ g @ G.T, which is 4 x 4.",
    ),
    ("B and its transpose are exchanged", {"B.T @ d @ B": "B @ d @ B.T"}, SIDES),
    ("only the columns of the tile are transformed", {"B.T @ d @ B": "B.T @ d"}, SIDES),
    ("only the rows of the tile are transformed", {"B.T @ d @ B": "d @ B"}, SIDES),
    ("the tile is not transformed", {"B.T @ d @ B": "d"}, SIDES),
    ("B stands on both sides", {"B.T @ d @ B": "B @ d @ B"}, SIDES),
    ("tile and filter are added", {") * (": ") + ("}, "Multiply number by number."),
    ("B.T stands on both sides", {"B.T @ d @ B": "B.T @ d @ B.T"}, SIDES),
    ("the way back works on the columns alone", {" @ A\n": "\n"}, SIDES),
    (
        "only columns are transformed, of tile, filter and products",
        {"@ g @ G.T": "@ g", "@ d @ B": "@ d[:, :3]", " @ A\n": "[:, :2]\n"},
        SIDES,
    ),
    (
        "the transformed tile and filter meet in a matrix product",
        {") * (": ") @ ("},
        NUMBERS,
    ),
    (
        "the transformed tile and filter meet in a matrix product",
        {"(G @ g @ G.T) * (B.T @ d @ B)": "(B.T @ d @ B) @ (G @ g @ G.T)"},
        NUMBERS,
    ),
    (
        "the way back is missing",
        {"A.T @ (": "(", " @ A\n": "\n"},
        "A.T from the left and A from the right make 2 x 2 outputs of 4 x 4 products.",
    ),
    ("the filter is transposed", {"G @ g @": "G @ g.T @"}, "g as it is."),
    ("the tile is transposed", {"@ d @": "@ d.T @"}, "d as it is."),
    ("the filter is flipped", {"G @ g @": "G @ g[::-1, ::-1] @"}, "g as it is."),
    (
        "the outputs are transposed, or tile and filter both",
        {"@ A\n": "@ A).T\n", "A.T @ ((": "(A.T @ (("},
        "d and g as they are, and A.T from the left, A from the right.",
    ),
)


def winograd_conv(x, g):
    OH, OW = x.shape[0] - 2, x.shape[1] - 2
    rows, columns = -(-OH // 2), -(-OW // 2)
    x = np.pad(x, ((0, 2 * rows - OH), (0, 2 * columns - OW)))
    y = np.zeros((2 * rows, 2 * columns))
    for r, c in np.ndindex(rows, columns):
        y[2 * r :, 2 * c :][:2, :2] = winograd_tile(x[2 * r :, 2 * c :][:4, :4], g)
    return y[:OH, :OW]


STEP = "A tile sees 4 x 4 pixels and makes 2 x 2 outputs: the next one begins 2 pixels further."
RAGGED = (
    "Round the number of tiles up, and fill the last with zeros, below the image and right of it."
)
COVER = mistakes(
    winograd_conv,
    (
        "zeros stand before the image as well",
        {
            "((0, 2 * rows - OH), (0, 2 * columns - OW))": "((1, 2 * rows - OH),"
            " (1, 2 * columns - OW))"
        },
        "The first output sees the first pixel: the frame that fills the last tiles is at the end.",
    ),
    (
        "what a ragged last tile would make is missing",
        {
            "y[:OH, :OW]": "y[:OH, :OW] * np.outer(np.arange(OH) < OH // 2 * 2,"
            " np.arange(OW) < OW // 2 * 2)"
        },
        RAGGED,
    ),
    (
        "tiles begin four pixels apart",
        {
            "winograd_tile(x[2 * r :, 2 * c :][:4, :4], g)": "winograd_tile(np.pad(x,"
            " ((0, 4 * rows), (0, 4 * columns)))[4 * r :, 4 * c :][:4, :4], g)"
        },
        STEP,
    ),
    (
        "every other row and column of tiles is left out",
        {"        y[2 * r": "        if r % 2 or c % 2:\n            continue\n        y[2 * r"},
        STEP,
    ),
    (
        "the outputs of a tile are written one pixel behind the last, and cover some of them",
        {"y[2 * r :, 2 * c :]": "y[r:, c:]"},
        "The outputs of tile (r, c) begin at row 2 r, column 2 c.",
    ),
    (
        "the outputs of a row of tiles come below each other, and those of a column side by side",
        {
            "np.zeros((2 * rows, 2 * columns))": "np.zeros((2 * columns, 2 * rows))",
            "y[2 * r :, 2 * c :]": "y[2 * c :, 2 * r :]",
        },
        "hstack joins the tiles of a row, vstack the rows.",
    ),
    (
        "tiles begin one pixel apart",
        {"x[2 * r :, 2 * c :][:4, :4]": "x[r :, c :][:4, :4]"},
        STEP,
    ),
    (
        "the first row and column are cut off where the last should be",
        {"y[:OH, :OW]": "y[2 * rows - OH :, 2 * columns - OW :]"},
        "The last tiles stand out at the end.",
    ),
    ("what lies outside is not cut off", {"y[:OH, :OW]": "y"}, "Return OH x OW numbers."),
    (
        "the outputs of each tile are transposed, or tile and filter both",
        {
            "winograd_tile(x[2 * r :, 2 * c :][:4, :4], g)": (
                "winograd_tile(x[2 * r :, 2 * c :][:4, :4], g).T"
            )
        },
        "winograd_tile takes both as they are, and returns the outputs as they belong.",
    ),
    (
        "the image is padded in front",
        {
            "((0, 2 * rows - OH), (0, 2 * columns - OW))": (
                "((2 * rows - OH, 0), (2 * columns - OW, 0))"
            )
        },
        RAGGED,
    ),
    (
        "rows and columns of tiles are exchanged",
        {
            "winograd_tile(x[2 * r :, 2 * c :][:4, :4], g)": (
                "winograd_tile(x[2 * min(c, rows - 1) :, 2 * min(r, columns - 1) :][:4, :4], g)"
            )
        },
        "The tile at row r of tiles begins at row 2 r of the image.",
    ),
    (
        "each tile is transposed before it goes in",
        {"[:4, :4], g)": "[:4, :4].T, g)"},
        "winograd_tile takes the tile as it lies in the image.",
    ),
    *(
        (
            f"each tile begins one {axis} too late",
            {
                "2 * columns - OW)))": "2 * columns - OW)))\n    x = np.pad(x, 1)[1:, 1:]",
                f"winograd_tile(x[{old}": f"winograd_tile(x[{new}",
            },
            "The first output sees the first pixel: row 2 r, column 2 c.",
        )
        for axis, old, new in (
            ("row", "2 * r :,", "2 * r + 1 :,"),
            ("column", "2 * r :, 2 * c :]", "2 * r :, 2 * c + 1 :]"),
        )
    ),
    ("the filter is flipped", {"[:4, :4], g)": "[:4, :4], g[::-1, ::-1])"}, "g as it is."),
    ("the filter is transposed", {"[:4, :4], g)": "[:4, :4], g.T)"}, "g as it is."),
)

# ---------------------------------------------------------------------- counted by hand


def products(m, K):
    return (m + K - 1) ** 2 / m**2


EACH = "(m + K - 1) ** 2 products for m * m outputs."
PRODUCTS = mistakes(
    products,
    ("the products are not divided by the outputs", {" / m**2": ""}, EACH),
    ("one axis is counted", {"** 2 / m**2": "/ m"}, f"Two axes: {EACH}"),
    ("the products are divided by m and not by m * m", {"/ m**2": "/ m"}, EACH),
    (
        "it is said how many times fewer they are",
        {"(m + K - 1) ** 2 / m**2": "(K * m / (m + K - 1)) ** 2"},
        "How many are left for each output?",
    ),
    ("a tile has m + K pixels along an axis", {"m + K - 1": "m + K"}, EACH),
    ("a tile has m + K - 2 pixels along an axis", {"m + K - 1": "m + K - 2"}, EACH),
    ("the products are divided by the taps", {"/ m**2": "/ K**2"}, EACH),
    (
        "it is said what share of the direct ones is left",
        {"/ m**2": "/ (m * K) ** 2"},
        f"How many are left for each output? {EACH}",
    ),
    (
        "outputs are divided by products",
        {"(m + K - 1) ** 2 / m**2": "m**2 / (m + K - 1) ** 2"},
        EACH,
    ),
    ("these are the direct ones", {"(m + K - 1) ** 2 / m**2": "K * K"}, EACH),
)

# ---------------------------------------------------------------------- frequencies


def fft_conv(x, w):
    (H, W), (KH, KW) = x.shape, w.shape
    y = np.fft.irfft2(np.fft.rfft2(x) * np.fft.rfft2(w, (H, W)).conj(), (H, W))
    return y[: H - KH + 1, : W - KW + 1]


TURNED = "With a flipped filter the first KH - 1 rows and KW - 1 columns have wrapped around."
FIRST = "The first H - KH + 1 rows are those that no wrapped patch has reached."
CORRELATES = "This product of frequencies flips the filter: take the conjugate of its frequencies."
FFT = mistakes(
    fft_conv,
    (
        "what is cut out is the middle of the result, and not its beginning",
        {
            ": H - KH + 1,": "KH // 2 : H - KH + 1 + KH // 2,",
            " : W - KW + 1]": " KW // 2 : W - KW + 1 + KW // 2]",
        },
        FIRST,
    ),
    (
        "the filter is flipped along one axis, and not along both",
        {"rfft2(w, (H, W)).conj()": "rfft2(w[::-1], (H, W))", "y[: H - KH + 1,": "y[KH - 1 :,"},
        CORRELATES,
    ),
    ("the filter is transposed", {"rfft2(w, (H, W))": "rfft2(w.T, (H, W))"}, "Take w as it is."),
    (
        "zeros stand before the filter as well",
        {
            "rfft2(w, (H, W))": "rfft2(np.pad(w, (((H - KH) // 2, (H - KH + 1) // 2),"
            " ((W - KW) // 2, (W - KW + 1) // 2))))"
        },
        "All zeros go behind it: rfft2(w, (H, W)) does that.",
    ),
    (
        "the filter is flipped",
        {".conj()": "", "y[: H - KH + 1, : W - KW + 1]": "y[KH - 1 :, KW - 1 :]"},
        f"{CORRELATES[:-1]}, once, and w as it is: who flips w as well turns it twice. (Or flip"
        " w and take no conjugate, where the outputs are cut out from KH - 1 on.)",
    ),
    ("the conjugate is not taken", {".conj()": ""}, CORRELATES),
    (
        "the conjugate of the product is taken",
        {"(np.fft.rfft2(x) * ": "(np.fft.rfft2(x).conj() * "},
        "Of the filter's frequencies: the image keeps its direction.",
    ),
    (
        "the conjugate of the image's frequencies is taken",
        {"np.fft.rfft2(x) *": "np.fft.rfft2(x).conj() *", "(H, W)).conj()": "(H, W))"},
        "Of the filter's frequencies: the image keeps its direction.",
    ),
    ("outputs that wrapped around are kept", {"y[: H - KH + 1, : W - KW + 1]": "y"}, FIRST),
    (
        "the first outputs are cut off and not the last",
        {"y[: H - KH + 1, : W - KW + 1]": "y[KH - 1 :, KW - 1 :]"},
        FIRST,
    ),
    (
        "a row and a column too many are cut off",
        {"y[: H - KH + 1, : W - KW + 1]": "y[: H - KH, : W - KW]"},
        "KH rows fit at H - KH + 1 places.",
    ),
    (
        "the filter is flipped, and outputs that wrapped around are kept",
        {"rfft2(w,": "rfft2(w[::-1, ::-1],", ".conj()": ""},
        TURNED,
    ),
    (
        "the filter is flipped, and nothing is cut off",
        {
            "rfft2(w,": "rfft2(w[::-1, ::-1],",
            ".conj()": "",
            "y[: H - KH + 1, : W - KW + 1]": "y",
        },
        f"{TURNED} Cut those off.",
    ),
    (
        "only the size of the filter's frequencies is taken",
        {"np.fft.rfft2(w, (H, W)).conj()": "abs(np.fft.rfft2(w, (H, W)))"},
        CORRELATES,
    ),
    ("the frequencies are not multiplied but added", {") * np": ") + np"}, "Multiply them."),
    (
        "the outputs are divided by the number of pixels",
        {"y[: H - KH + 1, : W - KW + 1]": "y[: H - KH + 1, : W - KW + 1] / x.size"},
        "irfft2 divides already.",
    ),
)

# ---------------------------------------------------------------------- memory


def largest_batch(megabytes, C, H, W, F, K, pad=0):
    OH, OW = H + 2 * pad - K + 1, W + 2 * pad - K + 1
    numbers = C * H * W + C * K * K * OH * OW + F * OH * OW
    return int(megabytes * 1e6 // (4 * numbers))


PER = "An image brings C * H * W numbers, its part of the patch matrix, and F maps of outputs."
BATCH = mistakes(
    largest_batch,
    (
        "a batch that just fits is taken for too large",
        {"int(megabytes * 1e6 // (4 * numbers))": "int((megabytes * 1e6 - 1) // (4 * numbers))"},
        "All of the memory may be used.",
    ),
    ("a megabyte is taken for a thousand bytes", {"1e6": "1e3"}, "It has a million."),
    ("only the images are counted", {" + C * K * K * OH * OW + F * OH * OW": ""}, PER),
    ("only the outputs are counted", {"C * H * W + C * K * K * OH * OW + ": ""}, PER),
    ("one map of outputs is counted", {"F * OH * OW\n": "OH * OW\n"}, PER),
    (
        "only the images are counted in bytes",
        {"numbers = C": "numbers = 4 * C", "(4 * numbers)": "numbers"},
        "4 bytes a number, of all three.",
    ),
    ("bits are counted and not bytes", {"(4 * numbers)": "(32 * numbers)"}, "4 bytes a number."),
    ("megabytes are taken for bytes", {"megabytes * 1e6": "megabytes"}, "A million bytes each."),
    (
        "at least one image is said to fit",
        {"int(": "max(1, int(", "numbers))": "numbers)))"},
        "It may be none: 0.",
    ),
    ("only the patch matrix is counted", {"C * H * W + ": "", " + F * OH * OW": ""}, PER),
    ("the images are left out", {"C * H * W + ": ""}, PER),
    ("the outputs are left out", {" + F * OH * OW": ""}, PER),
    ("the patch matrix is left out", {" + C * K * K * OH * OW": ""}, PER),
    ("a number takes 8 bytes", {"(4 * numbers)": "(8 * numbers)"}, "float32 has 4 bytes."),
    ("numbers are counted and not bytes", {"(4 * numbers)": "numbers"}, "A float32 has 4 bytes."),
    ("a megabyte has 2 ** 20 bytes", {"1e6": "2**20"}, "Here it has a million."),
    (
        "one image more is counted",
        {"1e6 // (4 * numbers))": "1e6 // (4 * numbers)) + 1"},
        "One image more would not fit: round down.",
    ),
    (
        "the batch is rounded up",
        {"int(megabytes * 1e6 // (4 * numbers))": "int(np.ceil(megabytes * 1e6 / (4 * numbers)))"},
        "That many would not fit: round down.",
    ),
    (
        "the batch is rounded to the nearest",
        {"int(megabytes * 1e6 // (4 * numbers))": "round(megabytes * 1e6 / (4 * numbers))"},
        "Round down, or it may not fit.",
    ),
    (
        "the batch is not rounded",
        {"int(megabytes * 1e6 // (4 * numbers))": "megabytes * 1e6 / (4 * numbers)"},
        "A part of an image is none: round down.",
    ),
    (
        "the largest of the three is counted, not their sum",
        {
            "C * H * W + C * K * K * OH * OW + F * OH * OW": (
                "max(C * H * W, C * K * K * OH * OW, F * OH * OW)"
            )
        },
        "All three are in memory together.",
    ),
    (
        "the filters are counted with every image",
        {"+ F * OH * OW\n": "+ F * OH * OW + F * C * K * K\n"},
        PER,
    ),
    (
        "the filters take their place first",
        {"(megabytes * 1e6 //": "((megabytes * 1e6 - 4 * F * C * K * K) //"},
        "Only the three are asked for.",
    ),
    (
        "the frame of zeros is counted as well",
        {"= C * H * W": "= C * (H + 2 * pad) * (W + 2 * pad)"},
        "Images are kept as they came.",
    ),
    (
        "the patch matrix has a column for every pixel of the image",
        {"C * K * K * OH * OW": "C * K * K * H * W"},
        "The patch matrix has a column for each place of the kernel: OH * OW.",
    ),
    ("the patch matrix is that of one channel", {"C * K * K * OH": "K * K * OH"}, PER),
    (
        "each filter has a patch matrix of its own",
        {"C * K * K * OH": "F * C * K * K * OH"},
        "All filters read the same one.",
    ),
    (
        "the width of the outputs is worked out from H",
        {"W + 2 * pad - K + 1": "H + 2 * pad - K + 1"},
        "Images need not be square.",
    ),
    ("a patch has K numbers a channel", {"C * K * K * OH": "C * K * OH"}, PER),
    (
        "padding is left out",
        {"H + 2 * pad": "H", "W + 2 * pad": "W"},
        "Padding makes more patches.",
    ),
    (
        "every pixel has a patch",
        {"OH, OW = H + 2 * pad - K + 1, W + 2 * pad - K + 1": "OH, OW = H, W"},
        "How many places has the kernel?",
    ),
)

# ---------------------------------------------------------------------- code to read


def slide_in_pairs(x, g):
    M = len(x) - 2
    pairs = -(-M // 2)
    x, y = np.append(x, np.zeros(2 * pairs - M)), np.zeros(2 * pairs)
    for i in range(0, 2 * pairs, 2):
        first, last = (x[i] - x[i + 2]) * g[0], (x[i + 1] - x[i + 3]) * g[2]
        p = (x[i + 1] + x[i + 2]) * (g[0] + g[1] + g[2]) / 2
        q = (x[i + 2] - x[i + 1]) * (g[0] - g[1] + g[2]) / 2
        y[i : i + 2] = first + p + q, p - q - last
    return y[:M]


TO_READ = mistakes(
    slide_in_pairs,
    ("the first tap stands for the last", {"* g[2]\n": "* g[0]\n"}, SAVE),
    ("an odd last output is left out", {"y[:M]": "y[: M // 2 * 2]"}, RAGGED),
    ("the middle tap is added where it is taken away", {"g[0] - g[1]": "g[0] + g[1]"}, MIDDLE),
)
