"""Loads that end, what they showed, and the line that is printed of it."""

import asyncio
import json
import math
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass

WARM_SECONDS = 0.5
CALLS_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: rounds of ours and floor in turn, and how long or how many in each."""

    rounds: int
    seconds: float
    events: int


THOROUGH = Effort(rounds=5, seconds=2.5, events=5000)
QUICK = Effort(rounds=1, seconds=0.5, events=500)


@dataclass(frozen=True, slots=True)
class Sample:
    """One side of one round: the rate, and how long one took."""

    rate: float
    p50_ms: float | None = None
    p99_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One figure as printed; a ratio above 1 is better than the floor, whatever the unit."""

    figure: str
    concurrency: int | None
    value: float
    unit: str
    floor: float
    ratio: float
    p50_ms: float | None
    p99_ms: float | None

    def __str__(self) -> str:
        shown = {
            name: _rounded(value) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }
        return json.dumps(shown)


def _rounded(value: float) -> float:
    """Return `value` to three significant digits, whole from a hundred up."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, 2 - math.floor(math.log10(abs(value)))))


@dataclass(frozen=True, slots=True)
class Round:
    """Ours and the floor, one right after the other."""

    ours: Sample
    floor: Sample


def rates(figure: str, concurrency: int | None, rounds: Sequence[Round]) -> Line:
    """Return the line of a figure per second: the median ratio of `rounds`."""
    return Line(
        figure,
        concurrency,
        statistics.median(r.ours.rate for r in rounds),
        "per second",
        statistics.median(r.floor.rate for r in rounds),
        statistics.median(r.ours.rate / r.floor.rate for r in rounds),
        _median(r.ours.p50_ms for r in rounds),
        _median(r.ours.p99_ms for r in rounds),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def latencies(figure: str, concurrency: int | None, rounds: Sequence[Round]) -> Line:
    """Return the line of a figure in milliseconds: its median, and floor / ours as the ratio."""
    ours = [r.ours.p50_ms or math.nan for r in rounds]
    floor = [r.floor.p50_ms or math.nan for r in rounds]
    return Line(
        figure,
        concurrency,
        statistics.median(ours),
        "ms",
        statistics.median(floor),
        statistics.median(theirs / own for own, theirs in zip(ours, floor, strict=True)),
        statistics.median(ours),
        _median(r.ours.p99_ms for r in rounds),
    )


def sample(seconds: Sequence[float], elapsed: float) -> Sample:
    """Return what `seconds`, one duration a piece, show over `elapsed`."""
    ranked = sorted(seconds)
    return Sample(len(ranked) / elapsed, 1e3 * _rank(ranked, 0.5), 1e3 * _rank(ranked, 0.99))


def at_rate(count: int, elapsed: float) -> Sample:
    """Return the rate of `count` things done together in `elapsed`."""
    return Sample(count / elapsed)


def _rank(ranked: Sequence[float], part: float) -> float:
    return ranked[min(len(ranked) - 1, int(len(ranked) * part))]


async def closed_loop(
    call: Callable[[int], Awaitable[None]], concurrency: int, seconds: float
) -> Sample:
    """Let `concurrency` workers make one call after the other; the first moments do not count."""
    begin = time.perf_counter() + WARM_SECONDS
    end = begin + seconds
    took: list[float] = []

    async def worker(number: int) -> None:
        for _ in range(CALLS_MOST):
            started = time.perf_counter()
            if started >= end:
                return
            await call(number)
            ended = time.perf_counter()
            if begin <= ended < end:
                took.append(ended - started)

    await asyncio.gather(*map(worker, range(concurrency)))
    return sample(took, seconds)
