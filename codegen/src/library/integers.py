

# Whole numbers between two, and their types' bounds. A number from `low` on is `low` and a draw, modulo 2**64.


def lowest_of(dtype):
    if dtype == np.int8:
        return -128
    if dtype == np.int16:
        return -32768
    if dtype == np.int32:
        return -2147483648
    if dtype == np.int64:
        return -9223372036854775807 - 1
    return 0


def highest_of(dtype):
    if dtype == np.bool_:
        return np.uint64(1)
    if dtype == np.int8:
        return np.uint64(127)
    if dtype == np.int16:
        return np.uint64(32767)
    if dtype == np.int32:
        return np.uint64(2147483647)
    if dtype == np.int64:
        return np.uint64(9223372036854775807)
    if dtype == np.uint8:
        return np.uint64(255)
    if dtype == np.uint16:
        return np.uint64(65535)
    if dtype == np.uint32:
        return np.uint64(4294967295)
    return np.uint64(18446744073709551615)


def name_of(dtype):
    # By its place: texts are no values.
    if dtype == np.bool_:
        return 0
    if dtype == np.int8:
        return 1
    if dtype == np.int16:
        return 2
    if dtype == np.int32:
        return 3
    if dtype == np.int64:
        return 4
    if dtype == np.uint8:
        return 5
    if dtype == np.uint16:
        return 6
    if dtype == np.uint32:
        return 7
    return 8


def low_out_of_bounds(name):
    if name == 0:
        raise ValueError("low is out of bounds for bool")
    if name == 1:
        raise ValueError("low is out of bounds for int8")
    if name == 2:
        raise ValueError("low is out of bounds for int16")
    if name == 3:
        raise ValueError("low is out of bounds for int32")
    if name == 4:
        raise ValueError("low is out of bounds for int64")
    if name == 5:
        raise ValueError("low is out of bounds for uint8")
    if name == 6:
        raise ValueError("low is out of bounds for uint16")
    if name == 7:
        raise ValueError("low is out of bounds for uint32")
    raise ValueError("low is out of bounds for uint64")


def high_out_of_bounds(name):
    if name == 0:
        raise ValueError("high is out of bounds for bool")
    if name == 1:
        raise ValueError("high is out of bounds for int8")
    if name == 2:
        raise ValueError("high is out of bounds for int16")
    if name == 3:
        raise ValueError("high is out of bounds for int32")
    if name == 4:
        raise ValueError("high is out of bounds for int64")
    if name == 5:
        raise ValueError("high is out of bounds for uint8")
    if name == 6:
        raise ValueError("high is out of bounds for uint16")
    if name == 7:
        raise ValueError("high is out of bounds for uint32")
    raise ValueError("high is out of bounds for uint64")


def integer_range(low, high, dtype, endpoint):
    # How far the largest number is above the least one; raises where there is none, or the type has not both.
    if low < lowest_of(dtype):
        low_out_of_bounds(name_of(dtype))
    if high > 0:
        last = intrinsics.wrap_uint64(high) - 1
        if endpoint:
            last = last + 1
        if last > highest_of(dtype):
            high_out_of_bounds(name_of(dtype))
    if endpoint:
        if low > high:
            if low == 0:
                raise ValueError("high < 0")
            raise ValueError("low > high")
        return intrinsics.wrap_uint64(high) - intrinsics.wrap_uint64(low)
    if low >= high:
        if low == 0:
            raise ValueError("high <= 0")
        raise ValueError("low >= high")
    return intrinsics.wrap_uint64(high) - intrinsics.wrap_uint64(low) - 1


def width_of(dtype):
    # How many bits a draw takes of the 32 that are drawn at a time; 0 of wider types.
    if dtype == np.bool_:
        return 1
    if dtype == np.int8 or dtype == np.uint8:
        return 8
    if dtype == np.int16 or dtype == np.uint16:
        return 16
    return 0


def narrow_next(state, kept, width):
    # The lowest bits of what is kept: the bits, and how many times they can be shifted out.
    if kept[1] == 0:
        kept[0] = next_uint32(state)
        kept[1] = np.uint32(intrinsics.trunc_div(32, width) - 1)
    else:
        kept[0] = kept[0] >> width
        kept[1] = kept[1] - 1
    return np.uint64(kept[0]) & ((np.uint64(1) << width) - 1)


