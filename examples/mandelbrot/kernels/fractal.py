"""The Mandelbrot set. This file runs under CPython as it stands, and compiles to native code, for GPUs too."""

from numba import cuda, njit, float64, int64, uint8


@njit
def mandel(x: float64, y: float64, max_iters: int64) -> int64:
    """The shade of a point: how soon it escapes, 255 if it does not."""
    c = complex(x, y)
    z = 0j
    for i in range(max_iters):
        z = z * z + c
        if z.real * z.real + z.imag * z.imag >= 4:
            return 255 * i // max_iters
    return 255


@njit
def create_rows(min_x: float64, max_x: float64, min_y: float64, max_y: float64,
                height: int64, first: int64, rows: uint8[:, :], iters: int64):
    """Renders the rows of an image from row number first on."""
    width = rows.shape[1]
    pixel_x = (max_x - min_x) / width
    pixel_y = (max_y - min_y) / height
    for row in range(rows.shape[0]):
        y = min_y + (first + row) * pixel_y
        for column in range(width):
            x = min_x + column * pixel_x
            rows[row, column] = uint8(mandel(x, y, iters))


@njit
def create_fractal(min_x: float64, max_x: float64, min_y: float64, max_y: float64,
                   image: uint8[:, :], iters: int64):
    """Renders a whole image."""
    create_rows(min_x, max_x, min_y, max_y, image.shape[0], 0, image, iters)


@cuda.jit
def create_on_gpu(min_x: float64, max_x: float64, min_y: float64, max_y: float64,
                  image: uint8[:, ::1], iters: int64):
    """Renders a whole image on a GPU: each thread a pixel."""
    column, row = cuda.grid(2)
    height, width = image.shape
    if row < height and column < width:
        x = min_x + column * ((max_x - min_x) / width)
        y = min_y + row * ((max_y - min_y) / height)
        image[row, column] = uint8(mandel(x, y, iters))
