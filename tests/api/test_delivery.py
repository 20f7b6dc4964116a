"""Every way that an answer may take, each limit from both sides."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from cutout.api.results import ResultDetails, success
from cutout.api.service import ENVELOPE_BYTES, Answer, Finished, deliver, file_budget
from cutout.choices import Mode, Representation
from cutout.errors import AnswerTooLargeError, NoStorageError
from cutout.options import Source
from cutout.request import PictureForm, PictureRequest
from cutout.storage.storage import AnswerKind, PresignedUpload, UploadType
from cutout.timing import Deadline

SOURCE = Source(b"x", "a.jpg")
NAMES = ["a.jpg", '"\\', "\0\u2028\x7f", "ü" * 1000, "😀" * 500, ""]
LIMIT = 100_000


@dataclass
class Shelf:
    """A storage that shows what was put into it."""

    kept: list[tuple[bytes, AnswerKind]] = field(default_factory=list)
    gzipped: list[bool] = field(default_factory=list)

    def put(
        self, content: bytes, kind: AnswerKind, _deadline: Deadline, *, gzip: bool = False
    ) -> str:
        self.kept.append((content, kind))
        self.gzipped.append(gzip)
        return f"v1/files/{len(self.kept)}.{kind}"

    def create_upload(self, kind: UploadType) -> PresignedUpload:
        raise NotImplementedError

    def get_upload(self, token: str, deadline: Deadline) -> bytes:
        raise NotImplementedError


def request(representation: Representation | None = None) -> PictureRequest:
    return PictureRequest(
        PictureForm(image=SOURCE),
        Deadline.after(60),
        representation=representation,
        server_url="http://server.example/",
    )


def finished(file: bytes, byte_budget: int | None) -> Finished:
    return Finished(file, (1, 1), None, byte_budget)


def details(representation: Representation | None = None, source: Source = SOURCE) -> ResultDetails:
    return ResultDetails(source, Mode.FG_MASK, representation)


def entity(body: bytes) -> dict[str, Any]:
    (result,) = json.loads(body)["results"]
    (found,) = result["entities"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("representation", [None, Representation.BASE64])
def test_what_fits_is_sent(representation: Representation | None) -> None:
    shelf = Shelf()
    answer = deliver(details(representation), request(representation), finished(b"png", 3), shelf)
    assert answer == Answer(success(details(representation), b"png"))
    assert (answer.status, answer.headers, answer.media_type) == (200, {}, "application/json")
    assert shelf.kept == []


def test_a_server_without_a_limit_sends_everything() -> None:
    assert deliver(details(), request(), finished(bytes(10**6), None), None).status == 200


def test_one_byte_more_is_the_same_json_elsewhere() -> None:
    shelf = Shelf()
    answer = deliver(details(), request(), finished(b"png!", 3), shelf)
    assert answer.status == 303
    assert answer.headers == {"Location": "http://server.example/v1/files/1.json"}
    assert shelf.kept == [(success(details(), b"png!"), AnswerKind.JSON)]


@pytest.mark.parametrize("representation", [None, Representation.BINARY])
@pytest.mark.parametrize("wanted", [True, False])
def test_only_json_is_compressed_and_only_for_who_wants_that(
    representation: Representation | None, wanted: bool
) -> None:
    shelf, asked = Shelf(), replace(request(representation), gzip=wanted)
    deliver(details(representation), asked, finished(b"png!", 3), shelf)
    assert shelf.gzipped == [wanted and representation is None]
    assert shelf.kept[0][1] is (AnswerKind.PNG if representation else AnswerKind.JSON)


def test_one_byte_more_without_a_storage_says_what_to_do() -> None:
    with pytest.raises(AnswerTooLargeError, match=r"fg-mask.*smaller picture"):
        deliver(details(), request(), finished(b"png!", 3), None)


def test_a_link_is_what_was_asked_for() -> None:
    shelf = Shelf()
    answer = deliver(
        details(Representation.URL), request(Representation.URL), finished(b"png", None), shelf
    )
    assert shelf.kept == [(b"png", AnswerKind.PNG)]
    found = entity(answer.body)
    assert found["image"] == "http://server.example/v1/files/1.png"
    assert found["representation"] == "url"
    with pytest.raises(NoStorageError, match="representation=base64"):
        deliver(
            details(Representation.URL), request(Representation.URL), finished(b"png", None), None
        )


def test_an_absolute_link_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelf, "put", lambda *_: "https://bucket.example/a.png?X-Amz-Date=1")
    answer = deliver(
        details(Representation.URL), request(Representation.URL), finished(b"png", None), Shelf()
    )
    assert entity(answer.body)["image"] == "https://bucket.example/a.png?X-Amz-Date=1"


@pytest.mark.parametrize(
    ("representation", "said"), [(None, None), (Representation.BASE64, "base64")]
)
def test_only_who_asks_is_told(representation: Representation | None, said: str | None) -> None:
    answer = deliver(details(representation), request(representation), finished(b"png", None), None)
    found = entity(answer.body)
    assert found.get("representation") == said
    assert b64decode(found["image"]) == b"png"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("representation", [None, Representation.BASE64])
def test_the_room_is_what_the_platform_leaves(
    name: str, representation: Representation | None
) -> None:
    """Lambda counts the body as a string within JSON."""
    source = Source(b"x", name)
    byte_budget = file_budget(details(representation, source), LIMIT)
    assert byte_budget is not None

    def counted(size: int) -> int:
        body = success(details(representation, source), bytes(size))
        return len(json.dumps(body.decode())) + ENVELOPE_BYTES

    assert counted(byte_budget) <= LIMIT
    assert counted(byte_budget + 3) > LIMIT


def test_the_room_of_a_bare_file_is_that_of_its_base64() -> None:
    byte_budget = file_budget(details(Representation.BINARY), LIMIT)
    assert byte_budget is not None
    spare = LIMIT - ENVELOPE_BYTES - len(b64encode(bytes(byte_budget)))
    assert 0 <= spare < 4


def test_no_room_is_no_negative_room() -> None:
    assert file_budget(details(), 10) == 0


def test_links_and_other_servers_need_no_room() -> None:
    assert file_budget(details(Representation.URL), LIMIT) is None
    assert file_budget(details(), None) is None
