

def arange_length_int(start, stop, step):
    if step == 0:
        if intrinsics.raises:
            raise ZeroDivisionError("division by zero")
        raise ValueError("Maximum allowed size exceeded")
    n = range_length(start, stop, step)
    if n == 9223372036854775807:
        raise ValueError("Maximum allowed size exceeded")
    return n


def arange_length_float(start, stop, step):
    if step == 0 and intrinsics.raises:
        raise ZeroDivisionError("float division by zero")
    return arange_length(start, stop, step)


def arange_length(start, stop, step):
    n = intrinsics.ceil(float((stop - start) / step))
    if n != n:
        raise ValueError("arange: cannot compute length")
    if n >= 9223372036854775808.0 or n < -9223372036854775808.0:
        raise ValueError("Maximum allowed size exceeded")
    if n <= 0.0:
        return 0
    return int(n)
