"""Prices of European options.

F. Black and M. Scholes, "The Pricing of Options and Corporate Liabilities", Journal of Political
Economy 81 (1973). The normal distribution is approximation 26.2.17 of M. Abramowitz and
I. A. Stegun, "Handbook of Mathematical Functions" (1964), whose error is below 7.5e-8.
"""

import math

from numba import njit, vectorize, float64


@njit
def cnd(d):
    """The probability that a standard normal variable is below d."""
    k = 1.0 / (1.0 + 0.2316419 * abs(d))
    polynomial = k * (
        0.319381530 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429)))
    )
    tail = math.exp(-0.5 * d * d) / math.sqrt(2.0 * math.pi) * polynomial
    if d > 0:
        return 1.0 - tail
    return tail


@njit
def values(stock_price, option_strike, years, risk_free, volatility):
    """What an option to buy and an option to sell are worth."""
    deviation = volatility * math.sqrt(years)
    d1 = (math.log(stock_price / option_strike) + (risk_free + 0.5 * volatility**2) * years) / deviation
    d2 = d1 - deviation
    discounted = option_strike * math.exp(-risk_free * years)
    call = stock_price * cnd(d1) - discounted * cnd(d2)
    put = discounted * (1.0 - cnd(d2)) - stock_price * (1.0 - cnd(d1))
    return call, put


@njit
def black_scholes(
    call_result: float64[::1],
    put_result: float64[::1],
    stock_price: float64[::1],
    option_strike: float64[::1],
    option_years: float64[::1],
    risk_free: float64,
    volatility: float64,
):
    """Writes the prices of a call and a put for every stock price, strike and time to expiry.

    risk_free is the yearly interest rate, volatility the yearly standard deviation of the logarithm
    of the price. All arrays have one length.
    """
    n = len(stock_price)
    assert len(call_result) == n and len(put_result) == n, "results of another length"
    assert len(option_strike) == n and len(option_years) == n, "options of another length"
    for i in range(n):
        call_result[i], put_result[i] = values(
            stock_price[i], option_strike[i], option_years[i], risk_free, volatility
        )


@vectorize([float64(float64, float64, float64, float64, float64)], target="cuda")
def call(stock_price, option_strike, years, risk_free, volatility):
    """What an option to buy is worth, on all CPUs and GPUs."""
    return values(stock_price, option_strike, years, risk_free, volatility)[0]


@vectorize([float64(float64, float64, float64, float64, float64)], target="cuda")
def put(stock_price, option_strike, years, risk_free, volatility):
    """What an option to sell is worth."""
    return values(stock_price, option_strike, years, risk_free, volatility)[1]
