"""A stand-in for `numba.cuda`: a thread of Python for each thread of a GPU, one block after the other.

It runs what kernels say, barriers and warps included, and promises no order of threads: transcripts hold
only what every order gives.
"""

import functools
import inspect
import math
import operator
import sys
import threading
from concurrent.futures import Future
from fractions import Fraction

import numpy as np

from . import kernel, pick, random
from .signatures import annotated, check, read_signatures

warpsize = 32
ALL_LANES = 0xFFFFFFFF
STACK = 1 << 20

here = threading.local()

# For `from numba.cuda.random import …`: this module is no package.
sys.modules[f"{__name__}.random"] = random


class Stopped(Exception):
    """Another thread has raised."""


class Meeting:
    """Where threads of a block wait for each other, and hand each other values."""

    def __init__(self, members):
        self.changed = threading.Condition()
        self.members = set(members)
        self.given = {}

    def meet(self, value=None, among=None):
        """What all threads have given, or those among them, by their numbers; each that is still there waits."""
        key = None if among is None else frozenset(among)
        with self.changed:
            self.given.setdefault(key, ({}, Future()))[0][here.number] = value
            self.settle()
            found = self.given.get(key)
            future = found[1] if found and here.number in found[0] else None
            future = future or self.last
        return future.result()

    def leave(self):
        """A thread has ended."""
        with self.changed:
            self.members.discard(here.number)
            self.settle()

    def settle(self):
        """Lets those go on for whom nobody is missing."""
        for key, (given, future) in list(self.given.items()):
            wanted = self.members if key is None else self.members & key
            if wanted <= given.keys():
                del self.given[key]
                self.last = future
                future.set_result(given)

    def stop(self):
        """Ends all who wait."""
        with self.changed:
            waiting, self.given = self.given, {}
            self.members = set()
            for _, future in waiting.values():
                future.set_exception(Stopped())


