

# Orders and choices (Fisher and Yates's shuffle, from the end).


def shuffle_line(state, x, first):
    # Elements from the last one down to that at `first` change places with one before them, or with themselves.
    for i in range(len(x) - 1, first - 1, -1):
        j = intrinsics.wrap_int(below(state, np.uint64(i)))
        moved = x[j]
        x[j] = x[i]
        x[i] = moved


def shuffle_whole(state, x):
    # All of them, with places that are drawn in the old generator's way.
    for i in range(len(x) - 1, 0, -1):
        j = intrinsics.wrap_int(below_masked(state, np.uint64(i)))
        moved = x[j]
        x[j] = x[i]
        x[i] = moved


def shuffle_parts(state, x):
    # The same of the parts along the first dimension.
    if x.ndim == 1:
        shuffle_whole(state, x)
    else:
        for i in range(len(x) - 1, 0, -1):
            j = intrinsics.wrap_int(below_masked(state, np.uint64(i)))
            if i != j:
                moved = np.copy(x[j])
                x[j] = x[i]
                x[i] = moved


def along_axis_0(x, axis):
    # The array with that axis as its first.
    place = normal_axis(axis, x.ndim)
    if x.ndim == 1:
        return x[:]
    else:
        return numpy_swapaxes(x, 0, place)


def generator_shuffle(state, x, axis=0):
    shuffle_parts(state, along_axis_0(x, axis))


def numpy_shuffle(state, x):
    shuffle_parts(state, x)


def generator_permutation(state, x, axis=0):
    if intrinsics.is_number(x):
        return permutation_below(state, int(x))
    else:
        out = np.copy(x)
        shuffle_parts(state, along_axis_0(out, axis))
        return out


def numpy_permutation(state, x):
    return generator_permutation(state, x, 0)


def permutation_below(state, n):
    out = np.arange(maximum(n, 0))
    shuffle_whole(state, out)
    return out


def generator_permuted(state, x, axis=None):
    out = np.copy(x)
    if axis is None:
        shuffle_whole(state, all_places(out))
    else:
        if x.ndim == 1:
            normal_axis(axis, 1)
            shuffle_whole(state, out)
        else:
            shuffle_last(state, numpy_moveaxis(out, (axis,), (-1,)))
    return out


def shuffle_last(state, x):
    if x.ndim == 1:
        shuffle_whole(state, x)
    else:
        for i in range(len(x)):
            shuffle_last(state, x[i])


# A choice is the elements at places that are drawn: with replacement each is drawn by itself; without, all of them are others.


def generator_choice(state, a, size=None, replace=True, p=None, axis=0, shuffle=True):
    if intrinsics.is_number(a):
        n = int(a)
        if n <= 0 and is_any_wanted(size):
            raise ValueError("a must be a positive integer unless no samples are taken")
        return places_drawn(state, n, size, replace, p, shuffle)
    else:
        normal_axis(axis, 1)
        if len(a) == 0 and is_any_wanted(size):
            raise ValueError("a cannot be empty unless no samples are taken")
        places = places_drawn(state, len(a), size, replace, p, shuffle)
        return chosen(a, places)


def numpy_choice(state, a, size=None, replace=True, p=None):
    if intrinsics.is_number(a):
        n = int(a)
        if n <= 0 and is_any_wanted(size):
            raise ValueError("a must be greater than 0 unless no samples are taken")
        return places_drawn(state, n, size, replace, p, True)
    else:
        if len(a) == 0 and is_any_wanted(size):
            raise ValueError("'a' cannot be empty unless no samples are taken")
        places = places_drawn(state, len(a), size, replace, p, True)
        return chosen(a, places)


def is_any_wanted(size):
    if size is None:
        return True
    else:
        count = 1
        for k in range(intrinsics.length(size)):
            if size[k] == 0:
                count = 0
        return count != 0


def chosen(a, places):
    if intrinsics.is_number(places):
        return a[places]
    else:
        out = np.empty(places.shape, a.dtype)
        flat = all_places(out)
        at = all_places(places)
        for i in range(len(at)):
            flat[i] = a[at[i]]
        return out


def places_drawn(state, n, size, replace, p, shuffle):
    if p is None:
        if size is None:
            if replace:
                return intrinsics.wrap_int(below(state, np.uint64(n) - 1))
            out = np.empty(1, np.int64)
            draw_places(state, out, n, replace, shuffle)
            return int(out[0])
        else:
            out = np.empty(size, np.int64)
            draw_places(state, all_places(out), n, replace, shuffle)
            return out
    else:
        check_probabilities(state, p, n)
        if size is None:
            out = np.empty(1, np.int64)
            draw_places_by(state, out, p, replace)
            return int(out[0])
        else:
            out = np.empty(size, np.int64)
            draw_places_by(state, all_places(out), p, replace)
            return out


