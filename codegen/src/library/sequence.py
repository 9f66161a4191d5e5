# What Python's own builtins make of an array with one dimension.


def array_sum(a, start):
    total = start
    for x in a:
        total = total + x
    return total


def array_any(a):
    for x in a:
        if x:
            return True
    return False


def array_all(a):
    for x in a:
        if not x:
            return False
    return True


def array_min(a):
    if len(a) == 0:
        raise ValueError("min() arg is an empty sequence")
    best = a[0]
    for x in a:
        best = minimum(best, x)
    return best


def array_max(a):
    if len(a) == 0:
        raise ValueError("max() arg is an empty sequence")
    best = a[0]
    for x in a:
        best = maximum(best, x)
    return best


