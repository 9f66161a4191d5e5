

# Histograms and covariances.


def numpy_histogram(a, bins=10, range=None, density=None):
    if intrinsics.is_number(bins):
        edges = even_edges(numpy_ravel(a), bins, range)
        counts = counts_between_even(numpy_ravel(a), edges)
    else:
        edges = rising_edges(bins)
        counts = counts_between(numpy_sort(numpy_ravel(a), -1), edges)
    if density is None:
        return counts, edges
    else:
        return counts / differences(edges, 0) / np.sum(counts), edges


def rising_edges(bins):
    for i in range(1, len(bins)):
        if comes_before(bins[i], bins[i - 1]):
            raise ValueError("`bins` must increase monotonically, when an array")
    return bins


def even_edges(a, n, limits):
    if n < 1:
        raise ValueError("`bins` must be positive, when an integer")
    if limits is None:
        first = 0.0
        last = 1.0
        if len(a) > 0:
            first = float(np.min(a))
            last = float(np.max(a))
        if not (math.isfinite(first) and math.isfinite(last)):
            raise ValueError(intrinsics.text("autodetected range of [", first, ", ", last, "] is not finite"))
    else:
        first = float(limits[0])
        last = float(limits[1])
        if first > last:
            raise ValueError("max must be larger than min in range parameter.")
        if not (math.isfinite(first) and math.isfinite(last)):
            raise ValueError(intrinsics.text("supplied range of [", first, ", ", last, "] is not finite"))
    if first == last:
        first = first - 0.5
        last = last + 0.5
    return numpy_linspace(first, last, n + 1, True, None, np.result_type(a, 1.0))


def counts_between_even(a, edges):
    # What stands near an edge is put where the edges say.
    n = len(edges) - 1
    counts = np.zeros(n, np.int64)
    first = edges[0]
    last = edges[n]
    for i in range(len(a)):
        x = intrinsics.like(a[i], first)
        if x >= first and x <= last:
            place = int((x - first) / (last - first) * intrinsics.like(n, first))
            if place >= n:
                place = n - 1
            if x < edges[place]:
                place = place - 1
            if place < n - 1 and x >= edges[place + 1]:
                place = place + 1
            counts[place] += 1
    return counts


def counts_between(a, edges):
    # Between each edge and the next one; what equals the last is among the last.
    n = len(edges) - 1
    if n < 1:
        return np.zeros(0, np.int64)
    dtype = np.result_type(a, edges)
    values = of_type(a, dtype)
    places = of_type(edges, dtype)
    counts = np.empty(n, np.int64)
    before = place_in(values, places[0], False)
    for k in range(n):
        after = place_in(values, places[k + 1], k == n - 1)
        counts[k] = after - before
        before = after
    return counts


def as_rows(m, rowvar):
    x = converted(m, np.result_type(m, np.float64))
    if x.ndim == 1:
        return x[None, :]
    else:
        if rowvar:
            return x[:, :]
        return x.T


def covariance(x, bias, ddof):
    # Each row is a variable.
    rows = x.shape[0]
    n = x.shape[1]
    for i in range(rows):
        average = np.mean(np.copy(x[i]))
        x[i] -= average
    out = np.zeros((rows, rows), x.dtype)
    if intrinsics.kind(x) == 3:
        add_product(out, x, np.conjugate(x.T))
    else:
        add_product(out, x, x.T)
    if ddof is None:
        freedom = n - 1
        if bias:
            freedom = n
    else:
        freedom = n - ddof
    out *= 1.0 / float(maximum(freedom, 0))
    return out


def numpy_cov(m, y=None, rowvar=True, bias=False, ddof=None):
    if y is None:
        out = covariance(as_rows(m, rowvar), bias, ddof)
        if m.ndim == 1:
            return intrinsics.contiguous(out, ())
        return out
    else:
        rows = numpy_concatenate((as_rows(m, rowvar), as_rows(y, rowvar)), 0, None)
        return covariance(rows, bias, ddof)


def numpy_corrcoef(x, y=None, rowvar=True):
    if y is None:
        out = covariance(as_rows(x, rowvar), False, None)
        normalise(out)
        if x.ndim == 1:
            return out[0, 0]
        return out
    else:
        out = covariance(numpy_concatenate((as_rows(x, rowvar), as_rows(y, rowvar)), 0, None), False, None)
        normalise(out)
        return out


def normalise(c):
    # By the standard deviations of both; what rounding takes beyond 1 is brought back.
    n = len(c)
    deviations = np.sqrt(numpy_real(np.copy(numpy_diag(c, 0))))
    for i in range(n):
        for j in range(n):
            c[i, j] = c[i, j] / deviations[i] / deviations[j]
    parts = numpy_real(c)
    parts[...] = numpy_clip(parts, -1.0, 1.0, None, None)
    if intrinsics.kind(c) == 3:
        others = numpy_imag(c)
        others[...] = numpy_clip(others, -1.0, 1.0, None, None)
