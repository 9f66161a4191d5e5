

# Numbers of a distribution of one, two or three parameters: one of them, or an array of a size. `NAME_check` raises where a
# parameter, or one of many, is none that the distribution has, `NAME_one` draws a number of Python's.


def NAME_of_1(state, a, size):
    if intrinsics.is_number(a):
        NAME_check(a, False)
        if size is None:
            return NAME_one(state, a)
        else:
            out = np.empty(size, DTYPE)
            places = all_places(out)
            for i in range(len(places)):
                places[i] = NAME_one(state, a)
            return out
    else:
        out = np.empty(drawn_shape(a.shape, size), DTYPE)
        first = all_broadcast_to(a, out)
        for i in range(len(first)):
            NAME_check(first[i], True)
        places = all_places(out)
        for i in range(len(places)):
            places[i] = NAME_one(state, first[i])
        return out


def NAME_of_2(state, a, b, size):
    if intrinsics.is_number(a) and intrinsics.is_number(b):
        NAME_check(a, b, False)
        if size is None:
            return NAME_one(state, a, b)
        else:
            out = np.empty(size, DTYPE)
            places = all_places(out)
            for i in range(len(places)):
                places[i] = NAME_one(state, a, b)
            return out
    else:
        x = np.asarray(a)
        y = np.asarray(b)
        out = np.empty(drawn_shape(numpy_broadcast_shapes((x.shape, y.shape)), size), DTYPE)
        first = all_broadcast_to(x, out)
        second = all_broadcast_to(y, out)
        for i in range(len(first)):
            NAME_check(first[i], second[i], True)
        places = all_places(out)
        for i in range(len(places)):
            places[i] = NAME_one(state, first[i], second[i])
        return out


def NAME_of_3(state, a, b, c, size):
    if intrinsics.is_number(a) and intrinsics.is_number(b) and intrinsics.is_number(c):
        NAME_check(a, b, c, False)
        if size is None:
            return NAME_one(state, a, b, c)
        else:
            out = np.empty(size, DTYPE)
            places = all_places(out)
            for i in range(len(places)):
                places[i] = NAME_one(state, a, b, c)
            return out
    else:
        x = np.asarray(a)
        y = np.asarray(b)
        z = np.asarray(c)
        out = np.empty(drawn_shape(numpy_broadcast_shapes((x.shape, y.shape, z.shape)), size), DTYPE)
        first = all_broadcast_to(x, out)
        second = all_broadcast_to(y, out)
        third = all_broadcast_to(z, out)
        for i in range(len(first)):
            NAME_check(first[i], second[i], third[i], True)
        places = all_places(out)
        for i in range(len(places)):
            places[i] = NAME_one(state, first[i], second[i], third[i])
        return out
