# Inputs of gufuncs that are written. Nothing else is wrong in this file.
from numba import float64, guvectorize, njit


@njit
def put(x, y):
    x[0] = y


@guvectorize([(float64[:], float64[:])], "(n)->()")
def itself(x, out):
    out[0] = x[0]
    x[0] = 1.0                             # error: [readonly-array] x[0] = 1.0


@guvectorize([(float64[:], float64, float64[:], float64[:])], "(n),(),(n)->()", writable_args=(0,))
def behind_others(a, b, c, out):
    a[0] = b
    d = a
    if b > 0:
        d = c
    put(out, b)
    put(d[1:], b)                          # error: [readonly-array] put(d[1:], b)


@guvectorize([(float64[:], float64[:])], "()->()")
def one_number(x, out):
    x += 1                                 # error: [readonly-array] x += 1
    out[0] = x[0]
