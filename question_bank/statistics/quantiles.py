"""Distribution functions by name; the one place that asks scipy.special for them."""

from scipy import special


def normal_quantile(p: float) -> float:
    """The standard normal value below which a share p lies."""
    return float(special.ndtri(p))


def normal_tail(z: float) -> float:
    """The share of the standard normal above z."""
    return float(special.ndtr(-z))


def student_quantile(p: float, freedom: float) -> float:
    """Student's t value below which a share p lies."""
    return float(special.stdtrit(freedom, p))


def f_quantile(p: float, above: float, below: float) -> float:
    """The F value with these degrees of freedom below which a share p lies."""
    return float(special.fdtri(above, below, p))


def chi_square_quantile(p: float, freedom: float) -> float:
    """The chi-square value below which a share p lies."""
    return float(special.chdtri(freedom, 1.0 - p))


def chi_square_tail(value: float, freedom: float) -> float:
    """The share of the chi-square distribution above the value."""
    return float(special.chdtrc(freedom, value))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The beta value below which a share p lies."""
    return float(special.betaincinv(a, b, p))


def binomial_cdf(count: int, n: int, share: float) -> float:
    """The probability of at most `count` out of n."""
    return float(special.bdtr(count, n, share))
