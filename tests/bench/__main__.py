"""python -m tests.bench [--quick] [--only FIGURE]: one JSON object a line for every figure."""

import argparse
from collections.abc import Callable, Iterator

from deploy.local.stack import signals_unwind
from tests.bench.command_rpc import command_rpc
from tests.bench.commit_to_effect import commit_to_effect
from tests.bench.consumer import consumer
from tests.bench.flow import flow
from tests.bench.measure import QUICK, THOROUGH, Effort, Line
from tests.bench.relay_drain import relay_drain
from tests.bench.stage import Stage, staged

FIGURES: dict[str, Callable[[Stage, Effort], Iterator[Line]]] = {
    "command_rpc": command_rpc,
    "flow": flow,
    "relay_drain": relay_drain,
    "consumer": consumer,
    "commit_to_effect": commit_to_effect,
}


def main() -> None:
    """Measure what is asked for, and print each line as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: does it run?")
    parser.add_argument("--only", choices=FIGURES, help="measure this figure alone")
    given = parser.parse_args()
    with signals_unwind(), staged() as stage:
        for figure in [given.only] if given.only else FIGURES:
            for line in FIGURES[figure](stage, QUICK if given.quick else THOROUGH):
                print(line, flush=True)


if __name__ == "__main__":
    main()
