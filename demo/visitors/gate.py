"""What stands before Gradio: who asks, whether it is theirs, and whether there is room for it.

In Gradio's own design whoever knows the name of a session or an event may read it and stop it, what is sent is bounded
by each file's size alone, and pages of other servers may ask, too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from gradio.route_utils import FnIndexInferError
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from demo.visitors.doors import API, is_open
from demo.visitors.identity import Visitor
from demo.visitors.listeners import Stream
from demo.visitors.owners import COOKIE, TooManySessionsError, caller_of
from demo.visitors.server import Visits
from demo.visitors.streams import NotReadStream, replayed
from demo.visitors.upload_progress import MOST_LETTERS as MOST_OF_AN_UPLOAD
from demo.visitors.upload_progress import forget, forget_soon
from demo.visitors.uploading import TooLargeError, Uploading
from demo.words import language, say
from nst_core.files import is_disk_full

logger = logging.getLogger(__name__)

HEALTH = "/healthz"
PROGRESS = "/upload_progress"
MOST_BODY = 4_000_000  # bytes of a call: a stroke's layer, and a form's values
MOST_VALUES = 20_000  # in it: a form has fifty, and each takes up to a hundred times its bytes in memory
SLOWEST_BODY = 60.0  # seconds for all of it
MOST_STREAMS = 400  # open at once from a network: a page has two
COOKIE_LASTS = 30 * 24 * 3600  # seconds
MOST_LETTERS = 100  # of a session's name

CALLS = re.compile(r"/(?P<kind>queue/join|run/.*|api/.*|call/.*|cancel|reset)/?")
GOODBYE = re.compile(r"/goodbye/(?P<session>[^/]+)")  # what a page tells when it is closed, or loaded anew
RANGE = re.compile("bytes=[0-9]*-[0-9]*")
STREAMS = re.compile(r"/(queue/data|heartbeat/(?P<session>[^/]+)|call/(v2/)?[^/]+/(?P<event>[^/]+))/?")


class RefusedError(Exception):
    """A request that is answered by a sentence."""

    def __init__(self, status: int, key: str, **values: object) -> None:
        """`status`: of HTTP; `key`, `values`: of the words."""
        super().__init__(key)
        self.status, self.key, self.values = status, key, values


class Gate:
    """The middleware; it stands within the app that it is for, whose `Server.lifespan` has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request, began = Request(scope, receive), False

        visits: Visits = scope["app"].state.visits

        async def sent(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                MutableHeaders(scope=message).update(visits.server.headers)
            await send(message)

        try:
            await Visit(self._app, visits, request, sent).answer()
        except RefusedError as refusal:
            await _refuse(request, refusal, sent)
        except ClientDisconnect:  # nobody is there to be answered
            return
        except Exception as error:  # from Gradio, after which the connection would be closed without a word
            if began:
                raise
            await _refuse(request, _failure(error), sent)


def _failure(error: Exception) -> RefusedError:
    """What is answered for an error that nobody has foreseen."""
    if is_disk_full(error):
        return RefusedError(507, "visitors.no_disk")
    if isinstance(error, FnIndexInferError):  # an event that is named by nothing
        return RefusedError(404, "visitors.not_yours")
    logger.error("a request failed", exc_info=error)
    return RefusedError(500, "visitors.failed")


def _name(host: str) -> str:
    """What a `Host` names, without the port; "" for what is no name."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _netloc(address: str) -> str:
    """The host, and the port, of an address; "" for what is none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _values(body: bytes) -> Any:
    """What is said in a call; None where it isn't JSON, of which Gradio says what is wrong.

    Raises `RefusedError` for what Gradio would stumble over: what is nested too deeply, numbers that are none, and
    halves of letters, which can't be written.
    """
    try:
        values = json.loads(body)
    except ValueError:
        return None
    except RecursionError:
        raise RefusedError(400, "visitors.unreadable") from None
    try:
        json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        raise RefusedError(400, "visitors.unreadable") from None
    return values


async def _refuse(request: Request, refusal: RefusedError, send: Send) -> None:
    logger.warning("refused: %s %s (%s)", request.method, request.url.path, refusal.status)
    text = say(language(gr.Request(request)), refusal.key, **refusal.values)
    await PlainTextResponse(text, refusal.status)(request.scope, request.receive, send)


class Visit:
    """One request."""

    def __init__(self, app: ASGIApp, visits: Visits, request: Request, send: Send) -> None:
        self._app, self._visits, self._request, self._send = app, visits, request, send
        self._mailboxes = visits.mailboxes
        self._path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        self._route = self._path.removeprefix(API)
        self._caller = caller_of(request)

    async def answer(self) -> None:
        """Answer it, or raise `RefusedError`."""
        self._check_host()
        if self._visits.server.switches.is_banned(self._caller.network):
            raise RefusedError(403, "visitors.banned")
        if not is_open(self._path):
            raise RefusedError(404, "visitors.not_yours")
        if self._request.method == "POST":
            await self._posted()
        elif stream := STREAMS.fullmatch(self._route):
            await self._stream(stream["session"], stream["event"])
        elif self._route.rstrip("/") == PROGRESS:
            await self._upload_progress()
        else:
            if self._is_page:
                self._visits.absences.opened(self._caller)
            self._simplify_range()
            await self._app(self._request.scope, self._request.receive, self._with_cookie)

    def _simplify_range(self) -> None:
        """Gradio stumbles over several ranges of a file; whoever asks for them gets all of it, as is allowed."""
        headers = MutableHeaders(scope=self._request.scope)
        if "range" in headers and not RANGE.fullmatch(headers["range"]):
            del headers["range"]

    @property
    def _is_page(self) -> bool:
        return self._path in ("", "/")

    async def _posted(self) -> None:
        self._check_origin()
        if self._route.rstrip("/") == "/upload":
            await self._upload()
        elif goodbye := GOODBYE.fullmatch(self._route):
            await self._goodbye(goodbye["session"])
        elif self._route.startswith("/call/v2/"):
            await self._call_without_session()
        elif call := CALLS.fullmatch(self._route):
            await self._call(is_queued=call["kind"].startswith(("queue/", "call/")))
        else:
            await self._pass_on(await self._body())

    def _check_host(self) -> None:
        """A name that somebody made mean this machine would make them the owner of its page: DNS rebinding.

        Whoever asks for the server's health goes by its address.
        """
        if self._path == HEALTH:
            return
        only = self._visits.server.only_hosts
        if only and _name(self._request.headers.get("host", "")) not in only:
            raise RefusedError(400, "visitors.host", hosts=", ".join(sorted(only)))

    def _check_origin(self) -> None:
        """A browser tells whose page asks; programs don't."""
        origin, server = self._request.headers.get("origin"), self._visits.server
        if self._request.headers.get("sec-fetch-site") == "same-origin":  # which no script can write
            return
        own = {self._request.headers.get("host", ""), *server.hosts}
        if server.is_behind_proxy:
            own.add(self._request.headers.get("x-forwarded-host", "").partition(",")[0].strip())
        if origin is not None and _netloc(origin) not in own - {""}:
            raise RefusedError(403, "visitors.foreign")

    async def _upload_progress(self) -> None:
        name, listeners = self._name_of_upload(), self._visits.server.listeners
        if listeners.of(self._caller.network) >= MOST_STREAMS:
            raise RefusedError(429, "visitors.too_many")
        try:
            with listeners.open(Visitor(self._caller.network), Stream.UPLOAD):
                await self._app(self._request.scope, self._request.receive, self._send)
        finally:
            forget(name)

    def _name_of_upload(self) -> str:
        name = self._request.query_params.get("upload_id", "")
        if len(name) > MOST_OF_AN_UPLOAD:
            raise RefusedError(404, "visitors.not_yours")
        return name

    async def _upload(self) -> None:
        name = self._name_of_upload()
        uploading = Uploading(self._visits.uploads, self._caller.network, self._request.receive, self._send)
        try:
            uploading.check(self._request.headers.get("content-length"))
        except TooLargeError:
            raise RefusedError(413, "visitors.too_large", megabytes=self._visits.uploads.largest) from None
        except OSError:
            raise RefusedError(507, "visitors.no_disk") from None
        try:
            with uploading:
                await self._app(self._request.scope, uploading.receive, uploading.send)
        except (AttributeError, TypeError):  # which is how Gradio takes texts among the files
            raise RefusedError(400, "visitors.unreadable") from None
        finally:
            forget_soon(name)

    async def _call(self, is_queued: bool) -> None:
        session, body = await self._checked(await self._body())
        if is_queued and session:
            self._check_events()
            if self._request.headers.get("x-gradio-user") == "app":
                await self._mailboxes.asked_by_a_page(session)
            self._mailboxes.expect_a_listener(session)
        await self._pass_on(body)

    async def _call_without_session(self) -> None:
        """Its session is called as its event is, which the answer tells."""
        self._check_events()
        body, answer = await self._body(), bytearray()

        async def send(message: Message) -> None:
            answer.extend(message.get("body", b""))
            if message["type"] == "http.response.body" and not message.get("more_body"):
                with suppress(ValueError, LookupError, TypeError):  # it was refused
                    session = json.loads(answer)["event_id"]
                    self._claim(session)
                    self._mailboxes.expect_a_listener(session)
            await self._send(message)

        _values(body)
        self._tell_length(body)
        await self._app(self._request.scope, replayed(body, self._request.receive), send)

    async def _goodbye(self, session: str) -> None:
        self._claim(session)
        self._visits.absences.said_goodbye(session, self._caller)
        await Response(status_code=204)(self._request.scope, self._request.receive, self._send)

    def _check_events(self) -> None:
        if not self._mailboxes.has_room(self._caller.network):
            raise RefusedError(429, "visitors.too_many")

    async def _body(self) -> bytes:
        most = RefusedError(413, "visitors.too_large", megabytes=MOST_BODY // 1_000_000)
        if int(self._request.headers.get("content-length", 0)) > MOST_BODY:
            raise most
        body = bytearray()
        try:
            async with asyncio.timeout(SLOWEST_BODY):
                async for chunk in self._request.stream():
                    body += chunk
                    if len(body) > MOST_BODY:
                        raise most
        except TimeoutError:
            raise RefusedError(408, "visitors.unreadable") from None
        if sum(map(body.count, (b",", b"[", b"{"))) > MOST_VALUES:  # pictures and strokes have none in their letters
            raise RefusedError(400, "visitors.unreadable")
        return bytes(body)

    def _tell_length(self, body: bytes) -> None:
        MutableHeaders(scope=self._request.scope)["content-length"] = str(len(body))

    async def _pass_on(self, body: bytes) -> None:
        self._tell_length(body)
        await self._app(self._request.scope, replayed(body, self._request.receive), self._send)

    async def _checked(self, body: bytes) -> tuple[str, bytes]:
        """The session of a call, which has to be the caller's own, and its body: one without a session gets one."""
        values = _values(body)
        if not isinstance(values, dict):
            return "", body
        session = values["session_hash"] = str(values.get("session_hash") or secrets.token_urlsafe(12))
        self._claim(session)
        if not self._mailboxes.is_mine(session, str(values.get("event_id"))):  # that is to be stopped
            raise RefusedError(404, "visitors.not_yours")
        if not self._mailboxes.is_known(values.get("fn_index")):
            raise RefusedError(404, "visitors.not_yours")
        if values.get("event_id", "") is None:
            index = values.get("fn_index")
            found = await self._mailboxes.last_event(session, index) if isinstance(index, int) else ""
            values["event_id"] = found  # whoever cancels resets as well, without an index, which does nothing
        return session, json.dumps(values).encode()

    def _claim(self, session: str) -> None:
        if len(session) > MOST_LETTERS:
            raise RefusedError(404, "visitors.not_yours")
        try:
            is_theirs = self._visits.owners.is_of(session, self._caller)
        except TooManySessionsError:
            raise RefusedError(429, "visitors.too_many") from None
        if not is_theirs:
            raise RefusedError(404, "visitors.not_yours")

    async def _stream(self, session: str | None, event: str | None) -> None:
        listeners, sessions = self._visits.server.listeners, self._visits.sessions
        kind = Stream.PRESENCE if session else Stream.RECORDS
        if event:
            session = self._mailboxes.session_of(event)
            if session is None:
                raise RefusedError(404, "visitors.not_yours")
        session = session or self._request.query_params.get("session_hash", "")
        self._claim(session)
        if listeners.of(self._caller.network) >= MOST_STREAMS:
            raise RefusedError(429, "visitors.too_many")

        async def waiting() -> None:
            if kind is Stream.RECORDS and self._mailboxes.has_begun(session):
                await self._visits.absences.wait(session)

        stream = NotReadStream(self._request.receive, self._send, waiting)
        try:
            with listeners.open(Visitor(self._caller.network, session), kind):
                sessions.opened(session)
                if kind is Stream.RECORDS and not event:
                    self._mailboxes.opened(session)
                await self._app(self._request.scope, stream.receive, stream.send)
        finally:
            if not listeners.is_there(session):
                sessions.closed(session)
            self._mailboxes.left(session)

    async def _with_cookie(self, message: Message) -> None:
        """Whoever opens the page without a cookie gets one, by which this browser is known when its network changes."""
        if message["type"] == "http.response.start" and self._is_page and not self._caller.browser:
            is_safe = self._request.url.scheme == "https"  # else a browser takes none for a page within another
            kind = "SameSite=None; Secure; Partitioned" if is_safe else "SameSite=Lax"
            cookie = f"{COOKIE}={secrets.token_urlsafe(24)}; Max-Age={COOKIE_LASTS}; Path=/; HttpOnly; {kind}"
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await self._send(message)
