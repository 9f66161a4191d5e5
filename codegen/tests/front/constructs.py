"""Constructs of Python that this version does not have."""
from numba import njit, float64

N = 100
EPS: float = 1e-9
TWO_PI = 2 * 3.0
SINGLE = float64(1)
a = b = 1                                  # error: [unsupported-syntax] a = b = 1
LIST = [1, 2]                              # error: [unsupported-syntax] [1, 2]
LOGICAL = N == 1                           # error: [unsupported-syntax] N == 1
N = 2                                      # error: [duplicate-definition] N
N += 1                                     # error: [unsupported-syntax] N += 1
print("hello")                             # error: [unsupported-syntax] print("hello")
if N:                                      # error: [unsupported-syntax] if N:
    pass
return 3                                   # error: [syntax-error] return 3
break                                      # error: [syntax-error] break


def constants(x: float) -> float:
    """Docstrings are no statement."""
    reveal_type(N)                         # revealed: int
    reveal_type(EPS)                       # revealed: float
    reveal_type(TWO_PI)                    # revealed: float
    reveal_type(SINGLE)                    # revealed: float64
    "neither is this text"
    return x * N


def expressions(x: float, n: int):
    y = x is n                             # error: [unsupported-syntax] x is n
    y = x is not True                      # error: [unsupported-syntax] x is not True
    y = n in x                             # error: [unsupported-operand] n in x
    y = lambda z: z                        # error: [unsupported-syntax] lambda z: z
    y = [x]                                # error: [unsupported-syntax] [x]
    y = {n: x}                             # error: [unsupported-syntax] {n: x}
    y = [i for i in range(n)]              # error: [unsupported-syntax] [i for i in range(n)]
    y = (z := x) + z                       # error: [unsupported-syntax] z := x
    y = f"{x}"                             # error: [unsupported-syntax] f"{x}"
    y = b"x"                               # error: [unsupported-syntax] b"x"
    y = x @ x                              # error: [argument-mismatch] x
    y = round(x, ndigits=2)
    y = max(*n)                            # error: [unsupported-syntax] *n
    y = ...                                # error: [unsupported-syntax] ...
    yield x                                # error: [unsupported-syntax] yield x
    y = undefined                          # error: [undefined-name] undefined
    y = exp(x)                             # error: [undefined-name] exp
    y = prnt(x)                            # error: [undefined-name] prnt
    print(x)
    y = ValueError                         # error: [undefined-name] ValueError
    y = 1_000_000_000_000_000_000_000_000_000_000_000_000_000  # error: [integer-out-of-range] 1_000_000_000_000_000_000_000_000_000_000_000_000_000


def slices(v: float64[:]):
    w = ...                                # error: [unsupported-syntax] ...
    v.x = 1                                # error: [no-such-attribute] x


def statements(x: float, n: int):
    a = b = x
    c, d = x, n
    e: float
    global N                               # error: [unsupported-syntax] global N
    del x                                  # error: [unsupported-syntax] del x
    with x as f:                           # error: [unsupported-syntax] with x as f:
        pass
    try:                                   # error: [unsupported-syntax] try:
        pass
    except ValueError as error:
        pass
    match n:                               # error: [unsupported-syntax] match n:
        case 1:
            pass
    for i, j in (1, 2), (3, 4):
        pass
    def inner(y):                          # error: [unsupported-syntax] def inner(y):
        return y
    class C:                               # error: [unsupported-syntax] class C:
        pass
    break                                  # error: [syntax-error] break
    raise                                  # error: [unsupported-syntax] raise
    raise ValueError("x") from error       # error: [unsupported-syntax] error
    raise ValueErro("x")                   # error: [undefined-name] ValueErro
    raise constants("x")                   # error: [unknown-exception] constants
    raise x                                # error: [unknown-exception] x
    raise ValueError(text="x")             # error: [unsupported-syntax] text="x"
    return inner(a + b + c + d + i + j)


def default(x: float = abs(1.0)):          # error: [unsupported-syntax] abs(1.0)
    return x


def variadic(*args, **kwargs):             # error: [unsupported-syntax] *args  # error: [unsupported-syntax] **kwargs
    return 1


def keyword_only(*, x: float):             # error: [unsupported-syntax] x: float
    return x


async def later(x: float):                 # error: [unsupported-syntax] later
    return x


class Kernel:                              # error: [unsupported-syntax] class Kernel:
    pass


def of_refused(x: float):
    return Kernel(x) + LIST
