"""Transfers against servers that misbehave as S3 may."""

import socket
from contextlib import nullcontext
from time import monotonic, sleep

import pytest
from pydantic import SecretStr

from cutout.errors import ChangedMeanwhileError, FileTooBigError, StorageError, UploadMissingError
from cutout.settings import Settings
from cutout.storage.objects import New, Objects
from cutout.storage.storage import AnswerKind
from cutout.storage.transfer import delete_object, get_object, put_object
from cutout.timing import Deadline
from tests.fetch.servers import Reply, Server, answer, serving

LATER = Deadline.after(86_400)  # longer than any run of all tests
LIMIT = 10_000


def in_turn(*replies: Reply) -> Reply:
    """Each reply once, the last one for ever."""
    left = list(replies)

    def reply(connection: socket.socket, request: bytes) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection, request)

    return reply


def sending(text: str) -> Reply:
    """The same bytes for every request."""

    def reply(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(text.encode())

    return reply


def settings_of(server: Server) -> Settings:
    """Of a bucket at that server."""
    keys = {"access_key_id": "AKID", "secret_access_key": SecretStr("secret")}
    return Settings().model_copy(update=keys | {"bucket_url": f"{server.url()}bucket"})


def hang_up(_connection: socket.socket, _request: bytes) -> None:
    """The server's end closes without a word."""


SAID = b"<Error><Code>SlowDown</Code><Message>Reduce it.</Message><CanonicalRequest>X-Amz-Security-"
BUSY = answer(SAID, "503 Slow Down")
THROTTLED = answer(SAID, "429 Too Many Requests")
FAULTY = answer(SAID, "500 Internal Server Error")


@pytest.mark.parametrize("trouble", [[BUSY], [THROTTLED], [FAULTY], [BUSY, hang_up]])
def test_a_passing_trouble_is_sat_out(trouble: list[Reply]) -> None:
    with serving(in_turn(*trouble, answer(b"content"))) as server:
        assert get_object(server.url(), LIMIT, LATER) == b"content"
    with serving(in_turn(*trouble, answer(b""))) as server:
        put_object(server.url(), b"content", {"content-type": "image/png"}, LATER)
    assert server.requests[-1].startswith(b"PUT / HTTP/1.1\r\n")
    assert server.requests[-1].endswith(b"\r\n\r\ncontent"), "the repeated request lost its body"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("429 Too Many Requests", True), ("500 A", True), ("499 A", False), ("428 A", False)],
)
def test_a_busy_store_may_take_a_later_attempt(status: str, expected: bool) -> None:
    with serving(answer(SAID, status)) as server, pytest.raises(StorageError) as caught:
        put_object(server.url(), b"content", {}, LATER)
    assert caught.value.is_busy is expected
    assert server.connections == (3 if expected else 1)


def test_a_lasting_trouble_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with serving(BUSY) as server, pytest.raises(StorageError) as raised:
        put_object(server.url(), b"content", {}, LATER)
    assert server.connections == 3
    assert raised.value.is_busy
    assert "503: SlowDown Reduce it." in caplog.text, "the cause is lost"
    assert "Security" not in caplog.text, "the log holds more than the cause"


MOVED = "x-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("status", ["301 Moved Permanently", "307 Redirect", "400 Bad Request"])
def test_the_region_of_a_bucket_elsewhere_is_told_without_a_body(
    caplog: pytest.LogCaptureFixture, status: str
) -> None:
    reply = sending(f"HTTP/1.1 {status}\r\n{MOVED}")
    with serving(reply) as server, pytest.raises(StorageError) as raised:
        Objects(settings_of(server)).look_at("key", LATER)
    assert raised.value.args == (f"S3 answers {status[:3]} The bucket is in eu-west-1.",)
    assert "The bucket is in eu-west-1." in caplog.text


@pytest.mark.parametrize(
    "head",
    [f"HTTP/1.1 412 A\r\n{MOVED}", f"HTTP/1.1 301 A\r\n{MOVED.replace('eu-west-1', 'a b')}"],
    ids=["another refusal", "not a region"],
)
def test_no_other_answer_tells_a_region(head: str) -> None:
    with serving(sending(head)) as server, pytest.raises(StorageError) as raised:
        Objects(settings_of(server)).look_at("key", LATER)
    assert "The bucket is in" not in str(raised.value.args)


RIGHT = "User: arn:aws:sts::1:assumed-role/r is not authorized to perform: "


def refusal(message: str) -> Reply:
    said = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"
    return answer(said.encode(), "403 Forbidden")


@pytest.mark.parametrize(
    "message",
    [
        "Access Denied",
        f"{RIGHT}s3:ListBucket on resource: unexpired-kms:s3:GetObject",
        f"{RIGHT}s3:ListBucket on resource: b with an explicit deny in a resource-based policy",
    ],
)
def test_a_missing_object_is_denied_to_who_may_not_list(message: str) -> None:
    with serving(refusal(message)) as server, pytest.raises(UploadMissingError):
        get_object(server.url(), LIMIT, LATER)


@pytest.mark.parametrize(
    "message",
    [
        f"{RIGHT}kms:Decrypt on resource: k",
        f"{RIGHT}s3:GetObject on resource: b/k with an explicit deny",
        "Request has expired",
        "Request is not yet valid",
    ],
)
def test_an_object_that_may_not_be_read_is_not_called_missing(message: str) -> None:
    with serving(refusal(message)) as server, pytest.raises(StorageError):
        get_object(server.url(), LIMIT, LATER)


