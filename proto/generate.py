"""Make, check and freeze what comes out of the schema: make proto, proto-check, proto-baseline."""

import filecmp
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent
VENDOR = ROOT / "vendor"
GEN = ROOT / "gen"
BASELINE = ROOT / "baseline.binpb"
VALIDATE = "buf/validate/validate.proto"
# buf compares module by module, and an image is one module: so only ours is taken and compared.
OURS = ("--path", "mesoflow")
SERVICE = re.compile(r"^service ", re.MULTILINE)


def generate(out: Path = GEN) -> int:
    """Replace `out` by the Python of the schema, and return protoc's status."""
    with tempfile.TemporaryDirectory(prefix="mesoflow-proto-") as scratch:
        fresh = Path(scratch) / "gen"
        fresh.mkdir()
        if status := run_protoc(fresh):
            return status
        complete_packages(fresh)
        shutil.rmtree(out, ignore_errors=True)
        shutil.move(fresh, out)
    return 0


def run_protoc(out: Path) -> int:
    """Write messages and stubs under `out`; only files with a service get gRPC code."""
    protos = sorted(
        path.relative_to(ROOT).as_posix() for path in (ROOT / "mesoflow").rglob("*.proto")
    )
    services = [name for name in protos if SERVICE.search((ROOT / name).read_text("utf-8"))]
    include = [f"-I{ROOT}", f"-I{VENDOR}", f"-I{resources.files('grpc_tools') / '_proto'}"]
    plugins = [f"--plugin={beside_python(f'protoc-gen-{name}')}" for name in ("mypy", "mypy_grpc")]
    # The code of google/* comes with googleapis-common-protos, which ships it without types.
    google = sorted(
        path.relative_to(VENDOR).as_posix() for path in VENDOR.glob("google/**/*.proto")
    )
    runs = (
        ([f"--python_out={out}"], [VALIDATE]),
        ([f"--mypy_out=quiet:{out}"], google),
        ([f"--python_out={out}", f"--mypy_out=quiet:{out}"], protos),
        ([f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet,only_async:{out}"], services),
    )
    for flags, sources in runs:
        if status := protoc.main(["protoc", *include, *plugins, *flags, *sources]):
            return int(status)
    return 0


def complete_packages(out: Path) -> None:
    """Make packages of the folders with code; `google` stays one that others share."""
    for module in list(out.rglob("*.py")):
        for folder in module.relative_to(out).parents[:-1]:
            (out / folder / "__init__.py").touch()
    for package in out.glob("*/__init__.py"):
        package.with_name("py.typed").touch()


def check() -> int:
    """Return 0 when gen is current, the schema is tidy and no one who uses it would break."""
    with tempfile.TemporaryDirectory(prefix="mesoflow-proto-") as scratch:
        fresh = Path(scratch) / "gen"
        if status := generate(fresh):
            return status
        stale = sorted(differences(fresh, GEN))
    for name in stale:
        print(f"proto/gen is not what the schema gives: {name} (run make proto)")
    failed = [
        arguments[0]
        for arguments in (
            ("lint",),
            ("breaking", *OURS, "--against", str(BASELINE)),
            ("format", "--diff", "--exit-code"),
        )
        if buf(*arguments)
    ]
    for name in failed:
        print(f"buf {name} failed")
    return 1 if stale or failed else 0


def differences(fresh: Path, committed: Path) -> Iterator[str]:
    """Yield every file that one of the two trees lacks or that differs between them."""
    ours, theirs = listing(fresh), listing(committed)
    yield from ours ^ theirs
    for name in ours & theirs:
        if not filecmp.cmp(fresh / name, committed / name, shallow=False):
            yield name


def listing(tree: Path) -> set[str]:
    """Return the files of `tree`, without what Python compiled there."""
    return {
        path.relative_to(tree).as_posix()
        for path in tree.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def baseline() -> int:
    """Take the schema as it is now as the one that later ones may not break."""
    return buf("build", *OURS, "--exclude-source-info", "-o", str(BASELINE))


def buf(*arguments: str) -> int:
    """Run buf on the schema. It needs no network: the imports are vendored."""
    return subprocess.run([beside_python("buf"), *arguments], cwd=ROOT, check=False).returncode


def beside_python(name: str) -> Path:
    """Return the command that was installed with this Python, whatever the PATH says."""
    return Path(sys.executable).with_name(name)


COMMANDS: dict[str, Callable[[], int]] = {
    "generate": generate,
    "check": check,
    "baseline": baseline,
}


def main(arguments: Sequence[str]) -> int:
    """Run the named command; without a name, generate."""
    name = arguments[0] if arguments else "generate"
    if name not in COMMANDS or len(arguments) > 1:
        print(f"usage: generate.py [{'|'.join(COMMANDS)}]", file=sys.stderr)
        return 2
    return COMMANDS[name]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
