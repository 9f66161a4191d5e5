# Ufuncs and gufuncs: what their decorators may say, and what they are.
import numba
from numba import boolean, complex64, float32, float64, guvectorize, int32, int64, njit, types, vectorize, void

LAYOUT = "(n)->()"
SIGNATURE = float64(float64)


@vectorize([float64(float64, float64), "float32(float32, float32)"], target="parallel", identity="reorderable")
def both_forms(x, y):
    return 2 * (x - y) / (x + y)


@vectorize
def annotated(x: int, y: float32):
    reveal_type(x / y)                     # revealed: float32
    return x / y


@vectorize()
def no_arguments(x: float64) -> float64:
    return x


@numba.vectorize("float64(int64)", nopython=True, cache=True, fastmath=True, boundscheck=False)
def options(x):
    # NumPy's error model: division gives inf.
    return 1 / x


@vectorize([(float64,), (int64,)], identity=-1)
def no_result(x):
    return x + 1


@vectorize(ftylist_or_function=[SIGNATURE], target="cpu", identity=None)
def by_name(x):
    return x


@vectorize([types.Tuple((float64, int64))(float64)])
def two_outputs(x):
    if x < 0:
        return 0.0, -1
    return x, 1


@vectorize
def two_inferred(x: float64):
    return x, 2 * x


@njit
def helper(x):
    return x, x


@vectorize
def hidden_tuple(x: float64):
    return helper(x)                       # error: [type-mismatch] helper(x)


@vectorize([float64(float64)])
def no_value(x):
    return None                            # error: [type-mismatch] None


@vectorize
def one_tuple(x: float64):
    return (x,)                            # error: [type-mismatch] (x,)


@vectorize([float64(float64), types.Tuple((float64, float64))(int64)])  # error: [bad-signature] types.Tuple((float64, float64))(int64)
def odd_outputs(x):
    return x


@vectorize([float64(float64[:])])          # error: [bad-signature] float64(float64[:])
def of_arrays(x):
    return x[0]


@vectorize([float64[:](float64)])          # error: [bad-signature] float64[:](float64)
def gives_arrays(x):
    return x


@vectorize([void(float64)])                # error: [bad-signature] void(float64)
def gives_nothing(x):
    pass


@vectorize([float64(float64, float64)])    # error: [bad-signature] float64(float64, float64)
def too_many(x):
    return x


@vectorize([float64()])
def no_input():                            # error: [bad-signature] no_input
    return 1.0


@vectorize([float64(float64)], [float64(float64)])  # error: [bad-signature] [float64(float64)]
def twice(x):
    return x


@vectorize([float64(float64)], target="tpu")  # error: [unknown-option] target="tpu"
def on_gpu(x):
    return x


@vectorize([float64(float64)], target="gpu")  # error: [unknown-option] target="gpu"
def elsewhere(x):
    return x


@vectorize([float64(float64)], identity=0.5)  # error: [unknown-option] identity=0.5
def half(x):
    return x


@vectorize([float64(float64)], identity=unknown)  # error: [undefined-name] unknown
def unknown_identity(x):
    return x


@vectorize([float64(float64)], writable_args=(0,))  # error: [unknown-option] writable_args=(0,)
def no_args(x):
    return x


@vectorize([float64(float64)], targets="cpu")  # error: [unknown-option] targets="cpu"
def misspelled(x):
    return x


@vectorize([float64(float64)], **{})       # error: [unsupported-syntax] **{}
def unpacked(x):
    return x


@guvectorize([(float64[:, :], float64[:, :], float64[:, :])], "(m,n),(n,p)->(m,p)", nopython=True)
def matmul(a, b, c):
    reveal_type(a)                         # revealed: float64[:, :]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            total = 0.0
            for k in range(a.shape[1]):
                total += a[i, k] * b[k, j]
            c[i, j] = total


@guvectorize(["void(float64[:], float64, float64[:])", "(int32[::1], int32[:], int32[:])"], "(n),()->()")
def scalars(x, y, out):
    out[0] = x[0]


@guvectorize((float64[:], float64[:]), LAYOUT)
def named_layout(x, out):
    out[0] = x.shape[0]


@guvectorize("(n),(3)->(n)")
def annotated_g(x: float64[:], y: float64[:], out: float64[:]) -> None:
    out[:] = y[0] + y[1] * y[2]


@guvectorize([(float64[:, :], float64[:], float64[:])], "(m?,n|1),(n|1)->(m?)", writable_args=("a", 1))
def writes(a, x, out):
    a[0, 0] = x[0]
    x[0] = 0.0


@guvectorize([(float64[:],)], "(n)->", writable_args=[0])
def in_place(x):
    x[:] = 2.0


@guvectorize([(float64[:], float64[:])])   # error: [bad-layout] guvectorize
def no_layout(x, out):
    out[0] = x[0]


@guvectorize                               # error: [bad-layout] guvectorize
def bare(x: float64[:], out: float64[:]):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n->()")  # error: [bad-layout] -
def unclosed(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n)->(k+1)")  # error: [bad-layout] k
def unknown_symbol(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n)" "->(")  # error: [bad-layout] "(n)" "->("
def in_two_parts(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n),(n)->()")  # error: [bad-layout] "(n),(n)->()"
def other_number(x, out):
    out[0] = x[0]


@guvectorize([(float64[:, :], float64[:])], "(n)->()")  # error: [bad-layout] (float64[:, :], float64[:])
def other_rank(x, out):
    out[0] = x[0, 0]


@guvectorize([(float64, float64[:])], "(n)->()")  # error: [bad-layout] (float64, float64[:])
def number_for_array(x, out):
    out[0] = x


@guvectorize([(float64[:], float64)], "(n)->()")  # error: [bad-layout] (float64[:], float64)
def number_as_output(x, out):
    pass


@guvectorize([(float64[:], types.Array(float64, 1, "A", readonly=True))], "(n)->()")  # error: [bad-layout] (float64[:], types.Array(float64, 1, "A", readonly=True))
def readonly_output(x, out):
    pass


@guvectorize([float64(float64[:], float64[:])], "(n)->()")  # error: [bad-signature] float64(float64[:], float64[:])
def gives(x, out):
    return 1.0


@guvectorize([(float64[:], float64[:])], "(n)->()")
def returns(x, out):
    return x[0]                            # error: [type-mismatch] x[0]


@guvectorize([(float64[:], float64[:])], "(n)->()", writable_args=("z",))  # error: [unknown-option] "z"
def unknown_argument(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n)->()", writable_args=("out",))  # error: [unknown-option] "out"
def output_argument(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64, float64[:])], "(n),()->()", writable_args=(1,))  # error: [unknown-option] 1
def number_argument(x, y, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n)->()", writable_args=0)  # error: [unknown-option] writable_args=0
def no_tuple(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], "(n)->()", 3)  # error: [bad-signature] 3
def three(x, out):
    out[0] = x[0]


@guvectorize([(float64[:], float64[:])], 3)  # error: [bad-layout] 3
def layout_of_int(x, out):
    out[0] = x[0]


@guvectorize("(n)->()")                    # error: [bad-signature] guvectorize
def untyped(x, out):
    out[0] = x[0]


@njit
def calls(x: float64[:], n: int64) -> float64:
    reveal_type(both_forms(x, 2.0))        # revealed: float64[::1]
    reveal_type(two_outputs(x[0]))         # revealed: (float64, int64)
    return both_forms(float64(n), 1.0)


@vectorize([boolean(complex64)])
def as_decorator(x):
    return vectorize                       # error: [unsupported-syntax] vectorize
