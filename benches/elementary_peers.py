"""Times mathematical functions of Numba, NumPy and Pythran on the same data: reads a peer and a benchmark a line, answers the seconds of a call."""

import importlib.util
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER / "kernels"))
import elementary
from serve import serve

PYTHRAN = """
import numpy as np
#pythran export exp(float64[], float64[])
def exp(x, out):
    out[:] = np.exp(x)
#pythran export log(float64[], float64[])
def log(x, out):
    out[:] = np.log(x)
#pythran export sin(float64[], float64[])
def sin(x, out):
    out[:] = np.sin(x)
#pythran export cos(float64[], float64[])
def cos(x, out):
    out[:] = np.cos(x)
#pythran export tan(float64[], float64[])
def tan(x, out):
    out[:] = np.tan(x)
#pythran export tanh(float64[], float64[])
def tanh(x, out):
    out[:] = np.tanh(x)
#pythran export power(float64[], float64[], float64[])
def power(x, y, out):
    out[:] = np.power(x, y)
#pythran export rel_diff(float64[], float64[], float64[])
def rel_diff(x, y, out):
    out[:] = 2 * (x - y) / (x + y)
#pythran export expression(float64[], float64[], float64[], float64[])
def expression(a, b, c, out):
    out[:] = a * b + np.sin(c)
#pythran export total(float64[])
def total(x):
    return np.sum(x)
"""


def pythran():
    """The module that Pythran makes, with vectors; None where there is no Pythran or no compiler."""
    folder = pathlib.Path(tempfile.mkdtemp())
    (folder / "made.py").write_text(PYTHRAN)
    command = [str(pathlib.Path(sys.executable).parent / "pythran"), "-O3", "-march=native", "-DUSE_XSIMD", "made.py"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    file = next(folder.glob("made.*.so"))
    spec = importlib.util.spec_from_file_location("made", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE = pythran()


def data(name, n):
    """Arguments of which every function has a value."""
    low, high = {"log": (1e-3, 1e3), "power": (0.1, 10.0), "exp": (-20, 20)}.get(name, (-3, 3))
    step = (high - low) / n
    return low + step * np.arange(n)


def function(name):
    def make(n):
        x, out = data(name, n), np.zeros(n)
        ours = getattr(elementary, name)
        runs = {"numba": lambda: ours(x, out=out)}
        of_numpy = getattr(np, name, None)
        if of_numpy:
            runs["numpy"] = lambda: of_numpy(x, out=out)
        if MADE and hasattr(MADE, name):
            made = getattr(MADE, name)
            runs["pythran"] = lambda: made(x, out)
        return runs

    return make


def power(n):
    x, y, out = data("power", n), data("", n), np.zeros(n)
    runs = {"numba": lambda: elementary.power(x, y, out=out), "numpy": lambda: np.power(x, y, out=out)}
    if MADE:
        runs["pythran"] = lambda: MADE.power(x, y, out)
    return runs


def rel_diff(n):
    x, y, out = 1.0 + np.arange(n) % 100, 1.5 + np.arange(n) % 77, np.zeros(n)

    def numpy():
        np.add(x, y, out=out)
        return np.divide(2 * (x - y), out, out=out)

    runs = {"numba": lambda: elementary.rel_diff(x, y, out=out), "numpy": numpy}
    runs["loop"] = lambda: elementary.rel_diff_loop(x, y, out)
    if MADE:
        runs["pythran"] = lambda: MADE.rel_diff(x, y, out)
    return runs


def total(n):
    x = np.arange(n) % 1000 * 0.25
    runs = {"numba": lambda: elementary.total(x), "numpy": lambda: np.sum(x)}
    if MADE:
        runs["pythran"] = lambda: MADE.total(x)
    return runs


def expression(n):
    a, b, c, out = data("", n), data("exp", n), data("", n), np.zeros(n)

    def numpy():
        out[:] = a * b + np.sin(c)

    runs = {"numba": lambda: elementary.expression(a, b, c, out), "numpy": numpy}
    if MADE:
        runs["pythran"] = lambda: MADE.expression(a, b, c, out)
    return runs


CASES = {name: function(name) for name in ("exp", "log", "sin", "cos", "tan", "tanh", "erf")}
CASES |= {"power": power, "rel_diff": rel_diff, "total": total, "expression": expression}

serve(CASES)
