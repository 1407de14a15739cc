"""Encrypted and with certificates on both sides, as Dask does it; the certificates are made here."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from dask_processes import DaskProcesses
from tiny_project import BEATS, TinyProject

LINE = ("render", "tiny", "--lang", "en", "--quality", "low", "--fps", "2", "--json", "--cluster")


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def certificates(folder: Path) -> None:
    """An authority, ``ca.pem``; and of its making ``cert.pem`` with ``key.pem``: what README.md says to do."""
    folder.mkdir()
    openssl(folder, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=films",
            "-keyout", "ca-key.pem", "-out", "ca.pem")  # fmt: skip
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=worker", "-keyout", "key.pem", "-out", "csr")
    openssl(folder, "x509", "-req", "-in", "csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial",
            "-days", "2", "-out", "cert.pem")  # fmt: skip


def of_client(folder: Path) -> dict[str, str]:
    """The settings of whoever wants films, as environment variables."""
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    return {
        f"{tls}CA_FILE": str(folder / "ca.pem"), f"{tls}CLIENT__CERT": str(folder / "cert.pem"),
        f"{tls}CLIENT__KEY": str(folder / "key.pem"), "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True",
    }  # fmt: skip


def options(folder: Path) -> tuple[str, ...]:
    return ("--tls-ca-file", str(folder / "ca.pem"), "--tls-cert", str(folder / "cert.pem"),
            "--tls-key", str(folder / "key.pem"))  # fmt: skip


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    folder = tmp_path_factory.mktemp("tls")
    certificates(folder / "ours")
    certificates(folder / "theirs")
    cluster = DaskProcesses(folder / "dask", "tls", options(folder / "ours"))
    cluster.start_scheduler()
    cluster.start_worker("ours")
    cluster.await_worker("ours")
    yield cluster
    cluster.stop()


def test_films_come_over_tls(tiny: TinyProject, secure: DaskProcesses) -> None:
    done = tiny.run(*LINE, secure.address, **of_client(secure.folder.parent / "ours"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["drawn"] == list(BEATS)
    assert "computing tiny on ours at" in done.stderr and "which declares GL" in done.stderr, "computations, too"


@pytest.mark.parametrize("whose", ["nobody", "theirs"])
def test_who_has_no_certificate_of_this_authority_gets_nothing(
    tiny: TinyProject, secure: DaskProcesses, whose: str
) -> None:
    folder = secure.folder.parent / whose
    done = tiny.run(*LINE, secure.address, **(of_client(folder) if folder.exists() else {}))
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "There is no scheduler at" in done.stderr and "with TLS both sides need certificates" in done.stderr


def test_without_encryption_nobody_is_spoken_with(tiny: TinyProject, secure: DaskProcesses) -> None:
    """Neither by the scheduler, nor by a command that requires it."""
    plain = secure.address.replace("tls://", "tcp://")
    done = tiny.run(*LINE, plain)
    assert done.returncode == 1 and "There is no scheduler at" in done.stderr
    done = tiny.run(*LINE, plain, **of_client(secure.folder.parent / "ours"))
    assert done.returncode == 1 and "encryption" in done.stderr


def test_a_worker_of_another_authority_is_not_let_in(secure: DaskProcesses) -> None:
    folder = secure.folder.parent
    theirs = DaskProcesses(folder / "others", "tls", options(folder / "theirs"), secure.port)
    try:
        worker = theirs.start_worker("theirs", DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="2s")
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(10)
        assert "Registered to" not in theirs.said("theirs") and "theirs" not in secure.said("scheduler")
    finally:
        theirs.stop()
