# Sine, cosine and tangent. An angle is k quarter turns and a rest of at most pi/4, held as `head - tail`; k turns
# into the sign and into which of two polynomials counts. Where zero is taken away rather than added, it
# is so that -0.0 keeps its sign. The polynomials are sollya's fpminimax, absolute, over squares up to (pi/4)**2.

from numba import njit

TWO_OVER_PI = 0.6366197723675814


def quarter_turns(x):
    # Cody and Waite: pi/2 in four parts, whose products with k are exact but for the last. The bits of k
    # are the low bits of the answer's first number. For |x| < 2**20, of float32 6144.
    if intrinsics.is_float32(x):
        shifted = intrinsics.mul_add(x, TWO_OVER_PI, 12582912.0)
        k = shifted - 12582912.0
        first = intrinsics.mul_add(-k, 1.5703125, x)
        second = k * 0.0004837512969970703
        above = first - second
        below = intrinsics.mul_add(k, 7.549533620476723e-08, second - (first - above))
        head = above - below
        tail = intrinsics.mul_add(k, 2.563344151594519e-12, below - (above - head))
        return intrinsics.bits(shifted), head, tail
    shifted = intrinsics.mul_add(x, TWO_OVER_PI, 6755399441055744.0)
    k = shifted - 6755399441055744.0
    first = intrinsics.mul_add(-k, 1.5707963267341256, x)
    second = k * 6.077100506303966e-11
    above = first - second
    below = intrinsics.mul_add(k, 2.0222662487111665e-21, second - (first - above))
    head = above - below
    tail = intrinsics.mul_add(k, 8.4784276603689e-32, below - (above - head))
    return intrinsics.bits(shifted), head, tail


def is_moderate_angle(x):
    if intrinsics.is_float32(x):
        return intrinsics.fabs(x) < 6144.0
    return intrinsics.fabs(x) < 1048576.0


def quarter_turns_of_large(x):
    # Payne and Hanek: of x * 2/pi only those 192 bits of 2/pi matter that make no whole turns and no
    # fraction too small to count. x is the integer m times a power of two; m times those bits is a fraction of a turn.
    bits = intrinsics.bits(intrinsics.fabs(x))
    m = (bits & 0xFFFFFFFFFFFFF) | 0x10000000000000
    start = (bits >> 52) - 1013
    index = start >> 6
    shift = start & 63
    word0 = two_over_pi_word(index)
    word1 = two_over_pi_word(index + 1)
    word2 = two_over_pi_word(index + 2)
    word3 = two_over_pi_word(index + 3)
    word0 = (word0 << shift) | ((word1 >> 1) >> (63 - shift))
    word1 = (word1 << shift) | ((word2 >> 1) >> (63 - shift))
    word2 = (word2 << shift) | ((word3 >> 1) >> (63 - shift))
    carried = high_product(m, word2)
    low = m * word1 + carried
    high = m * word0 + high_product(m, word1)
    if low < carried:
        high = high + 1
    rounded = high + 0x2000000000000000
    k = rounded >> 62
    rest = rounded & 0x3FFFFFFFFFFFFFFF
    # The rest, in quarter turns: four numbers of 32 bits, of which the first is signed.
    whole = float(rest >> 32) * 9.313225746154785e-10 - 0.5
    part = float(rest & 0xFFFFFFFF) * 2.168404344971009e-19
    turn = whole + part
    part = part - (turn - whole)
    part = part + (float(low >> 32) * 5.048709793414476e-29 + float(low & 0xFFFFFFFF) * 1.1754943508222875e-38)
    whole = turn
    turn = whole + part
    part = part - (turn - whole)
    product = turn * 1.5707963267948966
    error = intrinsics.product_error(turn, 1.5707963267948966)
    error = error + intrinsics.mul_add(turn, 6.123233995736766e-17, part * 1.5707963267948966)
    head = product + error
    tail = (head - product) - error
    if x < 0.0:
        return 0 - k, -head, -tail
    return k, head, tail


def quarter_turns_of_any(x):
    if intrinsics.is_float32(x):
        k, angle, rest = quarter_turns_of_large(float(x))
        head = intrinsics.like(angle, x)
        tail = intrinsics.like(float(head) - angle, x)
        return intrinsics.wrap_uint32(k), head, tail
    k, head, tail = quarter_turns_of_large(x)
    return k, head, tail


