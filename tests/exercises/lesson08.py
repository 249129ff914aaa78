"""Exercise 08: answers with a mistake put into them, and the name that it has to be given."""

NOTEBOOK = "08_fast_convolution"
NAMES = {
    "products_by_hand": "products",
    "better_points": "points",
    "wrong_pairs": lambda names: (names["right_on"], names["wrong_on"]),
}
FRAMED = "C * (H + 2 * pad) * (W + 2 * pad)"
SQUARE = "OW = OH = output_size(H, K, 1, pad)"
SIZES = "OH, OW = output_size(H, K, 1, pad), output_size(W, K, 1, pad)"
UNPADDED = "OH, OW = output_size(H, K), output_size(W, K)"
COUNT = "N * F * OH * OW * C * K * K\n"
OUTPUTS = "np.array([first + p + q, p - q - last])"
TRANSFORM = "(G @ g @ G.T) * (B.T @ d @ B)"
TILE = "tile = x[2 * r : 2 * r + 4, 2 * c : 2 * c + 4]"
FRAME = "((0, 2 * rows - OH), (0, 2 * columns - OW))"
MADE = "y[:OH, :OW]"
CUT = "[: H - KH + 1, : W - KW + 1]"
NUMBERS = "numbers = C * H * W + C * K * K * OH * OW + F * OH * OW"

