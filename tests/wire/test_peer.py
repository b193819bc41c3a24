"""What the operating system knows about whether an answer arrived, on real connections."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from curbledger.wire import peer as peer_module
from curbledger.wire.peer import Peer, peer_of

# Long enough that nothing here waits for it, and short enough where the wait itself is what is looked at.
PLENTY, SHORT = 60.0, 0.2
ANSWER = b"x" * 50_000
LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass
class Line:
    """Both ends of one connection: the server's, and the agency's."""

    server: socket.socket
    agency: socket.socket

    def answer(self, data: bytes = ANSWER) -> None:
        """Send, and wait for nobody."""
        self.server.settimeout(PLENTY)
        self.server.sendall(data)

    def flood(self) -> int:
        """Send until neither the agency's buffers nor ours take any more. Returns how much."""
        self.server.setblocking(False)
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while True:
                sent += self.server.send(b"x" * 65536)
        self.server.setblocking(True)
        return sent

    def read(self, size: int) -> int:
        """The agency reads so much, or to the end."""
        got = 0
        while got < size and (piece := self.agency.recv(min(65536, size - got))):
            got += len(piece)
        return got

    def take(self) -> int:
        """The agency reads what has come, and waits for nothing: acknowledged is more than what it has read."""
        self.agency.setblocking(False)
        try:
            return len(self.agency.recv(65536))
        except BlockingIOError:
            return 0
        finally:
            self.agency.settimeout(PLENTY)

    def reset(self) -> None:
        """The agency's program dies in the worst way."""
        self.agency.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.agency.close()


def _tcp(family: socket.AddressFamily, address: str) -> Line:
    with socket.socket(family) as listener:
        listener.bind((address, 0))
        listener.listen()
        agency = socket.socket(family)
        agency.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        agency.settimeout(PLENTY)
        agency.connect(listener.getsockname())
        server, _ = listener.accept()
    return Line(server, agency)


def _unix() -> Line:
    line = Line(*socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM))
    line.agency.settimeout(PLENTY)
    return line


def _open(kind: str) -> Line:
    if kind == "unix":
        return _unix()
    if kind == "IPv4":
        return _tcp(socket.AF_INET, "127.0.0.1")
    try:
        return _tcp(socket.AF_INET6, "::1")
    except OSError:
        pytest.skip("this machine has no IPv6")


@pytest.fixture
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    """A connection, IPv4 unless the test asks for others too."""
    opened = _open(getattr(request, "param", "IPv4"))
    with opened.server, opened.agency:
        yield opened


EVERYWHERE = pytest.mark.parametrize("line", ["IPv4", "IPv6", "unix"], indirect=True)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that closed its half early is not waited for any longer than its bytes take."""
    monkeypatch.setattr(peer_module, "_GRACE", 0.0)


@pytest.fixture
def at_each_look(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let the agency do something whenever the server has looked and waits for the next time."""

    def use(work: Callable[[], object]) -> None:
        clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: work())
        monkeypatch.setattr(peer_module, "time", clock)

    return use


@EVERYWHERE
def test_an_agency_that_reads_everything_and_closes_has_it(line: Line) -> None:
    line.answer()
    line.read(len(ANSWER))
    line.agency.close()
    verdict = Peer(line.server).await_close(PLENTY)
    assert (verdict.arrived, verdict.because) == (True, "the agency closed the connection in order")


@EVERYWHERE
def test_an_agency_that_reads_to_the_end_of_the_connection_has_it(line: Line) -> None:
    line.answer()

    def read_to_the_end() -> int:
        got = line.read(10**9)
        line.agency.close()
        return got

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read_to_the_end)
        verdict = Peer(line.server).await_close(PLENTY)
        assert reading.result() == len(ANSWER)
    assert verdict.arrived


@EVERYWHERE
@pytest.mark.parametrize("read", [0, 1024, len(ANSWER) - 1], ids=["nothing", "1 KB", "all but a byte"])
def test_an_agency_that_closes_on_unread_bytes_does_not_have_it(line: Line, read: int) -> None:
    line.answer()
    line.read(read)
    line.agency.close()
    assert not Peer(line.server).await_close(PLENTY).arrived


@EVERYWHERE
def test_an_agency_that_closes_on_unread_bytes_after_our_end_does_not_have_it(line: Line) -> None:
    line.answer()

    def hang_up() -> None:
        line.read(1024)
        # The server's half is over now, and it waits.
        line.agency.close()

    with ThreadPoolExecutor(1) as threads:
        hanging_up = threads.submit(hang_up)
        verdict = Peer(line.server).await_close(PLENTY)
        hanging_up.result()
    assert not verdict.arrived


@pytest.mark.parametrize("read", [0, len(ANSWER)], ids=["nothing", "everything"])
def test_a_reset_says_that_it_did_not_arrive_whatever_was_read(line: Line, read: int) -> None:
    line.answer()
    line.read(read)
    line.reset()
    verdict = Peer(line.server).await_close(PLENTY)
    assert not verdict.arrived
    assert "broke" in verdict.because


@EVERYWHERE
def test_an_agency_that_has_read_everything_and_never_closes_has_it(line: Line) -> None:
    line.answer()
    line.read(len(ANSWER))
    verdict = Peer(line.server).await_close(SHORT)
    assert (verdict.arrived, verdict.because) == (True, "all of it was acknowledged, and not closed for 0.2 s")


