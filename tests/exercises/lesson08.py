"""Exercise 08: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "08_fast_convolution"
NAMES = {
    "products_by_hand": "products",
    "better_points": "points",
    "wrong_pairs": lambda names: (names["right_on"], names["wrong_on"]),
}
SQUARE = "OW = OH = output_size(H, K, 1, pad)"
SIZES = "OH, OW = output_size(H, K, 1, pad), output_size(W, K, 1, pad)"
UNPADDED = "OH, OW = output_size(H, K), output_size(W, K)"
OUTPUTS = "np.array([first + p + q, p - q - last])"
TILE = "tile = x[2 * r : 2 * r + 4, 2 * c : 2 * c + 4]"
PUT = "y[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]"
CUT = "[: H - KH + 1, : W - KW + 1]"

MUTANTS = {
    "work_and_bytes": {
        "an axis has H - K places": {SIZES: "OH, OW = H + 2 * pad - K, W + 2 * pad - K"},
        "the width of the outputs is worked out from H": {SIZES: SQUARE},
        "padding is counted on one side only": {SIZES: "OH, OW = H + pad - K + 1, W + pad - K + 1"},
        "every pixel of the image has an output": {SIZES: "OH, OW = H, W"},
        "padding is left out": {SIZES: UNPADDED},
    },
    "f23": {
        "the product with the difference has the wrong sign in the first output": {
            "first + p + q": "first + p - q"
        },
        "the product with the sum has the wrong sign in the first output": {
            "first + p": "first - p"
        },
        "the product with the sum has the wrong sign in the second output": {", p - q": ", -p - q"},
        "six multiplications are done": {
            "    first, last": (
                "    return np.array([x[:3] @ g, x[1] * g[0] + x[2] * g[1] + x[3] * g[2]])\n"
                "    first, last"
            )
        },
        "the first output is not mended": {"first + p": "p"},
        "halves of taps are rounded down": {"/ 2)\n": "// 2)\n"},
        "sum and difference have the same sign": {"p - q": "p + q"},
        "what mends the first output and what mends the second are exchanged": {
            OUTPUTS: "np.array([p + q - last, p - q + first])"
        },
        "the two outputs are exchanged": {OUTPUTS: f"{OUTPUTS}[::-1]"},
    },
    "winograd_tile": {
        "whole": {
            "    return A.T": "    Y = np.fft.rfft2(d) * np.fft.rfft2(g, (4, 4)).conj()\n"
            "    return np.fft.irfft2(Y, (4, 4))[:2, :2]\n    return A.T"
        },
        "products": {
            "    return A.T": "    f = lambda x, h: A.T @ ((G @ h) * (B.T @ x))\n"
            "    return np.array([sum(f(d[i + k], g[k]) for k in range(3)) for i in (0, 1)])\n"
            "    return A.T"
        },
    },
    "winograd_conv": {
        "the outputs of a tile are written one pixel behind the last, and cover some of them": {
            PUT: "y[r : r + 2, c : c + 2]"
        },
        "the outputs of a row of tiles come below each other, and those of a column side by side": {
            "np.zeros((2 * rows, 2 * columns))": "np.zeros((2 * columns, 2 * rows))",
            PUT: "y[2 * c : 2 * c + 2, 2 * r : 2 * r + 2]",
        },
        "each tile begins one row too late": {
            TILE: "tile = np.pad(x, ((0, 1), (0, 0)))[2 * r + 1 : 2 * r + 5, 2 * c : 2 * c + 4]"
        },
        "each tile begins one column too late": {
            TILE: "tile = np.pad(x, ((0, 0), (0, 1)))[2 * r : 2 * r + 4, 2 * c + 1 : 2 * c + 5]"
        },
        "each tile is transposed before it goes in": {"(tile, g)": "(tile.T, g)"},
        "tiles begin four pixels apart": {
            TILE: "tile = np.pad(x, 4 * len(x))[4 * len(x) :, 4 * len(x) :]"
            "[4 * r : 4 * r + 4, 4 * c : 4 * c + 4]"
        },
        "tiles begin one pixel apart": {TILE: "tile = x[r : r + 4, c : c + 4]"},
        "the outputs of each tile are transposed, or tile and filter both": {
            "(tile, g)": "(tile, g).T"
        },
        "products": {
            "    for r, c": "    wide = np.pad(x, ((0, 2), (0, 2)))\n    return np.array([["
            "winograd_tile(wide[i : i + 4, j : j + 4], g)[0, 0] for j in range(OW)]"
            " for i in range(OH)])\n    for r, c"
        },
        "whole": {
            "    rows, columns": "    Y = np.fft.rfft2(x) * np.fft.rfft2(g, x.shape).conj()\n"
            "    return np.fft.irfft2(Y, x.shape)[:OH, :OW]\n    rows, columns"
        },
        "rows and columns of tiles are exchanged": {
            "    for r, c": (
                "    def at(r, c):\n        r, c = min(c, rows - 1), min(r, columns - 1)\n"
                "        return x[2 * r : 2 * r + 4, 2 * c : 2 * c + 4]\n    for r, c"
            ),
            f"        {TILE}": "        tile = at(r, c)",
        },
        "the filter is flipped": {"(tile, g)": "(tile, g[::-1, ::-1])"},
        "the filter is transposed": {"(tile, g)": "(tile, g.T)"},
        "even sizes": {"return y": "return (1 + OH % 2 + OW % 2) * y"},
        "square images": {"return y": "return (1 + (OH != OW)) * y"},
        "images that are not much wider than high": {
            "-(-OW // 2)": "-(-OH // 2)",
            "2 * columns - OW": "max(0, 2 * columns - OW)",
        },
        "what a ragged last tile would make is missing": {
            "    for r, c in np.ndindex(rows, columns)": (
                "    for r, c in np.ndindex(OH // 2, OW // 2)"
            )
        },
    },
    "fft_conv": {
        "the filter is flipped along one axis, and not along both": {
            "rfft2(w, (H, W)).conj()": "rfft2(w[::-1], (H, W))",
            "[: H - KH + 1,": "[KH - 1 :,",
        },
        "the filter is flipped": {".conj()": "", CUT: "[KH - 1 :, KW - 1 :]"},
        "the filter is flipped, and nothing is cut off": {
            "rfft2(w, (H, W)).conj()": "rfft2(np.flip(w), (H, W))",
            CUT: "",
        },
        "the conjugate of the product is taken": {".conj()": "", "(Y, ": "(Y.conj(), "},
        "outputs that wrapped around are kept": {CUT: ""},
        "the first outputs are cut off and not the last": {CUT: "[KH - 1 :, KW - 1 :]"},
        "a row and a column too many are cut off": {CUT: "[: H - KH, : W - KW]"},
        "the outputs are divided by the number of pixels": {"return np": "return 1 / x.size * np"},
        "an even width": {"irfft2(Y, (H, W))": "irfft2(Y)"},
        "square images": {"return np": "return (1 + (H != W)) * np"},
        "square kernels": {"return np": "return (1 + (KH != KW)) * np"},
    },
    "largest_batch": {
        "the width of the outputs is worked out from H": {SIZES: SQUARE},
        "padding is left out": {SIZES: UNPADDED},
        "every pixel has a patch": {SIZES: "OH, OW = H, W"},
    },
}
QUESTIONS = {
    "products_by_hand": [
        (
            "it is said what share of the direct ones is left",
            {"F(2x2, 3x3)": 0.44, "F(4x4, 3x3)": 0.25},
        ),
        ("the products are not divided by the outputs", {"F(4x4, 3x3)": 36, "F(2x2, 5x5)": 36}),
        ("one axis is counted", {"F(2x2, 3x3)": 2, "F(4x4, 5x5)": 2}),
        (
            "the products are divided by m and not by m * m",
            {"F(2x2, 3x3)": 8, "F(4x4, 3x3)": 9, "F(2x2, 5x5)": 18},
        ),
        ("it is said how many times fewer they are", {"F(2x2, 3x3)": 2.25, "F(4x4, 3x3)": 4}),
        ("a tile has m + K pixels along an axis", {"F(2x2, 3x3)": 6.25, "F(4x4, 3x3)": 3.06}),
        ("a tile has m + K - 2 pixels along an axis", {"F(4x4, 3x3)": 1.56, "F(2x2, 5x5)": 6.25}),
        ("the products are divided by the taps", {"F(2x2, 3x3)": 1.78, "F(2x2, 5x5)": 1.44}),
        ("these are the direct ones", {"F(2x2, 3x3)": 9, "F(2x2, 5x5)": 25}),
        ("outputs are divided by products", {"F(2x2, 3x3)": 0.25, "F(4x4, 3x3)": 0.44}),
    ]
}
# Wrong, and none of the mistakes that the check knows.
UNKNOWN = {
    "work_and_bytes": {"4 * (N": "5 * (N"},
    "f23": {"/ 2)\n": "/ 3)\n"},
    "winograd_tile": {"return A.T": "return 1 + A.T"},
    "winograd_conv": {"return y": "return 1 + y"},
    "fft_conv": {"return np": "return 1 + np"},
    "largest_batch": {"OH * OW + F": "OH * OW + 3 * F"},
}
