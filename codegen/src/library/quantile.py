# Medians and quantiles: the elements that become one are gathered in a buffer, in which the places that count are put
# in order.


@njit(boundscheck=False)
def plan_buffer(extents, strides, steps, a, moves):
    # A plan in which the dimensions that are folded come first, and how many these are.
    shape = a.shape
    along = a.strides
    lead = 0
    for k in range(len(moves)):
        if moves[k] == 0:
            extents[lead] = shape[k]
            strides[lead] = along[k]
            steps[lead] = 0
            lead += 1
    n = lead
    for k in range(len(moves)):
        if moves[k] != 0:
            extents[n] = shape[k]
            strides[n] = along[k]
            steps[n] = moves[k]
            n += 1
    return lead


@njit(inline='never', boundscheck=False)
def quantile_axes(out, a, moves, buffer, q, method, skips):
    # Puts into `out` the quantile of each part of `a`, which `buffer` holds; the median for a `method` of -1. `skips`:
    # whether NaNs are left out.
    if out.size == 0:
        return
    n_axes = len(moves)
    extents = np.empty(n_axes, np.int64)
    strides = np.empty(n_axes, np.int64)
    steps = np.empty(n_axes, np.int64)
    counters = np.zeros(n_axes, np.int64)
    inner = np.zeros(n_axes, np.int64)
    place = np.zeros(2, np.int64)
    start = np.zeros(1, np.int64)
    lead = plan_buffer(extents, strides, steps, a, moves)
    while True:
        result = intrinsics.adjacent(out, int(place[1]), 1)
        start[0] = place[0]
        if lead == 0:
            buffer[0] = intrinsics.adjacent(a, int(start[0]), 1)[0]
        else:
            for k in range(lead):
                inner[k] = 0
            gather(buffer, a, inner, extents, strides, lead, start)
        n = numbers_first(buffer)
        if n == 0 or (n < len(buffer) and not skips):
            result[0] = nan_like(result[0])
        elif method < 0:
            result[0] = median_of(buffer, n, result[0])
        else:
            result[0] = quantile_of(buffer, n, q, method, result[0])
        if not next_of_plan(counters, extents, strides, steps, n_axes, lead, place):
            return


@njit(boundscheck=False)
def quantiles_axes(out, a, moves, buffer, qs, method, skips):
    # The same for each of several parts: their results follow each other.
    if out.size == 0:
        return
    n = intrinsics.trunc_div(len(out), len(qs))
    for k in range(len(qs)):
        quantile_axes(out[k * n:(k + 1) * n], a, moves, buffer, qs[k], method, skips)


@njit(boundscheck=False)
def are_fractions(qs):
    for q in qs:
        if not (q >= 0.0 and q <= 1.0):
            return False
    return True


def nan_like(x):
    # Integers have none, and are never asked for it.
    return intrinsics.like(math.nan, x)


@njit(boundscheck=False)
def numbers_first(a):
    # Moves what is not a number behind the others, and says how many these are.
    n = 0
    for i in range(len(a)):
        x = a[i]
        if x == x:
            a[i] = a[n]
            a[n] = x
            n += 1
    return n


@njit(boundscheck=False)
def put_in_place(a, n, k):
    # Puts the element at k that stands there when the first n are sorted, with none behind that is less, and none
    # before that is greater (Hoare's selection). Which element divides is taken from a fixed sequence, so that no
    # usual order is a bad one.
    low = 0
    high = n - 1
    seed = np.uint64(88172645463325252)
    while low < high:
        seed = seed * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        size = intrinsics.wrap_uint64(high - low + 1)
        pivot = a[low + intrinsics.wrap_int((seed >> np.uint64(33)) % size)]
        i = low
        j = high
        while i <= j:
            while a[i] < pivot:
                i += 1
            while a[j] > pivot:
                j -= 1
            if i <= j:
                x = a[i]
                a[i] = a[j]
                a[j] = x
                i += 1
                j -= 1
        if k <= j:
            high = j
        elif k >= i:
            low = i
        else:
            return


@njit(boundscheck=False)
def median_of(a, n, model):
    # The mean of the one or two in the middle.
    middle = intrinsics.trunc_div(n, 2)
    put_in_place(a, n, middle)
    upper = intrinsics.like(a[middle], model)
    if n % 2 == 1:
        return intrinsics.like(0, model) + upper
    lower = a[0]
    for i in range(middle):
        lower = greatest_of(lower, a[i])
    return mean_of(intrinsics.like(0, model) + (intrinsics.like(lower, model) + upper), 2)


@njit(boundscheck=False)
def quantile_of(a, n, q, method, model):
    last = float(n - 1)
    position = virtual_index(n, q, method)
    if method < 3:
        at = int(position)
        put_in_place(a, n, at)
        return intrinsics.like(a[at], model)
    else:
        previous = intrinsics.floor(position)
        behind = previous + 1.0
        fraction = position - previous
        if position >= last:
            previous = last
            behind = last
            fraction = position + 1.0
        elif position < 0.0:
            previous = 0.0
            behind = 0.0
            fraction = position
        if method == 4 or method == 5:
            fraction = corrected(fraction, position, method)
        at = int(behind)
        put_in_place(a, n, at)
        above = a[at]
        below = above
        if behind != previous:
            below = a[0]
            for i in range(at):
                below = greatest_of(below, a[i])
        return fraction_between(below, above, fraction, model)


def corrected(fraction, position, method):
    if method == 4:
        return intrinsics.select(position == intrinsics.floor(position), 0.0, 0.5)
    return intrinsics.select(fraction == 0.0, 0.5, 1.0)


def fraction_between(below, above, fraction, model):
    apart = intrinsics.like(above - below, model)
    if fraction >= 0.5:
        return intrinsics.like(above, model) - apart * intrinsics.like(1.0 - fraction, model)
    return intrinsics.like(below, model) + apart * intrinsics.like(fraction, model)


def virtual_index(n, q, method):
    # Where the quantile stands among n elements in order, by Hyndman and Fan's methods and NumPy's own. Methods below 3
    # give whole numbers.
    steps = float(n - 1) * q
    if method == 0:
        return intrinsics.floor(steps)
    if method == 1:
        return intrinsics.ceil(steps)
    if method == 2:
        return intrinsics.round_even(steps)
    if method == 3:
        return steps
    if method == 4:
        return 0.5 * (intrinsics.floor(steps) + intrinsics.ceil(steps))
    if method == 5:
        return float(n) * q - 1.0
    alpha = 0.0
    beta = 1.0
    if method == 7:
        alpha = 0.5
        beta = 0.5
    elif method == 8:
        beta = 0.0
    elif method == 9:
        alpha = 1.0 / 3.0
        beta = 1.0 / 3.0
    elif method == 10:
        alpha = 3.0 / 8.0
        beta = 3.0 / 8.0
    return float(n) * q + (alpha + q * (1.0 - alpha - beta)) - 1.0


def percent(q):
    return q / 100.0
