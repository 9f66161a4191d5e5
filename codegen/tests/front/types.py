"""Mistakes in types."""
import math
from numba import bool_, complex64, float32, float64, int8, int64, njit, types, uint64, uint8


def operands(x: float, z: complex, b: bool_, c: bool_, a: float64[:], f: float32):
    b - c                                  # error: [unsupported-operand] b - c
    -b                                     # error: [unsupported-operand] -b
    ~x                                     # error: [unsupported-operand] ~x
    x << 1                                 # error: [unsupported-operand] x << 1
    f & 1                                  # error: [unsupported-operand] f & 1
    z < z                                  # error: [unsupported-operand] z < z
    z // x                                 # error: [unsupported-operand] z // x
    a + (x, x)                             # error: [unsupported-operand] a + (x, x)
    a & x                                  # error: [unsupported-operand] a & x
    not a                                  # error: [unsupported-operand] a
    "a" + "b"                              # error: [unsupported-operand] "a" + "b"
    x + None                               # error: [type-mismatch] None


def literals(i: int8, u: uint8, n: int):
    i + 300                                # error: [integer-out-of-range] 300
    u * -1                                 # error: [integer-out-of-range] -1
    n + 9223372036854775808                # error: [integer-out-of-range] 9223372036854775808
    int8(200)                              # error: [integer-out-of-range] 200


def names(n: int):
    if n:
        x = 1
    else:
        y = 2.0
    z = unassigned                         # error: [never-bound] unassigned
    unassigned = x + y
    reveal_type(x)                         # revealed: int
    reveal_type(y)                         # revealed: float


def merges(n: int, u: uint64, i: int64, a: float64[:], b: float32[:]):
    if n:
        x = u
    else:
        x = i                              # error: [type-mismatch] x
    y = x
    if n:
        v = a
    else:
        v = 1.0                            # error: [type-mismatch] v
    w = v
    t = "text"                             # error: [type-mismatch] "text"
    p: float = n                           # error: [type-mismatch] n
    n and a                                # error: [type-mismatch] n and a


def calls(x: float, z: complex, a: float64[:], n: int):
    f(x)                                   # error: [argument-mismatch] f(x)
    f(x, a)                                # error: [type-mismatch] a
    several(z)                             # error: [argument-mismatch] several(z)
    helper("text")                         # error: [argument-mismatch] "text"
    math.sqrt(z)                           # error: [argument-mismatch] z
    math.gcd(x, 1)                         # error: [argument-mismatch] x
    math.sqrt()                            # error: [argument-mismatch] math.sqrt()
    abs((x, x))                            # error: [argument-mismatch] (x, x)
    len(x)                                 # error: [argument-mismatch] x
    max(1)                                 # error: [argument-mismatch] 1
    max(z, z)                              # error: [argument-mismatch] z
    int(z)                                 # error: [type-mismatch] z
    x(1)                                   # error: [not-callable] x
    math.pi(1)                             # error: [not-callable] math.pi
    y = helper                             # error: [unsupported-syntax] helper
    y = range(3)                           # error: [unsupported-syntax] range(3)
    raise ValueError(a)                    # error: [argument-mismatch] a


def f(x: float, y: float) -> float:
    return x + y


@njit([(float64,), (int64,)])
def several(x):
    return x


def helper(x):
    return x


def arrays(a: float64[:, :], r: types.Array(float64, 1, "C", readonly=True), x: float, n: int):
    a[..., 0, ...]                         # error: [wrong-rank] a[..., 0, ...]
    a[0, 1, 2]                             # error: [wrong-rank] a[0, 1, 2]
    a[x, 0]                                # error: [type-mismatch] x
    x[0]                                   # error: [not-indexable] x
    r[0] = 1.0                             # error: [readonly-array] r[0]
    r[0] += 1.0                            # error: [readonly-array] r[0]
    a.flags                                # error: [no-such-attribute] a.flags
    x.shape                                # error: [no-such-attribute] x.shape
    a.tobytes()                            # error: [no-such-attribute] a.tobytes()
    x.conjugate(1)                         # error: [argument-mismatch] x.conjugate(1)
    a.shape[2]                             # error: [wrong-rank] 2
    a.shape[0, 1]                          # error: [wrong-rank] a.shape[0, 1]
    a[0, 0] = a                            # error: [type-mismatch] a
    for i in x:                            # error: [not-iterable] x
        pass
    for i in range(x):                     # error: [argument-mismatch] x
        pass
    for i in range(1, 2, 3, 4):            # error: [argument-mismatch] range(1, 2, 3, 4)
        pass


def falls_off(x: float, n: int):           # error: [type-mismatch] falls_off
    if n:
        return x


def declared_none(x: float) -> None:
    return x                               # error: [type-mismatch] x


def declared_float(x: float, a: float64[:]) -> float:
    return a                               # error: [type-mismatch] a


def returns_both(a: float64[:], n: int):
    if n:
        return 1.0
    return a                               # error: [type-mismatch] a


def complex_to_real(z: complex64) -> float32:
    return z                               # error: [type-mismatch] z


def unreachable(x: float) -> float:
    return x
    return x[0] + undefined_later

undefined_later = 1
