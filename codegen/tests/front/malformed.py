"""Text that is not Python. Only the first mistake of a line is shown."""


def good(x: float):
    return x


def bad(x: float:                          # error: [syntax-error] :
    return x


def worse(x: float):
    y = = x                                # error: [syntax-error] =
    return missing


def also_good(x: float):
    return bad(x) + unknown_because_of_mistakes