def high_product(a, b):
    # The upper 64 of the 128 bits of a product.
    low_a = a & 0xFFFFFFFF
    low_b = b & 0xFFFFFFFF
    high_a = a >> 32
    high_b = b >> 32
    middle = high_a * low_b + ((low_a * low_b) >> 32)
    other = low_a * high_b + (middle & 0xFFFFFFFF)
    return high_a * high_b + (middle >> 32) + (other >> 32)


def sine_terms(z):
    # (r - sin(r)) / r**3 with z = r * r up to (pi/4)**2.
    if intrinsics.is_float32(z):
        p = intrinsics.mul_add(-2.9165883006498916e-06, z, 0.0001986083952942863)
        p = intrinsics.mul_add(p, z, -0.008333396166563034)
        return intrinsics.mul_add(p, z, 0.1666666716337204)
    p = intrinsics.mul_add(-1.59190355310382e-10, z, 2.505114810201242e-08)
    p = intrinsics.mul_add(p, z, -2.755731620827472e-06)
    p = intrinsics.mul_add(p, z, 0.00019841269837058518)
    p = intrinsics.mul_add(p, z, -0.008333333333331295)
    return intrinsics.mul_add(p, z, 0.16666666666666666)


def cosine_terms(z):
    # (cos(r) - 1 + z / 2) / z**2.
    if intrinsics.is_float32(z):
        p = intrinsics.mul_add(2.454362766002305e-05, z, -0.0013888271059840918)
        return intrinsics.mul_add(p, z, 0.0416666641831398)
    p = intrinsics.mul_add(-1.1381409411191215e-11, z, 2.0876126015298387e-09)
    p = intrinsics.mul_add(p, z, -2.7557317149833287e-07)
    p = intrinsics.mul_add(p, z, 2.4801587298444877e-05)
    p = intrinsics.mul_add(p, z, -0.0013888888888887053)
    return intrinsics.mul_add(p, z, 0.041666666666666664)


def sine_and_cosine(head, tail):
    # Of `head - tail`, each as a number from which a small one is taken, or to which it is added.
    z = head * head
    most = intrinsics.mul_add(-0.5, z, 1.0)
    sine_rest = intrinsics.mul_add(head * z, sine_terms(z), tail * most)
    cosine_rest = intrinsics.mul_add(-0.5, z, 1.0 - most) + intrinsics.mul_add(z * z, cosine_terms(z), head * tail)
    return sine_rest, most, cosine_rest


def negated_if(y, k):
    # y, or -y where the second bit of k is set. The shift comes first: `y ^ (a & b)` is one instruction of AVX-512.
    if intrinsics.is_float32(y):
        return intrinsics.float_of_bits(intrinsics.bits(y) ^ ((k << 30) & 0x80000000))
    return intrinsics.float_of_bits(intrinsics.bits(y) ^ ((k << 62) & 0x8000000000000000))


def sine_after(k, head, tail):
    sine_rest, most, cosine_rest = sine_and_cosine(head, tail)
    return negated_if(intrinsics.select((k & 1) == 0, head - sine_rest, most + cosine_rest), k)


def tangent_terms(z):
    # (tan(r) - r) / r**3, by fpminimax with a relative error.
    if intrinsics.is_float32(z):
        p = intrinsics.mul_add(0.003875353140756488, z, 0.0011245057685300708)
        p = intrinsics.mul_add(p, z, 0.010006065480411053)
        p = intrinsics.mul_add(p, z, 0.02160600759088993)
        p = intrinsics.mul_add(p, z, 0.0539969727396965)
        p = intrinsics.mul_add(p, z, 0.13333213329315186)
        return intrinsics.mul_add(p, z, 0.3333333432674408)
    p = intrinsics.mul_add(8.273172908074638e-06, z, -1.738001180528453e-05)
    p = intrinsics.mul_add(p, z, 3.465092787446405e-05)
    p = intrinsics.mul_add(p, z, -8.813487597549736e-06)
    p = intrinsics.mul_add(p, z, 5.388155527232081e-05)
    p = intrinsics.mul_add(p, z, 9.090006298295365e-05)
    p = intrinsics.mul_add(p, z, 0.00024087922987963792)
    p = intrinsics.mul_add(p, z, 0.0005896694120739752)
    p = intrinsics.mul_add(p, z, 0.001455884811818576)
    p = intrinsics.mul_add(p, z, 0.0035921233539300814)
    p = intrinsics.mul_add(p, z, 0.008863235793798257)
    p = intrinsics.mul_add(p, z, 0.02186948852869704)
    p = intrinsics.mul_add(p, z, 0.05396825396829121)
    p = intrinsics.mul_add(p, z, 0.13333333333333533)
    return intrinsics.mul_add(p, z, 0.3333333333333333)