@EVERYWHERE
def test_an_agency_whose_side_did_not_take_everything_does_not_have_it(line: Line) -> None:
    line.flood()
    verdict = Peer(line.server).await_close(SHORT)
    assert (verdict.arrived, verdict.because) == (False, "not all of it was acknowledged within 0.2 s")


@EVERYWHERE
def test_bytes_that_follow_the_request_are_read_away(line: Line) -> None:
    line.agency.sendall(b"POST /again HTTP/1.1\r\n" * 500)
    line.answer()
    line.read(len(ANSWER))
    line.agency.sendall(b"and more")
    line.agency.close()
    assert Peer(line.server).await_close(PLENTY).arrived


def test_an_agency_that_goes_on_talking_is_not_listened_to_for_ever(line: Line) -> None:
    line.answer()
    line.read(len(ANSWER))
    line.agency.settimeout(SHORT)

    def talk() -> None:
        with contextlib.suppress(OSError):
            while True:
                line.agency.sendall(b"and another thing")

    with ThreadPoolExecutor(1) as threads:
        talking = threads.submit(talk)
        verdict = Peer(line.server).await_close(SHORT)
        line.server.close()
        talking.result()
    assert verdict.arrived


@EVERYWHERE
@pytest.mark.usefixtures("no_grace")
def test_an_agency_that_closed_its_half_after_asking_has_it_once_it_was_acknowledged(line: Line) -> None:
    line.agency.shutdown(socket.SHUT_WR)
    line.answer()
    line.read(len(ANSWER))
    assert Peer(line.server).await_close(PLENTY).arrived


@EVERYWHERE
@pytest.mark.usefixtures("no_grace")
def test_one_that_closed_its_half_may_read_for_as_long_as_others(
    line: Line, at_each_look: Callable[[Callable[[], object]], None]
) -> None:
    line.agency.shutdown(socket.SHUT_WR)
    sent = line.flood()
    got: list[int] = []
    at_each_look(lambda: got.append(line.take()))
    verdict = Peer(line.server).await_close(PLENTY)
    assert verdict.arrived
    assert 0 < sum(got) <= sent


@EVERYWHERE
def test_one_that_closed_its_half_and_does_not_read_does_not_have_it(
    line: Line, at_each_look: Callable[[Callable[[], object]], None]
) -> None:
    line.agency.shutdown(socket.SHUT_WR)
    line.flood()
    looks: list[int] = []
    at_each_look(lambda: looks.append(1))
    verdict = Peer(line.server).await_close(SHORT)
    assert (verdict.arrived, verdict.because) == (False, "the agency closed before all of it was acknowledged")
    assert looks


@pytest.mark.parametrize("read", [0, 1024])
def test_one_that_closed_its_half_and_hangs_up_does_not_have_it(
    line: Line, at_each_look: Callable[[Callable[[], object]], None], read: int
) -> None:
    line.agency.shutdown(socket.SHUT_WR)
    line.answer()
    line.read(read)
    at_each_look(line.agency.close)
    verdict = Peer(line.server).await_close(PLENTY)
    assert (verdict.arrived, verdict.because) == (False, "the connection was reset")


def test_one_that_closes_its_half_while_bytes_are_under_way_is_waited_for(
    line: Line, monkeypatch: pytest.MonkeyPatch, at_each_look: Callable[[Callable[[], object]], None]
) -> None:
    sent = line.flood()
    shutdown = socket.socket.shutdown

    def both_end(ours: socket.socket, how: int) -> None:
        shutdown(ours, how)
        shutdown(line.agency, how)

    got: list[int] = []
    at_each_look(lambda: got.append(line.take()))
    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "shutdown", both_end)
        verdict = Peer(line.server).await_close(PLENTY)
    assert verdict.arrived
    assert 0 < sum(got) <= sent


def test_an_agency_that_was_gone_before_the_end_does_not_have_it(line: Line) -> None:
    line.answer(b"x")
    line.reset()
    with contextlib.suppress(OSError):
        # The reset is here once something was written after it.
        line.answer()
        line.answer()
    assert not Peer(line.server).await_close(PLENTY).arrived


def test_a_connection_that_is_closed_on_our_side_proves_nothing(line: Line) -> None:
    line.answer()
    line.server.close()
    verdict = Peer(line.server).await_close(PLENTY)
    assert not verdict.arrived
    assert "broke" in verdict.because


def test_hanging_up_resets_so_that_half_an_answer_does_not_look_whole(line: Line) -> None:
    line.answer()
    Peer(line.server).hang_up()
    with pytest.raises(ConnectionResetError):
        line.read(10**9)


@EVERYWHERE
def test_hanging_up_twice_is_hanging_up_once(line: Line) -> None:
    peer = Peer(line.server)
    peer.hang_up()
    peer.hang_up()
    line.agency.close()


@EVERYWHERE
def test_a_write_to_an_agency_that_does_not_read_breaks_off(line: Line) -> None:
    Peer(line.server).break_when_stalled(SHORT)
    with pytest.raises(TimeoutError):
        line.server.sendall(b"x" * 50_000_000)


def test_the_connection_is_the_one_that_the_server_shows(line: Line) -> None:
    found = peer_of({"gunicorn.socket": line.server})
    assert found == Peer(line.server)


@pytest.mark.parametrize("environ", [{}, {"gunicorn.socket": None}, {"gunicorn.socket": object()}])
def test_a_server_that_shows_none_cannot_tell(environ: dict[str, Any]) -> None:
    assert peer_of(environ) is None
