# Dates and durations: their types, and what has no meaning for them.
from numba import njit, types, float64
import numpy as np

Date = types.NPDatetime("D")
Hours = types.NPTimedelta("h")
day = np.dtype("M8[D]")


@njit
def typed(d: Date, t: Hours, x: Date[:, ::1], n: int):
    reveal_type(d + t)                     # revealed: datetime64[h]
    reveal_type(d - d)                     # revealed: timedelta64[D]
    reveal_type(d + n)                     # revealed: datetime64[D]
    reveal_type(t / t)                     # revealed: float64
    reveal_type(t // t)                    # revealed: int64
    reveal_type(t * 1.5)                   # revealed: timedelta64[h]
    reveal_type(d < d + t)                 # revealed: bool_
    reveal_type(x)                         # revealed: datetime64[D][:, ::1]
    reveal_type(x[0, 0])                   # revealed: datetime64[D]
    reveal_type(x + t)                     # revealed: datetime64[h][:, ::1]
    reveal_type(x.max(axis=0))             # revealed: datetime64[D][::1]
    reveal_type(np.diff(x))                # revealed: timedelta64[D][:, ::1]
    reveal_type(np.argsort(x[0]))          # revealed: int64[::1]
    reveal_type(x == d)                    # revealed: bool_[:, ::1]
    reveal_type(x.astype("M8[Y]"))         # revealed: datetime64[Y][:, ::1]
    reveal_type(x.view(np.int64))          # revealed: int64[:, ::1]
    reveal_type(np.zeros(3, day))          # revealed: datetime64[D][::1]
    reveal_type(np.datetime64("NaT"))      # revealed: datetime64
    reveal_type(np.timedelta64(n))         # revealed: timedelta64
    reveal_type(np.where(x > d, x, d))     # revealed: datetime64[D][:, ::1]


@njit
def wrong(d: Date, t: Hours, x: Date[:], y: float64[:], n: int):
    d + d                                  # error: [unsupported-operand] d + d
    t - d                                  # error: [unsupported-operand] t - d
    d * 2                                  # error: [unsupported-operand] d * 2
    d + 1.5                                # error: [unsupported-operand] d + 1.5
    -d                                     # error: [unsupported-operand] -d
    d == t                                 # error: [unsupported-operand] d == t
    d == 3                                 # error: [unsupported-operand] d == 3
    d + np.timedelta64(1, "M")             # error: [unsupported-operand] d + np.timedelta64(1, "M")
    d + np.timedelta64(1, "as")            # error: [integer-out-of-range] d + np.timedelta64(1, "as")
    np.datetime64(n)                       # error: [argument-mismatch] np.datetime64(n)
    np.datetime64(1.5, "D")                # error: [argument-mismatch] 1.5
    np.datetime64(n, "q")                  # error: [argument-mismatch] "q"
    np.datetime64("2001-02-29")            # error: [argument-mismatch] "2001-02-29"
    np.timedelta64("x")                    # error: [argument-mismatch] "x"
    np.sqrt(t)                             # error: [argument-mismatch] t
    np.sum(x)                              # error: [argument-mismatch] np.sum(x)
    np.mean(x)                             # error: [argument-mismatch] np.mean(x)
    np.var(x - d)                          # error: [argument-mismatch] x - d
    np.full_like(y, d)                     # error: [argument-mismatch] d
    np.isnat(y)                            # error: [argument-mismatch] y
    np.max(x, initial=3)                   # error: [argument-mismatch] initial=3
    np.einsum("i,i", x, x)                 # error: [argument-mismatch] x
    np.add.at(x, 0, 1)                     # error: [argument-mismatch] np.add.at(x, 0, 1)
    np.concatenate((x, x - d))             # error: [argument-mismatch] np.concatenate((x, x - d))
    int(d)                                 # error: [argument-mismatch] d
    y[0] = d                               # error: [type-mismatch] d
    x[0] = t                               # error: [type-mismatch] t
    x[t]                                   # error: [type-mismatch] t
    x += 1.5                               # error: [unsupported-operand] x += 1.5
    print(d)                               # error: [argument-mismatch] d
