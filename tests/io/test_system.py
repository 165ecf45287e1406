"""The system's files are read when needed, again when they change, and name themselves when they cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dnsburst._engine.address import ServerAddress
from dnsburst._io.resolvconf import ResolvConf
from dnsburst._io.system import CHECK_INTERVAL, SYSTEM, SystemFiles, WatchedFile, resolv_conf, system_servers
from dnsburst.errors import ConfigurationError


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Parser:
    """Gives the text back, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, text: str, path: str) -> str:
        self.calls += 1
        return text


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def parser() -> Parser:
    return Parser()


def test_read_once_while_unchanged(tmp_path: Path, clock: Clock, parser: Parser) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    watched = WatchedFile(str(path), parser, clock)
    for _ in range(5):
        assert "one" == watched.get()
        clock.now += 10
    assert 1 == parser.calls


def test_status_looked_at_once_a_second(
    tmp_path: Path, clock: Clock, parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    looks = []
    real_stat = os.stat
    monkeypatch.setattr(os, "stat", lambda *args, **kwargs: (looks.append(args[0]), real_stat(*args, **kwargs))[1])
    watched = WatchedFile(str(path), parser, clock)
    for _ in range(1000):
        watched.get()
        clock.now += CHECK_INTERVAL / 100
    assert 10 <= looks.count(str(path)) <= 11


@pytest.mark.parametrize("change", ["size", "mtime", "inode", "gone", "comes back"])
def test_read_again_when_changed(tmp_path: Path, clock: Clock, parser: Parser, change: str) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    status = path.stat()
    watched = WatchedFile(str(path), parser, clock)
    if change == "comes back":
        path.unlink()
        assert watched.get() == ""
        path.write_text("two")
    else:
        assert watched.get() == "one"
    if change == "size":
        path.write_text("three")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "mtime":
        path.write_text("two")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    elif change == "inode":
        other = tmp_path / "other"
        other.write_text("two")
        os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
        other.rename(path)
    elif change == "gone":
        path.unlink()
    clock.now += CHECK_INTERVAL
    assert watched.get() == {"size": "three", "gone": ""}.get(change, "two")


def test_forget_reads_at_once(tmp_path: Path, clock: Clock, parser: Parser) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    watched = WatchedFile(str(path), parser, clock)
    assert watched.get() == "one"
    path.write_text("later")
    assert watched.get() == "one"
    watched.forget()
    assert watched.get() == "later"


def test_a_file_that_turned_bad_is_an_error_until_it_is_good_again(tmp_path: Path, clock: Clock) -> None:
    def parse(text: str, path: str) -> str:
        if text == "bad":
            raise ConfigurationError(f"{path}: bad")
        return text

    path = tmp_path / "file"
    path.write_text("good")
    watched = WatchedFile(str(path), parse, clock)
    assert watched.get() == "good"
    path.write_text("bad")
    clock.now += CHECK_INTERVAL
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"file: bad"):
            watched.get()
    path.write_text("mended")
    assert watched.get() == "mended"


def test_octets_that_are_no_utf8_are_kept(tmp_path: Path, parser: Parser) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"caf\xe9\r\n")
    assert WatchedFile(str(path), parser).get() == "caf\udce9\r\n"


@pytest.mark.parametrize("kind", ["directory", "unreadable", "loop"])
def test_what_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "resolv.conf"
    if kind == "directory":
        path.mkdir()
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path.write_text("nameserver 127.0.0.1\n")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user may read everything")
    with pytest.raises(ConfigurationError, match=r"resolv\.conf: "):
        SystemFiles(resolv_conf=str(path)).resolv_conf()


def test_broken_resolv_conf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    path.write_text("# comment\nnameserver nowhere\n")
    with pytest.raises(ConfigurationError, match=r"resolv\.conf, line 2: the nameserver is not an address"):
        SystemFiles(resolv_conf=str(path)).resolv_conf()


def test_missing_files_mean_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALDOMAIN", raising=False)
    monkeypatch.delenv("RES_OPTIONS", raising=False)
    monkeypatch.delenv("RESOLV_MULTI", raising=False)
    monkeypatch.setattr("socket.gethostname", lambda: "machine")
    gone = str(tmp_path / "gone")
    files = SystemFiles(gone, gone, gone, gone, gone)
    assert files.resolv_conf() == ResolvConf()
    assert files.resolv_conf().nameservers == (ServerAddress("127.0.0.1", 53),)
    assert files.hosts().lines == ()
    assert [service.name for service in files.services()] == ["files", "dns"]
    assert files.multi() is False


def test_the_systems_own_files_are_read() -> None:
    assert resolv_conf() == SYSTEM.resolv_conf()
    assert system_servers() == resolv_conf().nameservers
    assert SYSTEM.hosts() is not None
