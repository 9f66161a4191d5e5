

# Arrays with margins: `np.pad`.


def of_side(pairs, axis, side):
    # What a number, a pair, or a pair for each dimension says of one side of a dimension.
    if intrinsics.is_number(pairs):
        return pairs
    elif pairs.ndim == 0:
        return pairs[()]
    elif pairs.ndim == 1:
        return pairs[intrinsics.select(len(pairs) == 1, 0, side)]
    else:
        return pairs[intrinsics.select(pairs.shape[0] == 1, 0, axis), intrinsics.select(pairs.shape[1] == 1, 0, side)]


def check_pairs(pairs, rank):
    # NumPy broadcasts them to a pair for each dimension.
    if intrinsics.is_number(pairs):
        return
    elif pairs.ndim == 0:
        return
    elif pairs.ndim == 1:
        if len(pairs) > 2 or len(pairs) == 0:
            raise ValueError(intrinsics.text("operands could not be broadcast together with remapped shapes [original->remapped]: ", pairs.shape, "  and requested shape ", (rank, 2)))
    else:
        if (pairs.shape[0] != 1 and pairs.shape[0] != rank) or pairs.shape[1] > 2 or pairs.shape[1] == 0:
            raise ValueError(intrinsics.text("operands could not be broadcast together with remapped shapes [original->remapped]: ", pairs.shape, "  and requested shape ", (rank, 2)))


def mirrored(place, n, mode):
    # Which of n elements stands at a place before the first or behind the last one: 1: of the edge, 2: mirrored at the
    # elements of the edges, 3: mirrored at the edges, 4: from the other end.
    if mode == 1 or n == 1:
        return intrinsics.select(place < 0, 0, n - 1)
    if mode == 4:
        return place % n
    if mode == 2:
        at = place % (2 * n - 2)
        return intrinsics.select(at < n, at, 2 * n - 2 - at)
    at = place % (2 * n)
    return intrinsics.select(at < n, at, 2 * n - 1 - at)


def statistic_along(part, axis, mode):
    # 5: the greatest, 6: the least, 7: the mean, rounded for integers.
    if mode == 5:
        return converted(np.max(part, axis=axis, keepdims=True), part.dtype)
    if mode == 6:
        return converted(np.min(part, axis=axis, keepdims=True), part.dtype)
    mean = np.mean(part, axis=axis, keepdims=True)
    if intrinsics.kind(part) <= 1:
        return converted(np.rint(mean), part.dtype)
    else:
        return converted(mean, part.dtype)


def pad_along(out, n, axis, before, after, mode, low, high):
    # Fills what stands before and behind n elements along a dimension.
    last = before + n
    if mode == 0:
        part_along(out, axis, 0, before)[...] = low
        part_along(out, axis, last, last + after)[...] = high
    elif mode >= 5:
        statistic = statistic_along(part_along(out, axis, before, last), axis, mode)
        part_along(out, axis, 0, before)[...] = statistic
        part_along(out, axis, last, last + after)[...] = statistic
    else:
        for i in range(before):
            source = before + mirrored(i - before, n, mode)
            part_along(out, axis, i, i + 1)[...] = part_along(out, axis, source, source + 1)
        for i in range(after):
            source = before + mirrored(n + i, n, mode)
            part_along(out, axis, last + i, last + i + 1)[...] = part_along(out, axis, source, source + 1)


def numpy_pad(array, pad_width, mode=0, constant_values=0):
    if array.ndim == 0:
        return np.copy(array)
    else:
        check_pairs(pad_width, array.ndim)
        check_pairs(constant_values, array.ndim)
        shape = array.shape
        wide = shape
        for k in range(array.ndim):
            before = int(of_side(pad_width, k, 0))
            after = int(of_side(pad_width, k, 1))
            if before < 0 or after < 0:
                raise ValueError("index can't contain negative values")
            if shape[k] == 0 and mode > 0 and mode < 8 and (before > 0 or after > 0):
                raise ValueError(intrinsics.text("can't extend empty axis ", k, " using modes other than 'constant' or 'empty'"))
            if before > 281474976710656 or after > 281474976710656:
                too_big()
            wide = intrinsics.with_item(wide, k, shape[k] + before + after)
        out = np.zeros(wide, array.dtype)
        inner = out[...]
        for k in range(array.ndim):
            before = int(of_side(pad_width, k, 0))
            inner = part_along(inner, k, before, before + shape[k])
        inner[...] = array
        if mode < 8:
            for k in range(array.ndim):
                before = int(of_side(pad_width, k, 0))
                after = int(of_side(pad_width, k, 1))
                pad_along(out, shape[k], k, before, after, mode, of_side(constant_values, k, 0), of_side(constant_values, k, 1))
        return out
