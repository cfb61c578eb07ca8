"""Money: whole minor units inside, google.type.Money by name at the edges; never a fraction."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.billing.domain.errors import CurrencyDiffers, RequestInvalid

NANOS_PER_UNIT = 1_000_000_000
BASIS_POINTS_OF_ALL = 10_000

# ISO 4217, active codes of countries, by the digits of their minor unit.
_CODES_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD"
        " CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD"
        " GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL"
        " MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN"
        " PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP"
        " SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}
MINOR_DIGITS = {
    code: digits for digits, codes in _CODES_BY_DIGITS.items() for code in codes.split()
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as google.type.Money says it."""

    currency_code: str
    units: int
    nanos: int


def minor_units(money: Money, field: str = "amount") -> int:
    """Return `money` in its currency's minor unit; refuse what the currency has no coin for."""
    scale = _scale(money.currency_code, field)
    fraction, rest = divmod(money.nanos * scale, NANOS_PER_UNIT)
    if rest:
        raise RequestInvalid(field, f"{money.currency_code} has no smaller unit than 1/{scale}")
    return money.units * scale + fraction


def amount_of(currency_code: str, minor: int) -> Money:
    """Return `minor` units as Money; units and nanos have one sign."""
    scale = _scale(currency_code, "currency_code")
    units, rest = divmod(abs(minor), scale)
    sign = -1 if minor < 0 else 1
    return Money(currency_code, sign * units, sign * rest * (NANOS_PER_UNIT // scale))


def _scale(currency_code: str, field: str) -> int:
    digits = MINOR_DIGITS.get(currency_code)
    if digits is None:
        raise RequestInvalid(field, f"{currency_code} is not an active currency of ISO 4217")
    return int(10**digits)


def minor_units_in(currency_code: str, money: Money, field: str = "amount") -> int:
    """Return `money` in minor units; refuse another currency than `currency_code`."""
    if money.currency_code != currency_code:
        raise CurrencyDiffers(currency_code=currency_code)
    return minor_units(money, field)


def share_of(minor: int, basis_points: int) -> int:
    """Return so many basis points of an amount, half a unit rounded up, as tills do."""
    return (minor * basis_points + BASIS_POINTS_OF_ALL // 2) // BASIS_POINTS_OF_ALL


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` by `weights` with nothing lost: the largest remainders get the odd units.

    Equal remainders go to the earlier part. Weights that are all zero share alike.
    """
    whole = sum(weights)
    if whole == 0:
        return allocate(total, [1] * len(weights))
    parts = [divmod(total * weight, whole) for weight in weights]
    left = total - sum(quotient for quotient, _ in parts)
    by_remainder = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    lucky = set(by_remainder[:left])
    return tuple(quotient + (place in lucky) for place, (quotient, _) in enumerate(parts))
