"""A file that stays as it is: its types stand in rates.pyi."""


def compound(amount, rate, years):
    for _ in range(years):
        amount *= 1 + rate
    return amount


def largest(rates):
    best = rates[0]
    for i in range(1, len(rates)):
        best = max(best, rates[i])
    return best