class Block:
    """A block while it runs."""

    def __init__(self, index, grid, size, shared):
        self.index, self.grid, self.size = index, grid, size
        threads = range(size[0] * size[1] * size[2])
        self.all = Meeting(threads)
        self.warps = [Meeting(threads[first : first + warpsize]) for first in threads[::warpsize]]
        self.arrays = {}
        self.given = np.zeros(shared, np.uint8)

    def run(self, function, args):
        """Runs all threads; raises what the first of them has raised."""
        raised = {}

        def work(number):
            here.block, here.number = self, number
            try:
                function(*args)
            except Stopped:
                pass
            except BaseException as error:
                raised[number] = error
                for meeting in [self.all, *self.warps]:
                    meeting.stop()
            finally:
                self.all.leave()
                self.warps[number // warpsize].leave()

        before = threading.stack_size(STACK)
        threads = [threading.Thread(target=work, args=(number,)) for number in sorted(self.all.members)]
        for thread in threads:
            thread.start()
        threading.stack_size(before)
        for thread in threads:
            thread.join()
        if raised:
            raise raised[min(raised)]


class Launched:
    """What `@cuda.jit` makes of a function: launched by `kernel[grid, block](…)`."""

    def __init__(self, function, signatures):
        self.function, self.signatures = function, signatures
        self.is_kernel = True
        functools.update_wrapper(self, function)

    def __getitem__(self, extent):
        grid, block, *rest = extent
        return functools.partial(self.launch, three(grid), three(block), rest[1] if len(rest) > 1 else 0)

    def launch(self, grid, block, shared, *args):
        """Runs all blocks, one after the other."""
        signature = pick(self.function, self.signatures, args)
        args = [param.convert(arg) for param, arg in zip(signature.params, args)]
        for z, y, x in np.ndindex(*reversed(grid)):
            Block((x, y, z), grid, block, shared).run(self.function, args)


def three(extent):
    """An extent in all three directions."""
    extent = extent if isinstance(extent, tuple) else (extent,)
    return (*extent, 1, 1)[:3]


def jit(declared=None, device=False, **options):
    """`@cuda.jit`, with signatures of any form and with any of Numba's options."""
    if inspect.isfunction(declared):
        return launched(declared, [], device)
    declared = options.get("func_or_sig", declared)
    signatures = [] if declared is None else read_signatures(declared)
    return lambda function: launched(function, signatures, device)


def launched(function, signatures, device):
    """A kernel, or a function that kernels call."""
    signatures = signatures or annotated(function)
    if device:
        return kernel(function, signatures)
    check(function, signatures)
    return Launched(function, signatures)


class Directions:
    """`cuda.threadIdx` and the like."""

    def __init__(self, of):
        self.of = of

    x = property(lambda self: int(self.of()[0]))
    y = property(lambda self: int(self.of()[1]))
    z = property(lambda self: int(self.of()[2]))


def thread_index():
    """Where the thread stands in its block."""
    x, y, _ = here.block.size
    return here.number % x, here.number // x % y, here.number // (x * y)


threadIdx = Directions(thread_index)
blockIdx = Directions(lambda: here.block.index)
blockDim = Directions(lambda: here.block.size)
gridDim = Directions(lambda: here.block.grid)


def __getattr__(name):
    if name == "laneid":
        return here.number % warpsize
    raise AttributeError(name)


def along(numbers, n):
    """The first of some numbers, or a tuple of two or three."""
    return int(numbers[0]) if n == 1 else tuple(map(int, numbers[:n]))


def grid(n):
    """The thread's place among those of all blocks."""
    block = here.block
    places = [i * size + own for i, size, own in zip(block.index, block.size, thread_index())]
    return along(places, n)


def gridsize(n):
    """How many threads all blocks have."""
    return along(list(map(operator.mul, here.block.size, here.block.grid)), n)


def set_aside(shape, dtype):
    """A new array."""
    return np.zeros(shape, dtype)


class Shared:
    """`cuda.shared`."""

    @staticmethod
    def array(shape, dtype):
        """The array of this place in the text, which all threads of the block have."""
        if shape == 0:
            size = np.dtype(dtype).itemsize
            return here.block.given[: len(here.block.given) // size * size].view(dtype)
        caller = sys._getframe(1)
        place = (caller.f_code, caller.f_lasti)
        with here.block.all.changed:
            return here.block.arrays.setdefault(place, set_aside(shape, dtype))


class Local:
    """`cuda.local`."""

    array = staticmethod(set_aside)


class Const:
    """`cuda.const`."""

    array_like = staticmethod(np.asarray)


shared, local, const = Shared, Local, Const


def syncthreads():
    """Waits for all threads of the block."""
    here.block.all.meet()


def syncthreads_count(predicate):
    """For how many threads it is true."""
    return sum(here.block.all.meet(bool(predicate)).values())


def syncthreads_and(predicate):
    """Whether it is true for all."""
    return int(all(here.block.all.meet(bool(predicate)).values()))


def syncthreads_or(predicate):
    """Whether it is true for one."""
    return int(any(here.block.all.meet(bool(predicate)).values()))


def threadfence():
    """Nothing: what is written here, all see."""


threadfence_block = threadfence_system = threadfence


def lanes(mask, value=None):
    """What the lanes of a mask have given, by their lanes."""
    mask = int(mask) & ALL_LANES
    warp = here.number // warpsize
    among = [warp * warpsize + lane for lane in range(warpsize) if mask >> lane & 1]
    found = here.block.warps[warp].meet(value, among)
    return {number % warpsize: given for number, given in found.items()}


def syncwarp(mask=ALL_LANES):
    """Waits for the lanes of a mask."""
    lanes(mask)


def bits(wanted):
    """A mask of lanes."""
    return sum(1 << lane for lane in wanted)


def any_sync(mask, predicate):
    """Whether it is true for one of the lanes."""
    return any(lanes(mask, bool(predicate)).values())


def all_sync(mask, predicate):
    """Whether it is true for all of the lanes."""
    return all(lanes(mask, bool(predicate)).values())


def eq_sync(mask, predicate):
    """Whether it is the same for all of the lanes."""
    return len(set(lanes(mask, bool(predicate)).values())) == 1


def ballot_sync(mask, predicate):
    """A bit for each of the lanes for which it is true."""
    return bits(lane for lane, held in lanes(mask, bool(predicate)).items() if held)


def shuffle(mask, value, source):
    """The value of another lane, or the own one."""
    return lanes(mask, value)[source] if 0 <= source < warpsize else lanes(mask, value) and value


def shfl_sync(mask, value, lane):
    """The value of a lane."""
    return shuffle(mask, value, int(lane) % warpsize)


def shfl_up_sync(mask, value, delta):
    """The value of the lane so many before."""
    return shuffle(mask, value, here.number % warpsize - int(delta))


def shfl_down_sync(mask, value, delta):
    """The value of the lane so many behind."""
    return shuffle(mask, value, here.number % warpsize + int(delta))


def shfl_xor_sync(mask, value, changed):
    """The value of the lane whose number differs in these bits."""
    return shuffle(mask, value, here.number % warpsize ^ int(changed))


def match_any_sync(mask, value):
    """A bit for each of the lanes with the same value."""
    return bits(lane for lane, given in lanes(mask, value).items() if given == value)


def match_all_sync(mask, value):
    """The mask if all of the lanes have the same value, and whether they do."""
    same = all(given == value for given in lanes(mask, value).values())
    return (int(mask) & ALL_LANES if same else 0), same


def activemask():
    """The own bit: which lanes run together is nobody's promise."""
    return 1 << here.number % warpsize


def lanemask_lt():
    """A bit for each lane before the own one."""
    return (1 << here.number % warpsize) - 1


class Atomic:
    """`cuda.atomic`."""

    lock = threading.Lock()

    @classmethod
    def change(cls, array, index, new):
        """Makes an element what a function makes of it; gives it as it was."""
        with cls.lock:
            old = array[index]
            array[index] = new(old)
            return old

    @classmethod
    def by(cls, new):
        """A step with one number, of the array's type."""
        return lambda array, index, value: cls.change(array, index, lambda old: new(old, array.dtype.type(value)))


atomic = Atomic
for name, step in {
    "add": operator.add,
    "sub": operator.sub,
    "max": max,
    "min": min,
    "nanmax": np.fmax,
    "nanmin": np.fmin,
    "and_": operator.and_,
    "or_": operator.or_,
    "xor": operator.xor,
    "exch": lambda old, value: value,
    "inc": lambda old, value: old.dtype.type(0 if old >= value else old + 1),
    "dec": lambda old, value: value if old == 0 or old > value else old - old.dtype.type(1),
}.items():
    setattr(Atomic, name, staticmethod(Atomic.by(step)))


def compare_and_swap(array, index, expected, value):
    """The second number where the element is the first."""
    expected, value = array.dtype.type(expected), array.dtype.type(value)
    return Atomic.change(array, index, lambda old: value if old == expected else old)


Atomic.cas = staticmethod(compare_and_swap)
Atomic.compare_and_swap = staticmethod(lambda array, expected, value: compare_and_swap(array, 0, expected, value))


def bits_and_width(x):
    """The bits of an integer as a number that is not negative, and how many there are."""
    width = x.dtype.itemsize * 8 if isinstance(x, np.generic) else 64
    return int(x) & (1 << width) - 1, width


def popc(x):
    """How many bits are 1."""
    return type(x)(bits_and_width(x)[0].bit_count())


def clz(x):
    """How many bits stand above the highest 1."""
    found, width = bits_and_width(x)
    return type(x)(width - found.bit_length())


def ffs(x):
    """The place of the lowest 1, counted from 1; of 0 it is 0."""
    found, _ = bits_and_width(x)
    return np.uint32((found & -found).bit_length())


def brev(x):
    """The bits from the other end."""
    found, width = bits_and_width(x)
    return {32: np.uint32, 64: np.uint64}[width](int(f"{found:0{width}b}"[::-1], 2))


def fma(a, b, c):
    """`a * b + c`, rounded once."""
    of = np.result_type(a, b, c).type if any(isinstance(x, np.generic) for x in (a, b, c)) else float
    a, b, c = (float(of(x)) for x in (a, b, c))
    if not np.isfinite([a, b, c]).all():
        return of(c if np.isfinite([a, b]).all() else a * b + c)
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    if exact == 0 or abs(exact) >= 2**1024:
        return of(a * b + c)
    rounded = float(exact)
    if of is np.float32 and Fraction(rounded) != exact and not np.float64(rounded).view(np.uint64) & 1:
        # Rounded to the neighbour that is odd, it is not halfway between two of `float32`.
        rounded = float(np.nextafter(rounded, np.inf if exact > Fraction(rounded) else -np.inf))
    return of(rounded)


def selp(test, a, b):
    """One of two."""
    return a if test else b


def cbrt(x):
    """The cube root, of the float's own type."""
    of = type(x) if isinstance(x, (float, np.floating)) else float
    return of(math.cbrt(x))
