"""The benchmarks as NumPy's users write them: operations on whole arrays."""

import math

import numpy as np


def mandelbrot(image, max_iters):
    height, width = image.shape
    y, x = np.ogrid[0:height, 0:width]
    c = (-2.0 + x * (3.0 / width)) + 1j * (-1.0 + y * (2.0 / height))
    z = np.zeros_like(c)
    image[...] = 255
    inside = np.ones(c.shape, np.bool_)
    for i in range(max_iters):
        z[inside] = z[inside] ** 2 + c[inside]
        left = inside & (z.real * z.real + z.imag * z.imag >= 4)
        image[left] = 255 * i // max_iters
        inside &= ~left


def total(x):
    return np.sum(x)


def smooth(x, out):
    out[1:-1] = 0.25 * x[:-2] + 0.5 * x[1:-1] + 0.25 * x[2:]


def pairwise(points, distances):
    difference = points[:, None, :] - points[None, :, :]
    np.sqrt(np.sum(difference * difference, axis=2), out=distances)


def neighbours(grid):
    padded = np.pad(grid, 1).astype(np.int64)
    count = np.zeros(grid.shape, np.int64)
    for i in range(3):
        for j in range(3):
            if (i, j) != (1, 1):
                count += padded[i : i + grid.shape[0], j : j + grid.shape[1]]
    return count.max()


def cnd(d):
    k = 1.0 / (1.0 + 0.2316419 * np.abs(d))
    polynomial = k * (
        0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    )
    tail = np.exp(-0.5 * d * d) / math.sqrt(2.0 * math.pi) * polynomial
    return np.where(d > 0, 1.0 - tail, tail)


def options(calls, puts, prices, strikes, years, risk_free, volatility):
    deviation = volatility * np.sqrt(years)
    d1 = (np.log(prices / strikes) + (risk_free + 0.5 * volatility**2) * years) / deviation
    d2 = d1 - deviation
    discounted = strikes * np.exp(-risk_free * years)
    below1, below2 = cnd(d1), cnd(d2)
    calls[:] = prices * below1 - discounted * below2
    puts[:] = discounted * (1.0 - below2) - prices * (1.0 - below1)
