"""A run of the servers that waits to be killed: `python -m tests.integration.deploy.held`."""

import json
import sys

import psutil

from deploy.local.stack import kept_stack, signals_unwind


def main() -> None:
    """Start PostgreSQL and NATS, say every process id, and wait for the end of the input."""
    with signals_unwind(), kept_stack() as stack:
        stack.start_servers()
        children = {child.name(): child.pid for child in psutil.Process().children()}
        said = json.dumps({"folder": str(stack.folder), "children": children})
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