def narrow_below(state, kept, most, width):
    # As `below`, of few bits.
    if most == 0:
        return most
    full = (np.uint64(1) << width) - 1
    drawn = narrow_next(state, kept, width)
    if most == full:
        return drawn
    if intrinsics.is_pcg(state):
        count = most + 1
        if (drawn * count) & full < count:
            least = (full - most) % count
            while (drawn * count) & full < least:
                drawn = narrow_next(state, kept, width)
        return (drawn * count) >> width
    else:
        mask = bit_mask(most)
        while (drawn & mask) > most:
            drawn = narrow_next(state, kept, width)
        return drawn & mask


def fill_integers(state, out, low, most):
    places = all_places(out)
    width = width_of(out.dtype)
    if width == 0:
        for i in range(len(places)):
            places[i] = low + below(state, most)
    else:
        kept = np.zeros(2, np.uint32)
        for i in range(len(places)):
            places[i] = low + narrow_below(state, kept, most, width)


def integer_drawn(state, low, high, dtype, endpoint):
    out = np.empty(1, dtype)
    fill_integers(state, out, intrinsics.wrap_uint64(low), integer_range(low, high, dtype, endpoint))
    return out[0]


def integers_between(state, low, high, size, dtype, endpoint):
    if intrinsics.is_number(low) and intrinsics.is_number(high):
        if size is None:
            return integer_drawn(state, low, high, dtype, endpoint)
        else:
            most = integer_range(low, high, dtype, endpoint)
            out = np.empty(size, dtype)
            fill_integers(state, out, intrinsics.wrap_uint64(low), most)
            return out
    else:
        x = np.asarray(low)
        y = np.asarray(high)
        both = numpy_broadcast_shapes((x.shape, y.shape))
        if size is not None:
            if x.ndim > 0:
                check_shape(x.shape, size, 0)
            if y.ndim > 0:
                check_shape(y.shape, size, 1)
        out = np.empty(drawn_shape(both, size), dtype)
        first = all_broadcast_to(x, out)
        last = all_broadcast_to(y, out)
        for i in range(len(first)):
            integer_range(first[i], last[i], dtype, endpoint)
        places = all_places(out)
        width = width_of(dtype)
        kept = np.zeros(2, np.uint32)
        for i in range(len(places)):
            start = intrinsics.wrap_uint64(first[i])
            most = integer_range(first[i], last[i], dtype, endpoint)
            if width == 0:
                places[i] = start + below(state, most)
            else:
                places[i] = start + narrow_below(state, kept, most, width)
        return out


def check_shape(shape, size, place):
    # Whether the bounds at a place fit a size.
    n = intrinsics.length(shape)
    for k in range(minimum(n, intrinsics.length(size))):
        extent = shape[n - 1 - k]
        wanted = size[intrinsics.length(size) - 1 - k]
        if extent != 1 and wanted != 1 and extent != wanted:
            raise ValueError(intrinsics.text("shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between arg ", place, " with shape ", intrinsics.str(shape), " and arg 2 with shape ", intrinsics.str(size), "."))


def generator_integers(state, low, high=None, size=None, dtype=None, endpoint=False):
    if high is None:
        return integers_from_0(state, low, size, dtype, endpoint)
    elif dtype is None:
        return integers_between(state, low, high, size, np.int64, endpoint)
    else:
        return integers_between(state, low, high, size, dtype, endpoint)


def integers_from_0(state, high, size, dtype, endpoint):
    if dtype is None:
        return integers_between(state, 0, high, size, np.int64, endpoint)
    else:
        return integers_between(state, 0, high, size, dtype, endpoint)


def numpy_randint(state, low, high=None, size=None, dtype=None):
    if high is None:
        return randint_between(state, 0, low, size, dtype)
    else:
        return randint_between(state, low, high, size, dtype)


def randint_between(state, low, high, size, dtype):
    if dtype is None:
        if size is None and intrinsics.is_number(low) and intrinsics.is_number(high):
            return int(integer_drawn(state, low, high, np.int64, False))
        else:
            return integers_between(state, low, high, size, np.int64, False)
    else:
        return integers_between(state, low, high, size, dtype, False)
