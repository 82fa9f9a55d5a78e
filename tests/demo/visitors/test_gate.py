"""Before Gradio: a session is its owner's alone, what is sent has an end, and foreign pages get nothing."""

from __future__ import annotations

import asyncio
import errno
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from gradio import routes
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.visitors import absences as absences_module
from demo.visitors import gate, mailboxes, uploading
from demo.visitors.gate import HEALTH
from demo.visitors.server import Server
from demo.visitors.uploads import Uploads
from demo.words import say
from tests.support.visits import API, PAINTING, Guest, Visited, painting, soon

Guests = Callable[..., Guest]
LOCAL = ("127.0.0.1", "localhost", "::1")

KEEPING = "add_painting"  # an event that puts something into a session: how many slots are shown
PAGE = {"x-gradio-user": "app"}  # what a page's own calls have, and no program's


def test_whoever_knows_a_session_and_its_event_can_neither_read_nor_stop_it(guest: Guests, server: Visited) -> None:
    mine, evil = guest("203.0.113.1"), guest("198.51.100.1")
    with painting(mine, "theirs") as (event, messages):
        assert evil.client.get(f"{API}/queue/data?session_hash=theirs").status_code == 404
        assert evil.client.get(f"{API}/call/{PAINTING}/{event}").status_code == 404
        assert evil.client.get(f"{API}/heartbeat/theirs").status_code == 404
        assert evil.call(KEEPING, "theirs").status_code == 404
        assert evil.join(PAINTING, "theirs").status_code == 404
        for session in ("theirs", "evil's own"):
            body = {"session_hash": session, "event_id": event, "fn_index": server.event(PAINTING)}
            assert evil.client.post(f"{API}/cancel", json=body).status_code == 404
        server.runner.go_on.set()
        (last,) = (message for message in messages if message["msg"] == "process_completed")
        assert last["success"]
        assert last["event_id"] == event


def test_a_run_is_stopped_by_a_page_that_was_not_told_its_name_yet(guest: Guests, server: Visited) -> None:
    mine, evil = guest("203.0.113.30"), guest("198.51.100.30")
    body = {"session_hash": "hasty", "event_id": None, "fn_index": server.event(PAINTING)}
    closed = server.runner.closed
    with painting(mine, "hasty", **PAGE) as (event, messages):
        assert evil.client.post(f"{API}/cancel", json=body).status_code == 404
        assert server.runner.closed == closed
        assert mine.client.post(f"{API}/cancel", json=body).json() == {"success": True}
        assert mine.client.post(f"{API}/reset", json={"event_id": None}).json() == {"success": True}  # and then that
        assert next(message["event_id"] for message in messages if message["msg"] == "process_completed") == event
    soon(lambda: server.runner.closed == closed + 1)
    assert mine.client.post(f"{API}/cancel", json=body).json() == {"success": True}  # there is nothing to stop


def test_a_browser_keeps_its_session_on_another_network(guest: Guests) -> None:
    home, train, neighbour = guest("203.0.113.2"), guest("203.0.113.3"), guest("203.0.113.2")
    cookie = home.client.get("/").cookies
    assert cookie
    assert home.call(KEEPING, "moving").status_code == 200
    train.client.cookies.update(cookie)
    assert train.call(KEEPING, "moving").status_code == 200
    neighbour.client.get("/")
    assert neighbour.call(KEEPING, "moving").status_code == 404


def test_the_cookie_is_no_script_s_and_is_set_once(guest: Guests) -> None:
    visitor = guest("203.0.113.4")
    assert "HttpOnly; SameSite=Lax" in visitor.client.get("/").headers["set-cookie"]
    assert "set-cookie" not in visitor.client.get("/").headers
    within = guest("203.0.113.4", **{"x-forwarded-proto": "https"})
    assert "SameSite=None; Secure; Partitioned" in within.client.get("/").headers["set-cookie"]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_pages_of_others_get_nothing_done(guest: Guests, origin: str) -> None:
    visitor = guest("203.0.113.5", **{"accept-language": "es"})
    before = set(visitor.server.cache.iterdir())
    for answer in (visitor.call(KEEPING, "s", origin=origin), visitor.upload(b"x", origin=origin)):
        assert answer.status_code == 403
        assert answer.text.startswith("A este servidor solo le preguntan su propia página")
    assert set(visitor.server.cache.iterdir()) == before


