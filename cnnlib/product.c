/* The loop of numpy.matmul for the browser edition, where NumPy has no BLAS.

NumPy calls it with pairs of matrices of any strides: (m, depth) @ (depth, n).  Blocks of the right
one are copied into panels of two vectors' width; then four rows of the left one at a time meet a
panel, and their sums stay in registers.  After Goto and van de Geijn, "Anatomy of high-performance
matrix multiplication" (2008).  docs/publishing.md says how this file becomes product.wasm. */

#ifndef T /* the file as it is given: once for each type of number */
#define T float
#define PRODUCT product32
#include __FILE__
#undef T
#undef PRODUCT
#define T double
#define PRODUCT product64
#include __FILE__
#else

#define NAME_(name, type) name##_##type
#define NAME(name, type) NAME_(name, type)
#define vector NAME(vector, T)
#define tile NAME(tile, T)
#define LANES ((int)(16 / sizeof(T)))
#define WIDE (2 * LANES) /* columns of a panel */
#define DEEP 256         /* rows of a block */
#define BROAD 128        /* columns of a block */
#define ROWS 4
#define AT(base, step) (*(T *)((base) + (step)))

typedef T vector __attribute__((vector_size(16), aligned(sizeof(T))));

/* Add to a few rows of y, or begin them with, what as many rows of a give with a panel. */
static inline __attribute__((always_inline)) void tile(
    const int rows, int depth, int width, int begin, char *a, int am, int ak, const T *panel,
    char *y, int ym, int yn)
{
    vector sum[ROWS][2];
    for (int i = 0; i < rows; i++)
        sum[i][0] = sum[i][1] = (vector){0};
    for (int k = 0; k < depth; k++, a += ak, panel += WIDE) {
        vector left = *(vector *)panel, right = *(vector *)(panel + LANES);
        for (int i = 0; i < rows; i++) {
            sum[i][0] += AT(a, i * am) * left;
            sum[i][1] += AT(a, i * am) * right;
        }
    }
    for (int i = 0; i < rows; i++, y += ym) {
        if (width == WIDE && yn == sizeof(T)) {
            vector *to = (vector *)y;
            to[0] = begin ? sum[i][0] : to[0] + sum[i][0];
            to[1] = begin ? sum[i][1] : to[1] + sum[i][1];
        } else
            for (int j = 0; j < width; j++) {
                T s = sum[i][j / LANES][j % LANES];
                AT(y, j * yn) = begin ? s : AT(y, j * yn) + s;
            }
    }
}

void PRODUCT(char **args, const int *sizes, const int *steps, void *unused)
{
    T block[DEEP * BROAD];
    const int m = sizes[1], depth = sizes[2], n = sizes[3];
    const int am = steps[3], ak = steps[4], bk = steps[5], bn = steps[6];
    const int ym = steps[7], yn = steps[8];
    for (int pair = 0; pair < sizes[0]; pair++)
        for (int column = 0; column < n; column += BROAD)
            for (int row = 0; row == 0 || row < depth; row += DEEP) {
                const int d = depth - row < DEEP ? depth - row : DEEP;
                const int broad = n - column < BROAD ? n - column : BROAD;
                char *a = args[0] + pair * steps[0] + row * ak;
                char *b = args[1] + pair * steps[1] + row * bk + column * bn;
                char *y = args[2] + pair * steps[2] + column * yn;
                for (int k = 0; k < d; k++, b += bk) {
                    T *to = block + k * WIDE;
                    int j = 0;
                    for (; bn == sizeof(T) && j + WIDE <= broad; j += WIDE, to += d * WIDE) {
                        ((vector *)to)[0] = ((vector *)&AT(b, j * bn))[0];
                        ((vector *)to)[1] = ((vector *)&AT(b, j * bn))[1];
                    }
                    for (; j < broad; j += WIDE, to += d * WIDE)
                        for (int i = 0; i < WIDE; i++)
                            to[i] = j + i < broad ? AT(b, (j + i) * bn) : 0;
                }
                for (int j = 0; j < broad; j += WIDE) {
                    const int width = broad - j < WIDE ? broad - j : WIDE;
                    int i = 0;
                    for (; i + ROWS <= m; i += ROWS)
                        tile(ROWS, d, width, row == 0, a + i * am, am, ak, block + j * d,
                             y + i * ym + j * yn, ym, yn);
                    for (; i < m; i++)
                        tile(1, d, width, row == 0, a + i * am, am, ak, block + j * d,
                             y + i * ym + j * yn, ym, yn);
                }
            }
}

#undef vector
#undef tile
#endif