def draw_places(state, out, n, replace, shuffle):
    if replace:
        fill_integers(state, out, np.uint64(0), np.uint64(n) - 1)
    else:
        if len(out) > n:
            if intrinsics.is_pcg(state):
                raise ValueError("Cannot take a larger sample than population when replace is False")
            else:
                raise ValueError("Cannot take a larger sample than population when 'replace=False'")
        if intrinsics.is_pcg(state):
            few = 20
            if shuffle:
                few = 50
            if n > 10000 and len(out) > n // few:
                places = np.arange(n)
                shuffle_line(state, places, maximum(n - len(out), 1))
                out[:] = places[n - len(out):]
            else:
                fill_others(state, out, n)
                if shuffle:
                    shuffle_line(state, out, 1)
        else:
            out[:] = permutation_below(state, n)[:len(out)]


def fill_others(state, out, n):
    # Floyd's algorithm (Bentley and Floyd, "A Sample of Brilliance", 1987), with what was drawn in a table of open addresses.
    size = len(out)
    if size == 0:
        return
    mask = bit_mask(np.uint64(int(1.2 * float(size))))
    none = np.uint64(0xffffffffffffffff)
    table = np.full(int(mask) + 1, none)
    for j in range(n - size, n):
        drawn = below(state, np.uint64(j))
        place = drawn & mask
        while table[place] != none and table[place] != drawn:
            place = (place + 1) & mask
        if table[place] != none:
            drawn = np.uint64(j)
            place = drawn & mask
            while table[place] != none:
                place = (place + 1) & mask
        table[place] = drawn
        out[j - n + size] = intrinsics.wrap_int(drawn)


def check_probabilities(state, p, n):
    total = 0.0
    missed = 0.0
    negative = False
    for i in range(len(p)):
        # Kahan's sum.
        part = float(p[i]) - missed
        rounded = total + part
        missed = (rounded - total) - part
        total = rounded
        negative = negative or p[i] < 0
    if intrinsics.is_pcg(state):
        if len(p) != n:
            raise ValueError("a and p must have same size")
        if total != total:
            raise ValueError("Probabilities contain NaN")
        if negative:
            raise ValueError("Probabilities are not non-negative")
        if intrinsics.fabs(total - 1.0) > tolerance_of(p):
            raise ValueError("Probabilities do not sum to 1. See Notes section of docstring for more information.")
    else:
        if len(p) != n:
            raise ValueError("'a' and 'p' must have same size")
        if total != total:
            raise ValueError("probabilities contain NaN")
        if negative:
            raise ValueError("probabilities are not non-negative")
        if intrinsics.fabs(total - 1.0) > tolerance_of(p):
            raise ValueError("probabilities do not sum to 1")


def tolerance_of(p):
    # The square root of what rounding takes.
    if intrinsics.is_float32(p[0]):
        return 0.00034526698300124393
    return 1.4901161193847656e-08


def draw_places_by(state, out, p, replace):
    # By probabilities: the first place whose sum of them is above a number between 0 and 1.
    odds = converted(p, np.float64)
    if replace:
        sums = sums_of(odds)
        for i in range(len(out)):
            out[i] = place_above(sums, next_double(state))
    else:
        possible = 0
        for i in range(len(odds)):
            if odds[i] > 0.0:
                possible = possible + 1
        if len(out) > len(odds):
            if intrinsics.is_pcg(state):
                raise ValueError("Cannot take a larger sample than population when replace is False")
            else:
                raise ValueError("Cannot take a larger sample than population when 'replace=False'")
        if possible < len(out):
            raise ValueError("Fewer non-zero entries in p than size")
        # As many as are missing are drawn at a time, and those kept that are new.
        found = 0
        while found < len(out):
            sums = sums_of(odds)
            start = found
            for _ in range(len(out) - start):
                place = place_above(sums, next_double(state))
                is_new = True
                for k in range(start, found):
                    if out[k] == place:
                        is_new = False
                if is_new:
                    out[found] = place
                    found = found + 1
            for k in range(start, found):
                odds[out[k]] = 0.0


def sums_of(odds):
    sums = np.empty(len(odds), np.float64)
    total = 0.0
    for i in range(len(odds)):
        total = total + odds[i]
        sums[i] = total
    for i in range(len(odds)):
        sums[i] = sums[i] / total
    return sums


def place_above(sums, x):
    low = 0
    high = len(sums)
    while low < high:
        middle = intrinsics.trunc_div(low + high, 2)
        if sums[middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low