def test_its_own_page_is_known_behind_a_proxy_too(guest: Guests, server: Visited) -> None:
    visitor = guest("203.0.113.6")
    assert visitor.call(KEEPING, "own", origin=server.url).status_code == 200
    named = {"origin": "https://paint.example", "x-forwarded-host": "paint.example"}
    assert visitor.call(KEEPING, "own", **named).status_code == 200
    rewritten = {"origin": "https://paint.example", "sec-fetch-site": "same-origin"}
    assert visitor.call(KEEPING, "own", **rewritten).status_code == 200
    assert visitor.call(KEEPING, "own", **rewritten | {"sec-fetch-site": "same-site"}).status_code == 403


def test_calls_without_a_session_get_one_of_their_own(guest: Guests, server: Visited) -> None:
    body = {"fn_index": server.event(KEEPING), "data": server.inputs(KEEPING)}
    visitor = guest("203.0.113.7")
    assert [visitor.client.post(f"{API}/run/predict", json=body).status_code for _ in range(2)] == [200, 200]
    assert visitor.client.post(f"{API}/run/predict", content=b"nonsense").status_code == 422
    assert visitor.client.post(f"{API}/run/predict", content=b"[1]").status_code == 422


def test_an_event_without_a_session_is_its_caller_s(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, evil = guest("203.0.113.17"), guest("198.51.100.8")
    for path, body in ((f"call/v2/{PAINTING}", {"steps": -1}), (f"call/{PAINTING}", {"data": []})):
        event = mine.client.post(f"{API}/{path}", json=body).json()["event_id"]
        assert evil.client.get(f"{API}/{path}/{event}").status_code == 404
        assert "event: error" in mine.client.get(f"{API}/{path}/{event}").text


def test_a_session_s_name_is_only_so_long(guest: Guests) -> None:
    assert guest("203.0.113.18").call(KEEPING, "x" * 101).status_code == 404


@pytest.mark.parametrize("path", ["deep_link?session_hash=x", "process_recording", "vibe-code", "monitoring/summary"])
def test_doors_that_nobody_needs_are_closed(guest: Guests, path: str) -> None:
    visitor = guest("203.0.113.8")
    assert visitor.client.get(f"{API}/{path}").status_code == 404
    assert visitor.client.post(f"{API}/{path}").status_code == 404


def test_who_is_banned_gets_nothing(guest: Guests, server: Visited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server.visitors.switches, "is_banned", lambda network: network == "198.51.100.30")
    evil, mine = guest("198.51.100.30", **{"accept-language": "es"}), guest("203.0.113.30")
    for path in ("/", "/config", f"{API}/heartbeat/theirs"):
        answer = evil.client.get(path)
        assert (answer.status_code, answer.text) == (403, say("es", "visitors.banned"))
    assert evil.upload(b"x").status_code == 403
    assert mine.client.get("/").status_code == 200


def test_a_call_is_only_so_long(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_BODY", 1000)
    visitor = guest("203.0.113.9")
    for content in (b"x" * 1001, iter([b"x" * 600] * 2)):
        assert visitor.client.post(f"{API}/queue/join", content=content).status_code == 413


def test_one_request_brings_one_picture(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not eight of 45 MB; announced or not."""
    monkeypatch.setattr(Uploads, "most_at_once", 10_000)
    visitor = guest("203.0.113.10")
    before = set(visitor.server.cache.iterdir())
    assert visitor.upload(*[bytes(4000)] * 8).status_code == 413
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    chunked = visitor.client.post(
        f"{API}/upload",
        content=iter([head, *[bytes(4000)] * 8, b"\r\n--b--\r\n"]),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert (chunked.status_code, "maximum allowed size" in chunked.text) == (413, True)
    assert set(visitor.server.cache.iterdir()) == before  # nor is a part of it left
    assert visitor.upload(bytes(4000)).status_code == 200


def test_a_visitor_s_files_have_an_end_and_others_send_on(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.visitors.uploads.EACH", 1_000_000)
    evil, mine = guest("198.51.100.2"), guest("203.0.113.11")
    answers = [evil.upload(place.to_bytes(4) + bytes(300_000)).status_code for place in range(5)]
    assert answers == [200, 200, 200, 507, 507]
    assert mine.upload(b"mine").status_code == 200


def test_an_address_made_up_is_none_and_a_network_of_ipv6_is_one(
    guest: Guests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a visitor writes into the header stands before what the proxy adds, who is trusted alone."""
    monkeypatch.setattr("demo.visitors.uploads.EACH", 1_000_000)
    forged = [guest(f"203.0.113.{place}, 198.51.100.3") for place in range(100, 105)]
    within = [guest(f"2001:db8::{place}") for place in range(1, 6)]
    for visitors in (forged, within):
        answers = [visitor.upload(id(visitor).to_bytes(8) + bytes(300_000)).status_code for visitor in visitors]
        assert answers == [200, 200, 200, 507, 507]


def test_a_run_that_nobody_listens_to_never_begins(
    guest: Guests, server: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "PATIENCE", 0.2)
    evil, queue = guest("198.51.100.4"), server.ui._queue
    begun = len(server.runner.jobs)
    for place in range(21):
        assert evil.join(PAINTING, f"nobody {place}").status_code == 200
    soon(lambda: not any(name.startswith("nobody") for name in queue.pending_messages_per_session))
    assert len(server.runner.jobs) == begun
    assert len(queue) == 0


def test_a_stream_that_comes_late_is_ended_in_peace(guest: Guests) -> None:
    """A page opens one for an event whose end another stream of its has told meanwhile."""
    with guest("203.0.113.19").listening("late") as messages:
        assert list(messages)[-1]["msg"] == "close_stream"


def test_a_page_s_stream_hears_what_is_asked_for_at_the_end_of_the_last(guest: Guests, server: Visited) -> None:
    """Gradio's ends there, and a page that hasn't heard of that yet opens no other."""
    visitor = guest("203.0.113.20")
    server.runner.go_on.set()
    assert visitor.join(PAINTING, "page", **PAGE).status_code == 200
    with visitor.listening("page") as messages:
        assert "process_completed" in (message["msg"] for message in messages)
        assert visitor.join(PAINTING, "page", **PAGE).status_code == 200
        kinds = [message["msg"] for message in messages]
    assert kinds[-1] == "close_stream"
    assert kinds.count("process_completed") == 2  # and the one by which the stream is closed


def test_a_page_s_event_is_answered_once_it_knows_that_its_stream_has_ended(
    guest: Guests, server: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailboxes, "ON_ITS_WAY", 2.0)
    visitor = guest("203.0.113.21")
    server.runner.go_on.set()
    assert visitor.join(PAINTING, "ended", **PAGE).status_code == 200
    with visitor.listening("ended") as messages:
        assert list(messages)[-1]["msg"] == "close_stream"
    closed = time.monotonic()
    assert visitor.join(PAINTING, "ended", **PAGE).status_code == 200
    assert time.monotonic() - closed > 1.5
    with visitor.listening("ended") as messages:
        assert list(messages)[-1]["msg"] == "close_stream"


def test_a_page_s_run_goes_on_after_its_connection_broke_until_nobody_comes_for_it(
    guest: Guests, server: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, absences = guest("203.0.113.22"), server.ui.app.state.visits.absences
    closed = server.runner.closed
    with painting(visitor, "broken", **PAGE):
        pass
    soon(lambda: "broken" in absences._since)
    assert server.listeners.hears("broken")  # and so what it has begun goes on
    assert server.runner.closed == closed
    monkeypatch.setattr(absences_module, "GRACE", 0.0)
    soon(lambda: server.runner.closed == closed + 1)
    soon(lambda: not server.listeners.hears("broken"))


def test_a_program_s_run_ends_with_its_connection(guest: Guests, server: Visited) -> None:
    closed = server.runner.closed
    with painting(guest("203.0.113.23"), "program"):
        pass
    soon(lambda: server.runner.closed == closed + 1)


def test_a_page_says_goodbye_for_itself_alone(guest: Guests, server: Visited) -> None:
    visitor, stranger = guest("203.0.113.24"), guest("198.51.100.10")
    with visitor.there("leaving"):
        assert stranger.client.post(f"{API}/goodbye/leaving").status_code == 404
        assert "leaving" not in server.ui.app.state.visits.absences._goodbyes
        assert visitor.client.post(f"{API}/goodbye/leaving").status_code == 204
    assert "leaving" in server.ui.app.state.visits.absences._goodbyes


def test_no_visitor_takes_all_of_gradio_s_workers(
    guest: Guests, server: Visited, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few downloads of films would hold up everybody."""
    monkeypatch.setattr(mailboxes, "MOST_WORKERS", 1 / len(server.ui._queue.active_jobs))
    busy, other = guest("198.51.100.9"), guest("203.0.113.19")
    begun = len(server.runner.jobs)
    with painting(busy, "busy"):
        busy.join(PAINTING, "busy")
        with painting(other, "other"):
            assert len(server.runner.jobs) == begun + 2
            assert len(server.ui._queue) == 1


def test_a_visitor_has_only_so_many_events(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_EVENTS", 5)
    evil, mine = guest("198.51.100.5"), guest("203.0.113.12")
    assert [evil.join(PAINTING, f"many {place}").status_code for place in range(7)] == [200] * 5 + [429] * 2
    assert mine.join(PAINTING, "one").status_code == 200


def test_a_visitor_has_only_so_many_streams(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_STREAMS", 1)
    evil, mine = guest("198.51.100.6"), guest("203.0.113.13")
    with evil.there("first"), mine.there("another"):
        assert evil.client.get(f"{API}/heartbeat/second").status_code == 429


def test_an_open_page_keeps_what_it_has_and_a_closed_one_is_told(guest: Guests, server: Visited) -> None:
    visitor = guest("203.0.113.14")
    with visitor.there("open"):
        assert server.listeners.is_there("open")
    soon(lambda: not server.listeners.is_there("open"))


def answered(app: ASGIApp, host: str = "localhost:7860", path: str = "/config", **server: Any) -> tuple[int, str]:
    """What a Spanish visitor is answered where Gradio's `app` would be."""
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    visits = SimpleNamespace(mailboxes=None, server=Server(**server))
    scope: Scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    scope["app"] = SimpleNamespace(state=SimpleNamespace(visits=visits))
    scope["headers"] = [(b"accept-language", b"es"), (b"host", host.encode())]
    asyncio.run(gate.Gate(app)(scope, no_body, send))
    return told[0]["status"], told[1]["body"].decode()


async def no_body() -> Message:
    return {"type": "http.request", "body": b""}


@pytest.mark.parametrize("error", [KeyError(-1), PermissionError(13, "no")])
def test_what_nobody_has_foreseen_is_answered_and_told_to_whoever_runs_it(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Else the connection is closed without a word, and the caller's next request on it fails."""

    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    assert answered(failing) == (500, say("es", "visitors.failed"))
    assert f"{type(error).__name__}: {error}" in caplog.text


def test_a_full_disk_is_told_and_a_refusal_leaves_a_line(caplog: pytest.LogCaptureFixture) -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert answered(failing) == (507, say("es", "visitors.no_disk"))
    assert "refused: GET /config (507)" in caplog.text


async def fine(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("fine")(scope, receive, send)


@pytest.mark.parametrize("host", ["localhost:7860", "LOCALHOST", "127.0.0.1:80", "[::1]:7860"])
def test_a_page_of_this_machine_is_asked_by_its_names(host: str) -> None:
    assert answered(fine, host, only_hosts=frozenset(LOCAL)) == (200, "fine")


@pytest.mark.parametrize("host", ["evil.example:7860", "", "localhost.evil.example", "127.0.0.1.evil.example", "["])
def test_a_name_that_somebody_pointed_here_gets_nothing(host: str) -> None:
    """DNS rebinding: the browser takes it for that somebody's own page, and lets it read everything."""
    status, text = answered(fine, host, only_hosts=frozenset(LOCAL))
    assert (status, "localhost" in text) == (400, True)
    assert answered(fine, host) == (200, "fine")  # where others may ask, too


def test_a_health_check_asks_by_whatever_address() -> None:
    assert answered(fine, "10.0.0.7:7860", path=HEALTH, only_hosts=frozenset(LOCAL)) == (200, "fine")


def test_every_answer_says_what_the_page_may_do_and_none_by_what_it_is_served(guest: Guests) -> None:
    client = guest("203.0.113.20").client
    for answer in (client.get("/"), client.get("/logout"), client.get(f"{API}/file=/etc/passwd")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert "https:" not in answer.headers["content-security-policy"]
    soon(lambda: "server" not in client.get("/logout").headers)  # uvicorn writes it anew every second


def test_the_page_is_small_on_its_way(guest: Guests) -> None:
    """On a slow network each 50 kB are a second of white."""
    answer = guest("203.0.113.22").client.get("/")
    assert answer.headers["content-encoding"] == "br"
    assert answer.num_bytes_downloaded < 60_000


def test_no_door_leads_elsewhere(guest: Guests) -> None:
    answer = guest("203.0.113.21").client.get("/logout", headers={"x-forwarded-host": "evil.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        answered(failing)


def test_who_breaks_off_an_upload_leaves_nothing(guest: Guests, server: Visited) -> None:
    visitor = guest("203.0.113.16")
    before = set(server.cache.iterdir())
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'

    def broken() -> Iterator[bytes]:
        yield head + bytes(100_000)
        soon(lambda: set(server.cache.iterdir()) != before)
        raise KeyError

    with pytest.raises(KeyError):
        visitor.client.post(
            f"{API}/upload", content=broken(), headers={"content-type": "multipart/form-data; boundary=b"}
        )
    soon(lambda: set(server.cache.iterdir()) == before)


@pytest.mark.parametrize(
    "path",
    [
        "/pwa_icon/30000",  # 3.6 GB for one request
        f"{API}/custom_component/x/client/y/z%0Auser%20admin%20logged%20in",
        f"{API}/proxy=https://huggingface.co/",
        f"{API}/file=https://example.com/a.png",
        f"{API}/component_server",
        f"{API}/whatever-comes-with-the-next-version",
    ],
)
def test_doors_that_nobody_has_thought_of_are_closed_too(
    guest: Guests, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = guest("203.0.113.30")
    assert visitor.client.get(path).status_code == 404
    assert visitor.client.post(path).status_code == 404
    assert "admin" not in capsys.readouterr().out


@pytest.mark.parametrize("path", ["/pwa_icon/192", "/manifest.json", f"{API}/info", f"{API}/app_id", "/theme.css"])
def test_what_a_page_and_its_programs_ask_for_is_open(guest: Guests, path: str) -> None:
    assert guest("203.0.113.31").client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"data": ' + b"[" * 15_000, {}, 400),
        (b'{"fn_index": 9999, "data": []}', {}, 404),
        (b'{"fn_index": -1, "data": []}', {}, 404),
        (b'{"fn_index": ' + b"9" * 400 + b', "data": []}', {}, 404),
        (b'{"fn_index": 1e400, "data": []}', {}, 400),
        (b'{"session_hash": "s", "data": {"a": NaN}}', {}, 400),
        (b'{"fn_index": "\\ud800", "data": []}', {}, 400),
        (b'{"data": "\\ud800"}', {}, 400),
        (b"x", {"content-type": "multipart/form-data"}, 422),
        (b'{"data": []}', {"origin": "http://["}, 403),
        (b'{"data": [' + b"[]," * 10_000 + b"[]]}", {}, 400),  # 4 MB of them would take 130 MB, for as long as it waits
    ],
)
def test_nonsense_is_refused_without_a_traceback(
    guest: Guests, content: bytes, headers: dict[str, str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = guest("203.0.113.32", **{"content-type": "application/json"} | headers)
    assert visitor.client.post(f"{API}/queue/join", content=content).status_code == status
    assert "Traceback" not in capsys.readouterr().err


def test_an_event_that_is_named_by_nothing_is_refused(guest: Guests, capsys: pytest.CaptureFixture[str]) -> None:
    answer = guest("203.0.113.33").client.post(f"{API}/run/predict", json={"fn_index": None, "data": []})
    assert (answer.status_code, answer.text) == (404, say("en", "visitors.not_yours"))
    assert "Traceback" not in capsys.readouterr().err


def test_what_waits_takes_so_much_memory(guest: Guests, server: Visited, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST_WAITING", 100_000)
    evil, mine = guest("198.51.100.30"), guest("203.0.113.33")
    answers = [evil.join(PAINTING, f"evil {place}", ["x" * 60_000]).status_code for place in range(3)]
    assert answers == [200, 200, 429]
    assert mine.join(PAINTING, "mine", ["x"]).status_code == 200


PARTS = {
    "another field": b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.png"\r\n\r\nx\r\n--b--\r\n',
    "no name for a file": b'--b\r\nContent-Disposition: form-data; name="files"; filename=".."\r\n\r\nx\r\n--b--\r\n',
    "a text among them": b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\nx\r\n'
    b'--b\r\nContent-Disposition: form-data; name="files"\r\n\r\nx\r\n--b--\r\n',
}


@pytest.mark.parametrize("upload_id", ["", "?upload_id=x"])
@pytest.mark.parametrize("parts", PARTS)
def test_nothing_is_left_of_an_upload_that_came_to_nothing(
    guest: Guests, parts: str, upload_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each of them could be of 50 MB, and none counted."""
    visitor = guest("203.0.113.34")
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = visitor.client.post(f"{API}/upload{upload_id}", content=PARTS[parts], headers=headers)
    assert answer.status_code in (200, 400)
    soon(lambda: not any(path.is_file() for path in visitor.server.cache.glob("*")))
    assert "Traceback" not in capsys.readouterr().err


def test_an_upload_that_hardly_comes_is_given_up(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on its way takes room of others'."""
    monkeypatch.setattr(uploading, "PATIENCE", 0.3)
    visitor = guest("203.0.113.35")

    def slowly() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        for _ in range(12):
            time.sleep(0.05)
            yield b"x"
        yield b"\r\n--b--\r\n"

    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = visitor.client.post(f"{API}/upload", content=slowly(), headers=headers)
    assert (answer.status_code, answer.text) == (400, "the upload takes too long")
    soon(lambda: not any(path.is_file() for path in visitor.server.cache.glob("*")))


def test_how_far_an_upload_is_isn_t_kept_for_ever(guest: Guests, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.visitors.upload_progress.KEPT_FOR", 0.0)
    visitor, known = guest("203.0.113.36"), routes.file_upload_statuses
    assert visitor.client.post(f"{API}/upload?upload_id=mine", files={"files": ("a.png", b"x")}).status_code == 200
    assert visitor.client.get(f"{API}/upload_progress?upload_id=nobody-s").status_code == 404
    soon(lambda: not {"mine", "nobody-s"} & {*known._statuses, *known._signals})
    for path in ("upload", "upload_progress"):
        ask = visitor.client.post if path == "upload" else visitor.client.get
        assert ask(f"{API}/{path}?upload_id={'x' * 101}").status_code == 404


def test_what_happens_in_the_browser_alone_is_no_call(guest: Guests, server: Visited) -> None:
    place = next(place for place, fn in server.ui.fns.items() if fn.fn is None)
    body = {"fn_index": place, "data": [], "session_hash": "browser"}
    assert guest("203.0.113.38").client.post(f"{API}/run/predict", json=body).status_code == 404


def test_an_event_that_nobody_knows_is_refused(guest: Guests, capsys: pytest.CaptureFixture[str]) -> None:
    assert guest("203.0.113.37").client.get(f"{API}/call/{PAINTING}/unknown").status_code == 404
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("wanted", ["bytes=0-1,1-2", "bytes=1-2-3", "bytes=0-\xbd", "lines=1-2"])
def test_what_is_asked_for_in_many_parts_comes_as_a_whole(
    guest: Guests, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    visitor = guest("203.0.113.39")
    file = visitor.upload(b"0123456789").json()[0]
    ask = visitor.client.get
    assert ask(f"{API}/file={file}", headers={b"range": wanted.encode("latin-1")}).content == b"0123456789"
    assert ask(f"{API}/file={file}", headers={"range": "bytes=2-4"}).content == b"234"
    assert "Traceback" not in capsys.readouterr().err
