"""Does a Redis start on its folder whatever happened before?"""

import pytest
import redis

from mpp_tracker.local.faults import ExpectedError
from mpp_tracker.local.redis import Redis


def connect(server: Redis) -> redis.Redis:
    return redis.from_url(server.url, socket_timeout=0.3, retry=None)


def test_is_reached_by_a_private_socket_only(redis_server: Redis) -> None:
    redis_server.start()

    with connect(redis_server) as client:
        assert client.ping()
        assert client.config_get("port") == {"port": "0"}
    assert redis_server.folder.stat().st_mode & 0o077 == 0


def test_keeps_what_it_was_given(redis_server: Redis) -> None:
    redis_server.start()
    with connect(redis_server) as client:
        client.set("word", "kept")

    redis_server.stop()
    redis_server.start()

    with connect(redis_server) as client:
        assert client.get("word") == b"kept"


def test_keeps_it_when_killed_and_its_last_line_was_cut(redis_server: Redis) -> None:
    redis_server.start()
    with connect(redis_server) as client:
        client.set("word", "kept")
        client.set("last", "cut")
        client.config_set("appendfsync", "always")
    redis_server.kill()
    (kept,) = redis_server.folder.rglob("*.aof")
    kept.write_bytes(kept.read_bytes()[:-5])

    redis_server.start()

    with connect(redis_server) as client:
        assert client.get("word") == b"kept"


def test_starts_empty_when_what_it_kept_is_unreadable(redis_server: Redis, told: list[str]) -> None:
    redis_server.folder.mkdir(mode=0o700)
    (redis_server.folder / "appendonly.aof").write_bytes(b"*3\r\n$3\r\nSET" + b"\0" * 4096)

    redis_server.start()

    with connect(redis_server) as client:
        assert client.dbsize() == 0
    (aside,) = redis_server.folder.parent.glob("redis.unreadable-*")
    assert len(told) == 1
    assert str(aside) in told[0]


def test_can_be_made_to_hang_and_come_back(redis_server: Redis) -> None:
    redis_server.start()
    with connect(redis_server) as client:
        redis_server.pause()

        with pytest.raises(redis.TimeoutError):
            client.ping()

    redis_server.resume()
    with connect(redis_server) as client:
        assert client.ping()


def test_killed_and_started_again_it_has_the_same_address(redis_server: Redis) -> None:
    redis_server.start()
    address = redis_server.url

    redis_server.kill()

    assert not redis_server.is_running()
    redis_server.start()
    assert redis_server.url == address
    with connect(redis_server) as client:
        assert client.ping()


def test_says_how_to_get_one_where_there_is_none(redis_server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mpp_tracker.local.redis._is_usable", lambda path: False)

    with pytest.raises(ExpectedError, match=r"install redis-server 6\.2 or newer"):
        redis_server.start()