def tangent_after(k, head, tail):
    # tan(head) less the tail times its slope 1 + tan(head)**2, as a sum of two numbers; after an odd quarter turn
    # its reciprocal, by what is left of 1 where it is multiplied with that.
    z = head * head
    rest = intrinsics.mul_add(-(head * z), tangent_terms(z), tail * intrinsics.mul_add(z, 1.5, 1.0))
    tangent = head - rest
    inverse = -1.0 / tangent
    excess = intrinsics.mul_add(tangent, inverse, 1.0)
    excess = intrinsics.mul_add((head - tangent) - rest, inverse, excess)
    return intrinsics.select((k & 1) == 0, tangent, intrinsics.mul_add(inverse, excess, inverse))


@njit(inline='never')
def sine_of_large(x):
    if not is_finite(x):
        return x - x
    k, head, tail = quarter_turns_of_any(x)
    return sine_after(k, head, tail)


@njit(inline='never')
def cosine_of_large(x):
    if not is_finite(x):
        return x - x
    k, head, tail = quarter_turns_of_any(x)
    return sine_after(k + 1, head, tail)


@njit(inline='never')
def tangent_of_large(x):
    if not is_finite(x):
        return x - x
    k, head, tail = quarter_turns_of_any(x)
    return tangent_after(k, head, tail)


def sine(x):
    k, head, tail = quarter_turns(x)
    result = sine_after(k, head, tail)
    if not is_moderate_angle(x):
        result = sine_of_large(x)
    return result


def cosine(x):
    k, head, tail = quarter_turns(x)
    result = sine_after(k + 1, head, tail)
    if not is_moderate_angle(x):
        result = cosine_of_large(x)
    return result


def tangent(x):
    k, head, tail = quarter_turns(x)
    result = tangent_after(k, head, tail)
    if not is_moderate_angle(x):
        result = tangent_of_large(x)
    return result
def two_over_pi_word(i):
    # The i-th 64 bits of 2/pi, behind 64 zeros.
    if i < 10:
        if i < 5:
            if i < 2:
                if i < 1:
                    return intrinsics.wrap_uint64(0x0)
                return intrinsics.wrap_uint64(0xa2f9836e4e441529)
            if i < 3:
                return intrinsics.wrap_uint64(0xfc2757d1f534ddc0)
            if i < 4:
                return intrinsics.wrap_uint64(0xdb6295993c439041)
            return intrinsics.wrap_uint64(0xfe5163abdebbc561)
        if i < 7:
            if i < 6:
                return intrinsics.wrap_uint64(0xb7246e3a424dd2e0)
            return intrinsics.wrap_uint64(0x6492eea09d1921c)
        if i < 8:
            return intrinsics.wrap_uint64(0xfe1deb1cb129a73e)
        if i < 9:
            return intrinsics.wrap_uint64(0xe88235f52ebb4484)
        return intrinsics.wrap_uint64(0xe99c7026b45f7e41)
    if i < 15:
        if i < 12:
            if i < 11:
                return intrinsics.wrap_uint64(0x3991d639835339f4)
            return intrinsics.wrap_uint64(0x9c845f8bbdf9283b)
        if i < 13:
            return intrinsics.wrap_uint64(0x1ff897ffde05980f)
        if i < 14:
            return intrinsics.wrap_uint64(0xef2f118b5a0a6d1f)
        return intrinsics.wrap_uint64(0x6d367ecf27cb09b7)
    if i < 18:
        if i < 16:
            return intrinsics.wrap_uint64(0x4f463f669e5fea2d)
        if i < 17:
            return intrinsics.wrap_uint64(0x7527bac7ebe5f17b)
        return intrinsics.wrap_uint64(0x3d0739f78a5292ea)
    if i < 19:
        return intrinsics.wrap_uint64(0x6bfb5fb11f8d5d08)
    if i < 20:
        return intrinsics.wrap_uint64(0x56033046fc7b6bab)
    return intrinsics.wrap_uint64(0xf0cfbc209af4361d)

