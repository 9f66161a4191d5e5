# The folds: what each does with what was folded before and the next element, which it converts to the type of the result.


def add_of(total, x):
    return total + add_element(x, total)


def add_element(x, model):
    return intrinsics.like(x, model)


def add_numbers_of(total, x):
    return total + add_numbers_element(x, total)


def add_numbers_element(x, model):
    return intrinsics.like(number_or(x, 0), model)


def multiply_of(total, x):
    return total * multiply_element(x, total)


def multiply_element(x, model):
    return intrinsics.like(x, model)


def multiply_numbers_of(total, x):
    return total * multiply_numbers_element(x, total)


def multiply_numbers_element(x, model):
    return intrinsics.like(number_or(x, 1), model)


def number_or(x, otherwise):
    if x != x:
        return intrinsics.like(otherwise, x)
    return x


def minimum_of(total, x):
    return least_of(total, x)


def maximum_of(total, x):
    return greatest_of(total, x)


def fmin_of(total, x):
    return intrinsics.select(total <= x or x != x, total, x)


def fmax_of(total, x):
    return intrinsics.select(total >= x or x != x, total, x)


# Where a fold finds its result: whether NaNs count as it (those that are left out count as the least, if anything else
# is there), whether an element is further than what was found before it, and whether nothing was found.


def minimum_is_nan(best):
    return best != best


def maximum_is_nan(best):
    return best != best


def fmin_is_nan(best):
    return best == intrinsics.like(math.inf, best)


def fmax_is_nan(best):
    return best == intrinsics.like(-math.inf, best)


def minimum_exceeds(x, best):
    return x < best or (x != x and best == best)


def maximum_exceeds(x, best):
    return x > best or (x != x and best == best)


def fmin_exceeds(x, best):
    return x < best or (best != best and x < intrinsics.like(math.inf, x))


def fmax_exceeds(x, best):
    return x > best or (best != best and x > intrinsics.like(-math.inf, x))


def minimum_is_missing(best):
    return False


def maximum_is_missing(best):
    return False


def fmin_is_missing(best):
    return best != best


def fmax_is_missing(best):
    return best != best


def any_of(total, x):
    return total | (x != 0)


def all_of(total, x):
    return total & (x != 0)


def count_of(total, x):
    return total + intrinsics.like(x != 0, total)


def count_all_of(total, x):
    return total + intrinsics.like(1, total)


def count_numbers_of(total, x):
    return total + intrinsics.like(x == x, total)


# How many of a plan's inner dimensions are summed up at once, and in how many pieces (see `elements_at_once`).


@njit(boundscheck=False)
def add_lead(out, a, extents, lead):
    if intrinsics.is_exact(out):
        return 1, extents[0]
    return elements_at_once(extents, lead, intrinsics.is_cast(out, a))


@njit(boundscheck=False)
def add_inner(total, a, offset, extents, strides, lead, size, counters):
    if intrinsics.is_exact(total):
        return add_adjacent(total, a, offset, int(extents[0]), int(strides[0]))
    else:
        if not intrinsics.is_cast(total, a):
            if lead == 1:
                return add_adjacent(total, a, offset, int(extents[0]), int(strides[0]))
        place = np.zeros(1, np.int64)
        place[0] = offset
        left = np.int64(1)
        for k in range(lead):
            left = left * extents[k]
            counters[k] = 0
        zero = intrinsics.like(0, total)
        while left > 0:
            count = intrinsics.select(left > size, size, left)
            total = total + gathered_sum(zero, int(count), a, counters, extents, strides, lead, place)
            left -= count
        return total


@njit(boundscheck=False)
def add_adjacent(total, a, offset, n, stride):
    if stride == intrinsics.itemsize(a):
        return add_run(total, intrinsics.adjacent(a, offset, n))
    return add_run(total, intrinsics.strided(a, offset, (n,), (stride,)))


@njit(boundscheck=False)
def add_run(total, a):
    if intrinsics.is_exact(total):
        for x in a:
            total = add_of(total, x)
        return total
    else:
        return total + pairwise_sum(a)


@njit(boundscheck=False)
def any_adjacent(total, a, offset, n):
    return any_run(total, intrinsics.adjacent(a, offset, n))


@njit(boundscheck=False)
def any_run(total, a):
    if total:
        return total
    for x in a:
        if x != 0:
            return x != 0
    return total


@njit(boundscheck=False)
def all_adjacent(total, a, offset, n):
    return all_run(total, intrinsics.adjacent(a, offset, n))


@njit(boundscheck=False)
def all_run(total, a):
    if not total:
        return total
    for x in a:
        if x == 0:
            return x != 0
    return total


@njit(boundscheck=False)
def add_where_inner(total, a, mask, at, mask_at, extents, strides, mask_strides, lead, counters, size, chunk):
    # What comes one after the other and counts is added up pairwise, so far as NumPy's buffer holds it.
    values = np.full(chunk, total)
    count = 0
    for i in range(size):
        if count > 0 and i % chunk == 0:
            total = add_run(total, values[:count])
            count = 0
        if intrinsics.adjacent(mask, mask_at, 1)[0]:
            values[count] = intrinsics.like(intrinsics.adjacent(a, at, 1)[0], total)
            count += 1
        elif count > 0:
            total = add_run(total, values[:count])
            count = 0
        k = 0
        while k < lead:
            counters[k] += 1
            at += int(strides[k])
            mask_at += int(mask_strides[k])
            if counters[k] < extents[k]:
                break
            at -= int(strides[k] * extents[k])
            mask_at -= int(mask_strides[k] * extents[k])
            counters[k] = 0
            k += 1
    if count > 0:
        total = add_run(total, values[:count])
    return total