BUCKET = "arn:aws:s3:::bucket"


@pytest.mark.parametrize(
    ("resource", "told"),
    [
        (f'"{BUCKET}/inbox/my holiday.jpg" because', f'"{BUCKET}/..." because'),
        (f"&quot;{BUCKET}/inbox/my holiday.jpg&quot; because", f'"{BUCKET}/..." because'),
        (f"{BUCKET}/uploads/holiday because", f"{BUCKET}/... because"),
        (f'"{BUCKET}" because', f'"{BUCKET}" because'),
    ],
)
def test_no_name_of_an_object_is_in_the_log(
    caplog: pytest.LogCaptureFixture, resource: str, told: str
) -> None:
    message = f"{RIGHT}s3:PutObject on resource: {resource} no identity-based policy allows it"
    with serving(refusal(message)) as server, pytest.raises(StorageError):
        put_object(server.url(), b"content", {}, LATER)
    assert f"on resource: {told} no identity-based" in caplog.text
    assert "holiday" not in caplog.text


def stored(md5: str) -> Reply:
    if not md5:
        return answer(b"", "404 Not Found")

    def reply(connection: socket.socket, _request: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: e\r\nx-amz-meta-source-md5: {md5}"
        connection.sendall(f"{head}\r\n\r\n".encode())

    return reply


@pytest.mark.parametrize("status", ["412 Precondition Failed", "409 Conflict"])
@pytest.mark.parametrize("md5", ["ours", "theirs", ""])
def test_what_was_stored_although_its_answer_was_lost_is_ours(md5: str, status: str) -> None:
    conflict = answer(b"", status)
    new = New(b"content", AnswerKind.PNG, {"source-md5": "ours"})
    with serving(in_turn(hang_up, conflict, stored(md5))) as server:
        objects = Objects(settings_of(server))
        with nullcontext() if md5 == "ours" else pytest.raises(ChangedMeanwhileError):
            objects.put("outbox/1.png", new, None, LATER)


@pytest.mark.parametrize("headers", ["", "Content-Length: 0\r\n", "ETag:\r\n"])
def test_an_object_without_etag_is_the_store_s_fault(headers: str) -> None:
    with serving(sending(f"HTTP/1.1 200 OK\r\n{headers}\r\n")) as server:
        objects = Objects(settings_of(server))
        with pytest.raises(StorageError) as caught:
            objects.look_at("outbox/1.png", LATER)
    assert caught.value.args == ("The bucket describes an object with no ETag",)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Content-Length: abc\r\n\r\nxx", None),
        ("Content-Length: " + "9" * 5000, FileTooBigError),
        ("Transfer-Encoding: chunked\r\n\r\n-5\r\nxx", StorageError),
    ],
)
def test_a_malformed_length(headers: str, expected: type[Exception] | None) -> None:
    """urllib3 reads to the end where it doesn't understand the length."""
    outcome = nullcontext() if expected is None else pytest.raises(expected)
    with serving(sending(f"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n")) as server, outcome:
        assert get_object(server.url(), LIMIT, LATER).startswith(b"xx")


@pytest.mark.parametrize(("size", "expected"), [(LIMIT - 1, None), (LIMIT, FileTooBigError)])
@pytest.mark.parametrize("announced", [True, False])
def test_an_object_stays_below_the_limit(
    size: int, expected: type[FileTooBigError] | None, announced: bool
) -> None:
    length = f"Content-Length: {size}\r\n" if announced else ""
    outcome = nullcontext() if expected is None else pytest.raises(expected)
    with serving(sending(f"HTTP/1.1 200 OK\r\n{length}\r\n{'x' * size}")) as server, outcome:
        assert len(get_object(server.url(), LIMIT, LATER)) == size


def test_half_a_body_is_no_file() -> None:
    def half(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 50)

    with serving(half) as server, pytest.raises(StorageError):
        get_object(server.url(), LIMIT, LATER)


def silent(_connection: socket.socket, _request: bytes) -> None:
    sleep(4)


def drip(connection: socket.socket, _request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(80):
        connection.sendall(b"x")
        sleep(0.05)


@pytest.mark.parametrize("reply", [silent, drip])
def test_the_deadline_holds_for_all_of_it(reply: Reply) -> None:
    start = monotonic()
    with serving(reply) as server, pytest.raises(StorageError):
        get_object(server.url(), LIMIT, Deadline.after(0.5))
    assert monotonic() - start < 3, "the deadline of 0.5 s did not hold (4 s without it)"


def test_where_there_is_no_time_nobody_is_asked() -> None:
    with serving(answer(b"content")) as server, pytest.raises(StorageError):
        get_object(server.url(), LIMIT, Deadline.after(0))
    assert not any(server.requests)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        *(("204 No Content", None), ("200 OK", None), ("404 Not Found", None)),
        *(("412 Precondition Failed", ChangedMeanwhileError), ("403 Forbidden", StorageError)),
    ],
)
def test_what_is_deleted_may_be_gone_but_not_changed(
    status: str, error: type[StorageError] | None
) -> None:
    expected = nullcontext() if error is None else pytest.raises(error)
    with serving(answer(b"", status)) as server, expected:
        delete_object(server.url(), {"if-match": '"1"'}, LATER)
    assert server.requests[0].startswith(b"DELETE / HTTP/1.1\r\n")
    assert b'if-match: "1"\r\n' in server.requests[0]