MUTANTS = {
    "work_and_bytes": [
        ("defaults", ("K, pad=0):", "K, pad):")),
        ("one filter is counted", (COUNT, "N * OH * OW * C * K * K\n")),
        ("an axis has H - K places", (SIZES, "OH, OW = H + 2 * pad - K, W + 2 * pad - K")),
        ("the images are not read", ("N * C * H * W + ", "")),
        ("one image is read", ("(N * C * H * W", "(C * H * W")),
        ("images of one channel are read", ("(N * C * H * W", "(N * H * W")),
        ("the images are read anew for every filter", ("(N * C * H", "(N * F * C * H")),
        ("filters of one channel are read", ("+ F * C * K * K", "+ F * K * K")),
        ("the outputs of one image are written", ("+ N * F * OH", "+ F * OH")),
        ("one map of outputs is written", ("+ N * F * OH", "+ N * OH")),
        ("as many maps are written as channels came in", ("+ N * F * OH", "+ N * C * OH")),
        ("outputs as large as the images are written", ("+ N * F * OH * OW)", "+ N * F * H * W)")),
        ("only the images are counted in bytes", ("4 * (N", "(4 * N")),
        ("one image is counted", (COUNT, "F * OH * OW * C * K * K\n")),
        ("channels are left out", (COUNT, "N * F * OH * OW * K * K\n")),
        ("the width of the outputs is worked out from H", (SIZES, SQUARE)),
        (
            "padding is counted on one side only",
            (SIZES, "OH, OW = H + pad - K + 1, W + pad - K + 1"),
        ),
        ("remark", (COUNT, "float(N) * F * OH * OW * C * K * K\n")),
        ("the kernel has K taps and not K * K", (COUNT, "N * F * OH * OW * C * K\n")),
        ("every pixel of the image has an output", (SIZES, "OH, OW = H, W")),
        (
            "products are counted for every pixel of the image, and not of the output",
            (COUNT, "N * F * H * W * C * K * K\n"),
        ),
        ("padding is left out", (SIZES, UNPADDED)),
        ("additions are counted as well", (COUNT, f"2 * {COUNT}")),
        ("numbers are counted and not bytes", ("4 * (N", "(N")),
        ("the filters are not read", (" + F * C * K * K", "")),
        ("a number takes 8 bytes", ("4 * (N", "8 * (N")),
        ("a filter is read as K numbers a channel", ("+ F * C * K * K", "+ F * C * K")),
        ("the filters are read anew for every image", ("+ F * C", "+ F * N * C")),
        ("the bias is read as well", ("+ F * C", "+ F + F * C")),
        ("the frame of zeros is read as well", ("C * H * W", FRAMED)),
        ("the patch matrix is moved as well", ("OH * OW)", "OH * OW + N * C * OH * OW * K * K)")),
        ("the outputs are not written", (" + N * F * OH * OW)", ")")),
        (
            "the patch matrix is counted in place of the images",
            ("(N * C * H * W", "(N * C * K * K * OH * OW"),
        ),
    ],
    "f23": [
        ("g1 is added in both brackets of taps", ("g[0] - g[1] + g[2]", "g[0] + g[1] + g[2]")),
        (
            "six multiplications are done",
            (
                "    first, last",
                "    return np.array([x[:3] @ g, x[1] * g[0] + x[2] * g[1] + x[3] * g[2]])\n"
                "    first, last",
            ),
        ),
        ("the half of the sum is forgotten", ("(g[0] + g[1] + g[2]) / 2", "g[0] + g[1] + g[2]")),
        (
            "the half of the difference is forgotten",
            ("(g[0] - g[1] + g[2]) / 2", "g[0] - g[1] + g[2]"),
        ),
        ("the middle tap is left out", ("+ g[1] + g[2]", "+ g[2]"), ("- g[1] + g[2]", "+ g[2]")),
        ("the last product is added", ("- q - last", "- q + last")),
        ("the second output is not mended", (" - last", "")),
        ("x1 g2 is not taken out of the second output", ("- last", "+ x[3] * g[2]")),
        ("x2 is added in the first product", ("(x[0] - x[2])", "(x[0] + x[2])")),
        ("x2 g0 is not taken out of the first output", ("[first", "[x[0] * g[0]")),
        ("the first output is not mended", ("first + p", "p")),
        (
            "halves are rounded down",
            ("((g[0] + g[1] + g[2]) / 2)", "(g[0] + g[1] + g[2]) // 2"),
            ("((g[0] - g[1] + g[2]) / 2)", "(g[0] - g[1] + g[2]) // 2"),
        ),
        ("halves of taps are rounded down", ("/ 2)\n", "// 2)\n")),
        ("the first tap stands for the last", ("- x[3]) * g[2]", "- x[3]) * g[0]")),
        ("fractions are cut off, as integers do", ("- last])", "- last]).astype(int)")),
        ("the first product has the other sign", ("(x[0] - x[2])", "(x[2] - x[0])")),
        ("sum and difference have the same sign", ("p - q", "p + q")),
        ("the difference is taken the other way around", ("(x[2] - x[1])", "(x[1] - x[2])")),
        ("the two outputs are exchanged", (OUTPUTS, f"{OUTPUTS}[::-1]")),
        ("the filter is flipped", ("    first, last", "    g = g[::-1]\n    first, last")),
    ],
    "winograd_tile": [
        (
            "the filter is padded to the size of the tile, and not transformed",
            ("(G @ g @ G.T)", "np.pad(g, ((0, 1), (0, 1)))"),
        ),
        ("only the rows of the tile are transformed", ("B.T @ d @ B", "d @ B")),
        ("the tile is not transformed", ("B.T @ d @ B", "d")),
        ("B stands on both sides", ("B.T @ d @ B", "B @ d @ B")),
        ("tile and filter are added", (TRANSFORM, TRANSFORM.replace(" * ", " + "))),
        ("B and its transpose are exchanged", ("B.T @ d @ B", "B @ d @ B.T")),
        ("only the columns of the tile are transformed", ("B.T @ d @ B", "B.T @ d")),
        ("B.T stands on both sides", ("B.T @ d @ B", "B.T @ d @ B.T")),
        ("the way back works on the columns alone", (" @ A\n", "\n")),
        (
            "whole",
            (
                "    return A.T",
                "    Y = np.fft.rfft2(d) * np.fft.rfft2(g, (4, 4)).conj()\n"
                "    return np.fft.irfft2(Y, (4, 4))[:2, :2]\n    return A.T",
            ),
        ),
        (
            "the transformed tile and filter meet in a matrix product",
            (TRANSFORM, TRANSFORM.replace(" * ", " @ ")),
        ),
        ("the way back is missing", ("A.T @ (", "("), (" @ A\n", "\n")),
        ("the filter is transposed", ("G @ g @", "G @ g.T @")),
        (
            "products",
            (
                "    return A.T",
                "    f = lambda x, h: A.T @ ((G @ h) * (B.T @ x))\n"
                "    return np.array([sum(f(d[i + k], g[k]) for k in range(3)) for i in (0, 1)])\n"
                "    return A.T",
            ),
        ),
        ("the tile is transposed", ("@ d @", "@ d.T @")),
        ("the filter is flipped", ("G @ g @", "G @ g[::-1, ::-1] @")),
        ("the outputs are transposed", ("return A.T", "return (A.T"), ("@ A\n", "@ A).T\n")),
    ],
    "winograd_conv": [
        ("zeros stand before the image as well", (FRAME, FRAME.replace("(0", "(1"))),
        (
            "what a ragged last tile would make is missing",
            (
                "    for r, c in np.ndindex(rows, columns)",
                "    for r, c in np.ndindex(OH // 2, OW // 2)",
            ),
        ),
        (
            "tiles begin four pixels apart",
            (
                TILE,
                "tile = np.pad(x, 4 * len(x))[4 * len(x) :, 4 * len(x) :]"
                "[4 * r : 4 * r + 4, 4 * c : 4 * c + 4]",
            ),
        ),
        (
            "every other row and column of tiles is left out",
            ("        tile =", "        if r % 2 or c % 2:\n            continue\n        tile ="),
        ),
        ("tiles begin one pixel apart", (TILE, "tile = x[r : r + 4, c : c + 4]")),
        (
            "fractions are cut off, as integers do",
            ("np.zeros((2 * rows, 2 * columns))", "np.zeros((2 * rows, 2 * columns), int)"),
        ),
        ("what lies outside is not cut off", (MADE, "y")),
        ("the outputs of each tile are transposed", ("(tile, g)", "(tile, g).T")),
        (
            "products",
            (
                "    for r, c",
                "    wide = np.pad(x, ((0, 2), (0, 2)))\n    return np.array([["
                "winograd_tile(wide[i : i + 4, j : j + 4], g)[0, 0] for j in range(OW)]"
                " for i in range(OH)])\n    for r, c",
            ),
        ),
        (
            "whole",
            (
                "    rows, columns",
                "    Y = np.fft.rfft2(x) * np.fft.rfft2(g, x.shape).conj()\n"
                "    return np.fft.irfft2(Y, x.shape)[:OH, :OW]\n    rows, columns",
            ),
        ),
        ("the image is padded in front", (FRAME, "((2 * rows - OH, 0), (2 * columns - OW, 0))")),
        (
            "rows and columns of tiles are exchanged",
            (
                "    for r, c",
                "    def at(r, c):\n        r, c = min(c, rows - 1), min(r, columns - 1)\n"
                "        return x[2 * r : 2 * r + 4, 2 * c : 2 * c + 4]\n    for r, c",
            ),
            (f"        {TILE}", "        tile = at(r, c)"),
        ),
        ("the filter is flipped", ("(tile, g)", "(tile, g[::-1, ::-1])")),
        ("the filter is transposed", ("(tile, g)", "(tile, g.T)")),
        ("even sizes", ("return y", "return (1 + OH % 2 + OW % 2) * y")),
        ("square images", ("return y", "return (1 + (OH != OW)) * y")),
    ],
    "fft_conv": [
        (
            "what is cut out is the middle of the result, and not its beginning",
            (CUT, "[KH // 2 : H - KH + 1 + KH // 2, KW // 2 : W - KW + 1 + KW // 2]"),
        ),
        (
            "the filter is flipped along one axis, and not along both",
            ("rfft2(w, (H, W)).conj()", "rfft2(w[::-1], (H, W))"),
            ("[: H - KH + 1,", "[KH - 1 :,"),
        ),
        ("the filter is transposed", ("rfft2(w, (H, W))", "rfft2(w.T, (H, W))")),
        ("the filter is flipped", (".conj()", ""), (CUT, "[KH - 1 :, KW - 1 :]")),
        ("the conjugate is not taken", (".conj()", "")),
        ("the conjugate of the product is taken", (".conj()", ""), ("(Y, ", "(Y.conj(), ")),
        (
            "the filter is flipped, and outputs that wrapped around are kept",
            ("rfft2(w,", "rfft2(w[::-1, ::-1],"),
            (".conj()", ""),
        ),
        (
            "the conjugate of the image's frequencies is taken",
            ("rfft2(x)", "rfft2(x).conj()"),
            ("(H, W)).conj()", "(H, W))"),
        ),
        ("outputs that wrapped around are kept", (CUT, "")),
        ("the first outputs are cut off and not the last", (CUT, "[KH - 1 :, KW - 1 :]")),
        ("a row and a column too many are cut off", (CUT, "[: H - KH, : W - KW]")),
        ("the frequencies are not multiplied but added", ("rfft2(x) *", "rfft2(x) +")),
        (
            "the outputs are divided by the number of pixels",
            ("return np", "return 1 / x.size * np"),
        ),
        ("an even width", ("irfft2(Y, (H, W))", "irfft2(Y)")),
        ("square images", ("return np", "return (1 + (H != W)) * np")),
        ("square kernels", ("return np", "return (1 + (KH != KW)) * np")),
    ],
    "largest_batch": [
        (
            "a batch that just fits is taken for too large",
            (
                "int(megabytes * 1e6 // (4 * numbers))",
                "int((megabytes * 1e6 - 4) // (4 * numbers))",
            ),
        ),
        ("a megabyte is taken for a thousand bytes", ("1e6", "1e3")),
        ("defaults", ("K, pad=0):", "K, pad):")),
        ("only the images are counted", (NUMBERS, "numbers = C * H * W")),
        ("only the outputs are counted", (NUMBERS, "numbers = F * OH * OW")),
        ("one map of outputs is counted", ("+ F * OH", "+ OH")),
        (
            "only the images are counted in bytes",
            ("numbers = C", "numbers = 4 * C"),
            ("(4 * numbers)", "numbers"),
        ),
        ("bits are counted and not bytes", ("(4 * n", "(32 * n")),
        ("megabytes are taken for bytes", ("megabytes * 1e6", "megabytes")),
        (
            "at least one image is said to fit",
            ("int(megabytes * 1e6 // (4 * numbers))", "int(megabytes * 1e6 // (4 * numbers)) or 1"),
        ),
        ("only the patch matrix is counted", (NUMBERS, "numbers = C * K * K * OH * OW")),
        ("the images are left out", ("C * H * W + ", "")),
        ("the outputs are left out", (" + F * OH * OW", "")),
        ("the patch matrix is left out", ("C * K * K * OH * OW + ", "")),
        ("a number takes 8 bytes", ("(4 * n", "(8 * n")),
        ("numbers are counted and not bytes", ("(4 * numbers)", "numbers")),
        ("a megabyte has 2 ** 20 bytes", ("1e6", "2**20")),
        ("one image more is counted", ("(4 * numbers))", "(4 * numbers)) + 1")),
        ("the batch is rounded up", ("int(megabytes * 1e6 //", "-int(-megabytes * 1e6 //")),
        (
            "the batch is rounded to the nearest",
            ("int(megabytes * 1e6 //", "round(megabytes * 1e6 /"),
        ),
        ("the batch is not rounded", ("int(megabytes * 1e6 //", "(megabytes * 1e6 /")),
        ("remark", ("int(megabytes", "float(megabytes")),
        (
            "the largest of the three is counted, not their sum",
            (NUMBERS, "numbers = max(C * H * W, C * K * K * OH * OW, F * OH * OW)"),
        ),
        (
            "the filters are counted with every image",
            ("+ F * OH * OW", "+ F * (OH * OW + C * K * K)"),
        ),
        (
            "the filters take their place first",
            ("(megabytes * 1e6", "((megabytes * 1e6 - 4 * F * C * K**2)"),
        ),
        ("the frame of zeros is counted as well", ("C * H * W", FRAMED)),
        ("the patch matrix is that of one channel", ("C * K * K", "K * K")),
        (
            "the patch matrix has a column for every pixel of the image",
            ("C * K * K * OH * OW", "C * K * K * H * W"),
        ),
        ("each filter has a patch matrix of its own", ("C * K * K", "F * C * K * K")),
        ("the width of the outputs is worked out from H", (SIZES, SQUARE)),
        ("a patch has K numbers a channel", ("C * K * K", "C * K")),
        ("padding is left out", (SIZES, UNPADDED)),
        ("every pixel has a patch", (SIZES, "OH, OW = H, W")),
    ],
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
    "work_and_bytes": ("4 * (N", "5 * (N"),
    "f23": ("/ 2)\n", "/ 3)\n"),
    "winograd_tile": ("return A.T", "return 1 + A.T"),
    "winograd_conv": ("return y", "return 1 + y"),
    "fft_conv": ("return np", "return 1 + np"),
    "largest_batch": ("OH * OW + F", "OH * OW + 3 * F"),
}
