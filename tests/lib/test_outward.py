"""Is what the product sends to an address somebody chose never led into a network of ours, nor held up there?"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mpp_tracker.lib.outward import INTERNET, NoAddressError, NoAnswerError, is_public, post, target_of
from tests.receiver import HOST, Receiver, encrypted, make_certificate, network_of, receiving


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as made:
        yield made


@pytest.mark.parametrize("address", ["8.8.8.8", "103.52.215.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:0808:0808::1",
        "2001:0:7f00:1::1",
    ],
)
def test_addresses_that_are_nobodys_or_ours(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "penerima.example",
        "http://penerima.example/",
        "ftp://penerima.example/",
        "file:///etc/passwd",
        "//penerima.example/",
        "https://",
        "https:///hook",
        "https://penerima.example:22/",
        "https://penerima.example:0/",
        "https://penerima.example:99999/",
        "https://penerima.example:https/",
        "https://orang@penerima.example/",
        "https://orang:sandi@penerima.example/",
        "https://penerima.example\\@127.0.0.1/",
        "https://penerima.example /",
        "https://penerima.example/\r\nX-Lain: 1",
        "https://penerima.example/\x00",
        "https://penerima\N{FULLWIDTH FULL STOP}example/",
        "https://péñerima.example/",
        "https://localhost/",
        "https://db.localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[not-an-address]/",
    ],
)
def test_addresses_to_which_nothing_is_sent(url: str) -> None:
    with pytest.raises(NoAddressError):
        target_of(url)
    with pytest.raises(NoAddressError):
        post(url, b"{}", {})


@pytest.mark.parametrize("written", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost.", "127.0.0.1."])
def test_ways_to_write_the_loopback_that_only_the_resolver_knows(written: str) -> None:
    with pytest.raises(NoAddressError):
        post(f"https://{written}/", b"{}", {})


def test_what_is_sent_arrives_as_it_was_addressed(receiver: Receiver) -> None:
    status = post(receiver.url, b'{"a":1}', {"X-Isi": "ya"}, network=receiver.network)

    (heard,) = receiver.heard
    assert status == 204
    assert (heard.path, heard.body) == ("/hook?a=1", b'{"a":1}')
    assert heard.headers["host"] == f"{HOST}:{receiver.port}"
    assert heard.headers["x-isi"] == "ya"


def test_a_name_is_asked_once_so_that_it_cannot_mean_something_else_a_moment_later(receiver: Receiver) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    network = network_of(receiver.port, receiver.certificate, resolve=resolve)

    assert post(receiver.url, b"{}", {}, network=network) == 204
    assert asked == [HOST]


@pytest.mark.parametrize("addresses", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["::1%lo", "bukan"], []])
def test_a_name_with_one_address_too_many_is_refused(receiver: Receiver, addresses: list[str]) -> None:
    network = network_of(receiver.port, receiver.certificate, resolve=lambda *_name: addresses)

    with pytest.raises(NoAddressError):
        post(receiver.url, b"{}", {}, network=network)
    assert receiver.heard == []


def test_a_redirect_is_an_answer_and_not_followed(receiver: Receiver) -> None:
    receiver.answers = [302]

    assert post(receiver.url, b"{}", {}, network=receiver.network) == 302
    assert len(receiver.heard) == 1


def test_nothing_is_sent_to_whoever_cannot_prove_the_name(receiver: Receiver, tmp_path: Path) -> None:
    other = make_certificate(tmp_path, "lain.example")
    stranger = network_of(receiver.port, other)
    misnamed = receiver.url.replace(HOST, "lain.example")

    for url, network in ((receiver.url, stranger), (misnamed, receiver.network)):
        with pytest.raises(NoAnswerError):
            post(url, b"{}", {}, network=network)
    assert receiver.heard == []


def test_nobody_there_is_no_answer(receiver: Receiver) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(NoAnswerError):
            post(f"https://{HOST}:{port}/", b"{}", {}, network=network_of(port, receiver.certificate))


@contextmanager
def speaking(folder: Path, speak: Callable[[Any, Event], None]) -> Iterator[Any]:
    """Answer one connection as `speak` does; yield the network and the address."""
    certificate, ended = make_certificate(folder), Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def serve() -> None:
            with suppress(OSError), encrypted(certificate).wrap_socket(server.accept()[0], server_side=True) as line:
                line.recv(4096)
                speak(line, ended)

        thread = Thread(target=serve)
        thread.start()
        try:
            yield network_of(port, certificate, seconds=0.5), f"https://{HOST}:{port}/"
        finally:
            ended.set()
            thread.join()


def dribble(line: Any, ended: Event) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Lama: ")
    while not ended.wait(0.05):
        line.sendall(b"a")


def flood(line: Any, ended: Event) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not ended.is_set():
        line.sendall(b"a" * 65536)


def swell(line: Any, ended: Event) -> None:
    while not ended.is_set():
        line.sendall(b"a" * 65536)


def test_who_dribbles_is_hung_up_on(tmp_path: Path) -> None:
    began = time.monotonic()

    with speaking(tmp_path, dribble) as (network, url), pytest.raises(NoAnswerError):
        post(url, b"{}", {}, network=network)

    # Bytes came twenty times a second, so no time-out of the line's own ever passed.
    assert time.monotonic() - began < 20


def test_of_an_answer_no_more_than_its_status_is_read(tmp_path: Path) -> None:
    with speaking(tmp_path, flood) as (network, url):
        assert post(url, b"{}", {}, network=network) == 200


def test_an_answer_without_end_is_none(tmp_path: Path) -> None:
    with speaking(tmp_path, swell) as (network, url), pytest.raises(NoAnswerError):
        post(url, b"{}", {}, network=network)


def test_the_products_own_network_lets_nothing_of_ours_through() -> None:
    assert INTERNET.ports == {443, 8443}
    for host in ("localhost", "127.0.0.1"):
        with pytest.raises(NoAddressError):
            INTERNET.address_of(host, 443)
