"""Times NumPy's functions of arrays in Numba and in NumPy on the same data: reads a peer and a benchmark a line, answers the seconds of a call."""

import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER / "kernels"))
import arrays
import naive
import numerics
import whole_arrays
from serve import seconds

SIDE = 1000
SORTED = 100_000


def number(i):
    return (np.asarray(i) * 2654435761 % 2**32) / (2.0**32 - 1) - 0.5


def matrix(order, dtype):
    return (np.array(number(np.arange(SIDE * SIDE)).reshape(SIDE, SIDE), dtype, order=order),)


def run(name, dtype):
    """The arguments of a function of arrays of one dimension."""
    n = SIDE * SIDE
    x, few = number(np.arange(n)), number(np.arange(SORTED))
    places = np.arange(n) * 7919 % n
    if name == "nansum":
        x[number(np.arange(n) + n) > 0.4375] = np.nan
    if name in ("sort", "argsort", "unique"):
        x = few
    if name == "unique_many":
        x = np.floor(few * 1000.0)
    x = x.astype(dtype)
    return {"taken": (x, places), "put": (x.copy(), places, x)}.get(name, (x,))


def of_arrays(name, *kinds):
    """The calls of a kernel of `arrays.py`; and of NumPy, which runs the same text."""
    n = name.removeprefix("product_") if name.startswith("product_") else None
    if n:
        x = number(np.arange(int(n) ** 2)).reshape(int(n), int(n)).astype(kinds[0])
        kernel, args = arrays.product, (x, x)
    elif len(kinds) == 2:
        kernel, args = getattr(arrays, name), matrix(*kinds)
    else:
        kernel, args = getattr(arrays, name.removesuffix("_many")), run(name, *kinds)
    return {"numba": lambda: kernel(*args), "numpy": lambda: kernel.py_func(*args)}


def of_numerics(name):
    """The calls of a kernel of `numerics.py`, whose size stands behind its name."""
    name, _, n = name.rpartition("_")
    n, kernel = int(n), getattr(numerics, name)
    side = min(n, SIDE)
    square = number(np.arange(side * side)).reshape(side, side)
    system = square @ square.T + side * np.eye(side)
    args = {
        "einsum_stack": lambda: (number(np.arange(n * 16)).reshape(n, 4, 4),) * 2,
        "einsum_rows": lambda: (square, square),
        "einsum_product": lambda: (square, square),
        "solve": lambda: (system, number(np.arange(n))),
        "fft": lambda: (number(np.arange(n)).astype(complex),),
    }
    if name.startswith("legacy"):
        given = (n,)
    elif name.startswith("rng"):
        given = (np.random.default_rng(1), n)
    else:
        given = args.get(name, lambda: (system,))()
    return {"numba": lambda: kernel(*given), "numpy": lambda: kernel.py_func(*given)}


image = np.zeros((200, 300), np.uint8)
prices = 80.0 + np.arange(100_000) % 41
strikes = np.full(100_000, 100.0)
years = 0.25 + np.arange(100_000) % 8 * 0.25
calls, puts = np.zeros(100_000), np.zeros(100_000)
grid = number(np.arange(SIDE * SIDE)).reshape(SIDE, SIDE) < -0.25
lines = (np.arange(900) * 37 % 101 * 0.01).reshape(150, 6)
points = (np.arange(1500) % 97 * 0.01).reshape(500, 3)
near = np.zeros((500, 500))

# What NumPy runs in the place of loops over Python's objects, which take seconds.
NAIVE = {
    "mandelbrot": ((image, 200), whole_arrays.mandelbrot),
    "black_scholes": ((calls, puts, prices, strikes, years, 0.02, 0.3), whole_arrays.options),
    "find_max_neighbours": ((grid,), whole_arrays.neighbours),
    "neighbours_whole": ((grid,), whole_arrays.neighbours),
    "compute": ((lines,), None),
    "pairwise": ((points, near), whole_arrays.pairwise),
    "pairwise_whole": ((points, near), whole_arrays.pairwise),
}


def of_naive(name):
    args, of_numpy = NAIVE[name]
    kernel = getattr(naive, name)
    made = {"numba": lambda: kernel(*args)}
    if of_numpy:
        made["numpy"] = lambda: of_numpy(*args)
    return made


def accepted(made):
    """Those of the calls that run: Numba refuses some kernels."""
    runs = {}
    for peer, call in made.items():
        try:
            call()
        except Exception as error:
            print(f"{peer} refuses: {error}", file=sys.stderr)
        else:
            runs[peer] = call
    return runs


made = (None, None)
print("ready", flush=True)
for line in sys.stdin:
    peer, _, name = line.strip().partition(" ")
    if made[0] != name:
        made = (None, None)
        kernel = name.rpartition("_")[0]
        make = of_naive if name in NAIVE else of_numerics if hasattr(numerics, kernel) else of_arrays
        made = (name, accepted(make(*name.split())))
    call = made[1].get(peer)
    print(seconds(call, 0.001) if call else "nan", flush=True)
