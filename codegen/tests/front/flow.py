"""Where types come from when paths meet."""
from numba import float32, float64, int8, int32, int64, njit, uint8


def accumulators(x: float32[:], i: int8[:], u: uint8[:], n: int, w: float64):
    acc = 0.0
    for k in range(n):
        acc += x[k]
    reveal_type(acc)                       # revealed: float32
    total = 0
    for k in range(n):
        total += i[k]
    reveal_type(total)                     # revealed: int8
    wide = 300
    for k in range(n):
        wide += i[k]
    reveal_type(wide)                      # revealed: int64
    counted = n
    for k in range(n):
        counted += u[k]
    reveal_type(counted)                   # revealed: int64
    grows = 0
    for k in range(n):
        grows = grows * 1.5 + x[k]
    reveal_type(grows)                     # revealed: float32
    double = float64(0)
    for k in range(n):
        double += x[k]
    reveal_type(double)                    # revealed: float64


def known_after_the_loop(n: int, x: float32):
    for k in range(n):
        if k > 0:
            reveal_type(previous)          # revealed: float32
            y = previous + 1
        previous = x
    reveal_type(y)                         # revealed: float32


def late_through_many(n: int, x: float32):
    a = 0
    b = 0
    c = 0
    d = 0
    while n > 0:
        reveal_type(a)                     # revealed: float32
        a = b
        b = c
        c = d
        d = x
        n -= 1
    return a


def versions(n: int, x: float, a: float64[:]):
    t = n
    reveal_type(t)                         # revealed: int
    t = x
    reveal_type(t)                         # revealed: float
    t = a
    reveal_type(t)                         # revealed: float64[:]
    for t in range(n):
        reveal_type(t)                     # revealed: int
    if n:
        s = 1
        reveal_type(s)                     # revealed: int
        s = 2.0
    else:
        s = 3j
    reveal_type(s)                         # revealed: complex


def layouts(n: int, c: float64[:, ::1], f: float64[::1, :]):
    if n:
        a = c
    else:
        a = f
    reveal_type(a)                         # revealed: float64[:, :]


def leaves(n: int, x: float32):
    y = 0
    while True:
        if n > 3:
            y = x
            break
        if n > 2:
            n += 1
            continue
        y = 1.5
        n += 2
    reveal_type(y)                         # revealed: float32
    for k in range(n):
        z = 1
        if k == 2:
            z = x
            break
        z = 2
    reveal_type(z)                         # revealed: float32


def parameter_grows(x: int, n: int):
    while n > 0:
        x = x + 0.5
        n -= 1
    reveal_type(x)                         # revealed: float


def truth(x: float, z: complex, i: int8, n: int):
    reveal_type(not x)                     # revealed: bool
    reveal_type(x and n)                   # revealed: float
    reveal_type(i or 0)                    # revealed: int8
    reveal_type(x == i)                    # revealed: bool_
    reveal_type(x == n)                    # revealed: bool
    if x and z or i:
        pass


def attributes(z: complex, i: int32, a: float64[:, :, :]):
    reveal_type(z.real)                    # revealed: float
    reveal_type(z.conjugate())             # revealed: complex
    reveal_type(i.imag)                    # revealed: int32
    reveal_type(i.conjugate())             # revealed: int32
    reveal_type(a.shape)                   # revealed: (int, int, int)
    reveal_type(a.shape[-1])               # revealed: int
    reveal_type(a.ndim)                    # revealed: int
    reveal_type(a.size)                    # revealed: int
    reveal_type(a[0, -1, i])               # revealed: float64
    reveal_type(len(a))                    # revealed: int
    reveal_type(len(a.shape))              # revealed: int


@njit
def helper(x, y):
    return x * y


@njit(error_model="python")
def declared(x: float32, y: int64) -> float:
    return x / y


def calls(x: float32, n: int):
    reveal_type(helper(x, n))              # revealed: float32
    reveal_type(helper(n, n))              # revealed: int
    reveal_type(helper(n, 0.5))            # revealed: float
    reveal_type(declared(n, x))            # revealed: float
    reveal_type(nothing(n))                # revealed: None
    1 + nothing(n)                         # error: [type-mismatch] nothing(n)


def nothing(n):
    return


def narrow(n: int8):
    m: int8 = n
    m: int = 3
    reveal_type(m)                         # revealed: int
    reveal_type(2 * 3 - 1)                 # revealed: int
    reveal_type(n + (2 * 3 - 1))           # revealed: int8
