

# The binomial distribution (Kachitvichyanukul and Schmeiser, "Binomial Random Variate Generation", 1988): by inversion where few are
# expected, else by the algorithm BTPE.


def binomial_check(n, p, many):
    if n < 0:
        raise ValueError("n < 0")
    if not (float(p) >= 0.0 and float(p) <= 1.0):
        if many:
            raise ValueError("p < 0, p > 1 or p contains NaNs")
        raise ValueError("p < 0, p > 1 or p is NaN")


def binomial_one(state, n, p):
    n = int(n)
    p = float(p)
    if intrinsics.is_pcg(state):
        if n == 0 or p == 0.0:
            return 0
    if p <= 0.5:
        return binomial_rare(state, n, p)
    return n - binomial_rare(state, n, 1.0 - p)


def binomial_rare(state, n, p):
    if p * float(n) <= 30.0:
        return binomial_by_inversion(state, n, p)
    return binomial_by_rejection(state, n, p)


def binomial_by_inversion(state, n, p):
    q = 1.0 - p
    none = exp(float(n) * log(q))
    expected = float(n) * p
    most = expected + 10.0 * intrinsics.sqrt(expected * q + 1.0)
    bound = n
    if float(n) >= most:
        bound = intrinsics.wrap_int(most)
    count = 0
    part = none
    u = next_double(state)
    while u > part:
        count = count + 1
        if count > bound:
            count = 0
            part = none
            u = next_double(state)
        else:
            u = u - part
            part = (float(n - count + 1) * p * part) / (float(count) * q)
    return count


def binomial_by_rejection(state, n, p):
    r = p
    if 1.0 - p < p:
        r = 1.0 - p
    q = 1.0 - r
    fm = float(n) * r + r
    m = intrinsics.wrap_int(intrinsics.floor(fm))
    p1 = intrinsics.floor(2.195 * intrinsics.sqrt(float(n) * r * q) - 4.6 * q) + 0.5
    xm = float(m) + 0.5
    xl = xm - p1
    xr = xm + p1
    c = 0.134 + 20.5 / (15.3 + float(m))
    a = (fm - xl) / (fm - xl * r)
    laml = a * (1.0 + a / 2.0)
    a = (xr - fm) / (xr * q)
    lamr = a * (1.0 + a / 2.0)
    p2 = p1 * (1.0 + 2.0 * c)
    p3 = p2 + c / laml
    p4 = p3 + c / lamr
    nrq = float(n) * r * q
    while True:
        u = next_double(state) * p4
        v = next_double(state)
        y = 0
        if u <= p1:
            return intrinsics.wrap_int(intrinsics.floor(xm - p1 * v + u))
        inside = True
        if u <= p2:
            x = xl + (u - p1) / c
            v = v * c + 1.0 - intrinsics.fabs(float(m) - x + 0.5) / p1
            inside = not v > 1.0
            y = intrinsics.wrap_int(intrinsics.floor(x))
        elif u <= p3:
            y = intrinsics.wrap_int(intrinsics.floor(xl + log(v) / laml))
            inside = not (y < 0 or v == 0.0)
            v = v * (u - p2) * laml
        else:
            y = intrinsics.wrap_int(intrinsics.floor(xr - log(v) / lamr))
            inside = not (y > n or v == 0.0)
            v = v * (u - p3) * lamr
        if inside and binomial_is_below(n, r, m, xm, nrq, v, y):
            return y


def binomial_is_below(n, r, m, xm, nrq, v, y):
    # Whether a point above `y` at the height `v` is below the distribution's curve.
    q = 1.0 - r
    k = y - m
    if k < 0:
        k = -k
    if k <= 20 or float(k) >= nrq / 2.0 - 1.0:
        s = r / q
        a = s * float(n + 1)
        height = 1.0
        for i in range(m + 1, y + 1):
            height = height * (a / float(i) - s)
        for i in range(y + 1, m + 1):
            height = height / (a / float(i) - s)
        return not v > height
    rho = (float(k) / nrq) * ((float(k) * (float(k) / 3.0 + 0.625) + 0.16666666666666666) / nrq + 0.5)
    t = -float(k) * float(k) / (2.0 * nrq)
    height = log(v)
    if height < t - rho:
        return True
    if height > t + rho:
        return False
    x1 = float(y + 1)
    f1 = float(m + 1)
    z = float(n + 1 - m)
    w = float(n - y + 1)
    sides = xm * log(f1 / x1) + (float(n - m) + 0.5) * log(z / w) + float(y - m) * log(w * r / (x1 * q))
    return not height > sides + binomial_rest(f1) + binomial_rest(z) + binomial_rest(x1) + binomial_rest(w)


def binomial_rest(x):
    square = x * x
    return (13680.0 - (462.0 - (132.0 - (99.0 - 140.0 / square) / square) / square) / square) / x / 166320.0


def random_binomial(state, n, p, size=None):
    return binomial_of_2(state, n, p, size)
