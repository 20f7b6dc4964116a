"""By an API that is not at its best."""

import json
import re
from pathlib import Path

import pytest

from cutout import __version__
from cutout.command.arguments import Limits
from tests.command.conftest import Run, files_in, pictures_in, write
from tests.command.scripted_api import BUSY, RESULTS, Asked, Reply, ScriptedApi, success
from tests.samples import jpeg, png

UPLOADING = Limits(large_bytes=100)

pytestmark = pytest.mark.usefixtures("pauses")


REFUSED = {
    "401": (Reply(401, {"message": "A valid API key is needed."}), "401: A valid API key"),
    "413": (Reply(413, b"Error: Too Large\nYour client issued"), "413: Error: Too Large Your"),
    "422": (Reply(422, {"detail": [{"msg": "bad mode"}]}), '422: [{"msg": "bad mode"}]'),
    "404": (Reply(404, b"<html>\x1b[2J</html>"), r"404: <html>\x1b[2J</html>"),
    "301": (Reply(301, b"", {"Location": "https://x.example/"}), "301: It moved to https://x.exa"),
}


@pytest.mark.parametrize(("reply", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_is_not_sent_again(
    tmp_path: Path, run: Run, reply: Reply, words: str
) -> None:
    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({RESULTS: [reply, success()]}) as server:
        done = run(photo, "--url", server.url)
        assert len(server.asked_for(RESULTS)) == 1
    assert done.code == 1
    assert done.lines[0].startswith(f"{photo}: The server answered {words}"), done.err
    assert len(done.lines) == 2
    assert files_in(tmp_path) == {"a.jpg"}


FOREIGN = {
    "no JSON": Reply(body=b"<html>"),
    "another JSON": Reply(body=[1, 2]),
    "no result": Reply(body={"results": []}),
    "no picture": Reply(
        body={"results": [{"status": {"code": "ok", "message": ""}, "entities": []}]}
    ),
    "no base64": Reply(
        body={
            "results": [{"status": {"code": "ok", "message": ""}, "entities": [{"image": "häh?"}]}]
        }
    ),
}


@pytest.mark.parametrize("reply", FOREIGN.values(), ids=FOREIGN)
def test_an_answer_of_something_else(tmp_path: Path, run: Run, reply: Reply) -> None:
    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({RESULTS: [reply]}) as server:
        done = run(photo, "--url", server.url)
    assert done.code == 1
    assert done.lines[0] == f"{photo}: The server's answer is not from this API."


NO_API = {
    "nothing there": ({"/v1/modes": [Reply(404, b"Not Found")]}, "answered 404: Not Found"),
    "a website": ({"/v1/modes": [Reply(body=b"<html>")]}, "answer is not from this API."),
    "no key": ({"/v1/modes": [Reply(401, {"message": "No."})]}, "Give it with CUTOUT_KEY or --key"),
    "never well": ({"/v1/modes": [BUSY]}, "answered 503: The server is busy."),
}


@pytest.mark.parametrize(("replies", "words"), NO_API.values(), ids=NO_API)
def test_no_such_api(tmp_path: Path, run: Run, replies: dict[str, list[Reply]], words: str) -> None:
    write(tmp_path / "a.jpg")
    with ScriptedApi(replies) as server:
        done = run(tmp_path, "--url", server.url)
        assert not server.asked_for(RESULTS), "no picture is sent in vain"
    assert done.code == 1
    assert len(done.lines) == 1
    assert done.lines[0].startswith("cutout: The server")
    assert words in done.lines[0]


def test_a_key_is_for_the_api_alone(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    with ScriptedApi({"/kept": [BUSY, success()]}) as bucket:
        elsewhere = Reply(303, b"elsewhere", {"Location": f"{bucket.url}/kept?signed=1"})
        with ScriptedApi({RESULTS: [elsewhere]}) as server:
            done = run(photo, "--url", server.url, "--key", "sesame", "--mode", "fg-mask")
            (asked,) = server.asked_for(RESULTS)
        first, again = bucket.asked
    assert done.code == 0, done.err
    assert asked.headers["x-api-key"] == "sesame"
    assert asked.headers["user-agent"] == f"cutout/{__version__}"
    assert asked.path == f"{RESULTS}?mode=fg-mask&quality-hint=true&webp=true"
    assert (first.method, first.path) == (again.method, again.path) == ("GET", "/kept?signed=1")
    assert "sesame" not in str(first)


def test_a_link_may_be_relative(tmp_path: Path, run: Run) -> None:
    elsewhere = Reply(303, b"elsewhere", {"Location": "/kept"})
    with ScriptedApi({RESULTS: [elsewhere], "/kept": [success()]}) as server:
        assert run(write(tmp_path / "a.jpg"), "--url", server.url).code == 0


def invitation(url: str, max_bytes: int = 10_000) -> Reply:
    upload = {"url": url, "fields": {"key": "uploads/1", "policy": "x"}}
    return Reply(body={"upload": upload, "url": "upload:1/a.jpg", "max_bytes": max_bytes})


def test_an_upload_and_what_may_happen_on_its_way(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    limits = Limits(large_bytes=photo.stat().st_size - 1)
    with ScriptedApi({"/bucket": [BUSY, Reply(204, b"")]}) as bucket:
        replies = {"/v1/uploads": [BUSY, invitation(f"{bucket.url}/bucket")], RESULTS: [success()]}
        with ScriptedApi(replies) as server:
            done = run(photo, "--url", server.url, "--key", "sesame", limits=limits)
            (results,) = server.asked_for(RESULTS)
            _, invited = server.asked_for("/v1/uploads")
        _, stored = bucket.asked
    assert done.code == 0, done.err
    assert invited.path == "/v1/uploads?type=image%2Fjpeg&name=a.jpg"
    assert b'name="url"\r\n\r\nupload:1/a.jpg\r\n' in results.body
    assert photo.read_bytes() in stored.body
    assert photo.read_bytes() not in results.body
    fields = re.findall(rb'name="(\w+)"', stored.body)
    assert fields == [b"key", b"policy", b"file"], "S3 reads nothing behind the file"
    assert "sesame" not in str(stored.headers)


def test_a_file_that_just_fits_is_sent_as_it_is(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    limits = Limits(large_bytes=photo.stat().st_size)
    with ScriptedApi({RESULTS: [success()]}) as server:
        assert run(photo, "--url", server.url, limits=limits).code == 0
        assert not server.asked_for("/v1/uploads")


@pytest.mark.parametrize("option", ["--mask", "--background"])
def test_what_is_sent_beside_a_file_counts(tmp_path: Path, run: Run, option: str) -> None:
    photo = write(tmp_path / "a.jpg", jpeg() + bytes(10_000))
    other = write(tmp_path / "b.png", png())
    size = photo.stat().st_size + other.stat().st_size
    for limit, uploads in ((size, 0), (size - 1, 1)):
        with ScriptedApi({RESULTS: [success()]}) as server:
            arguments = photo, "-o", tmp_path / "x.png", option, other, "--url", server.url
            assert run(*arguments, limits=Limits(large_bytes=limit)).code == 0
            assert len(server.asked_for("/v1/uploads")) == uploads


def test_a_background_that_is_removed_meanwhile(tmp_path: Path, run: Run) -> None:
    ground = write(tmp_path / "ground.png", png())
    for name in "ab":
        write(tmp_path / "in" / f"{name}.jpg")

    def reply(_asked: Asked) -> Reply:
        ground.unlink(missing_ok=True)
        return success()

    with ScriptedApi({RESULTS: [reply, success()]}) as server:
        places = ["-o", tmp_path / "out", "--url", server.url, "--jobs", "1"]
        done = run(tmp_path / "in", *places, "--background", ground)
    assert (done.code, done.err) == (0, "")
    assert pictures_in(tmp_path / "out") == {"a.png", "b.png"}


def test_an_api_that_takes_no_uploads(tmp_path: Path, run: Run) -> None:
    for name in "abc":
        write(tmp_path / f"{name}.jpg")
    with ScriptedApi({RESULTS: [success()]}) as server:
        done = run(tmp_path, "--url", server.url, "--jobs", "1", limits=UPLOADING)
        assert done.code == 0
        assert len(server.asked_for("/v1/uploads")) == 1, "asked once for all"
        assert len(server.asked_for(RESULTS)) == 3


def test_an_upload_that_is_refused(tmp_path: Path, run: Run) -> None:
    photo = write(tmp_path / "a.jpg")
    denied = Reply(403, b"<Error><Code>AccessDenied</Code></Error>")
    with (
        ScriptedApi({"/bucket": [denied]}) as bucket,
        ScriptedApi({"/v1/uploads": [invitation(f"{bucket.url}/bucket")]}) as server,
    ):
        done = run(photo, "--url", server.url, limits=UPLOADING)
    assert done.lines[0] == (
        f"{photo}: The upload failed. "
        "The server answered 403: <Error><Code>AccessDenied</Code></Error>"
    )


@pytest.mark.parametrize("spare", [0, -1])
def test_an_upload_of_the_largest_size(tmp_path: Path, run: Run, spare: int) -> None:
    photo = write(tmp_path / "a.jpg")
    limit = photo.stat().st_size + spare
    with ScriptedApi({"/bucket": [Reply(204, b"")]}) as bucket:
        asked = invitation(f"{bucket.url}/bucket", limit)
        with ScriptedApi({"/v1/uploads": [asked], RESULTS: [success()]}) as server:
            done = run(photo, "--url", server.url, limits=UPLOADING)
    assert done.code == (0 if spare == 0 else 1), done.err
    assert len(bucket.asked) == (1 if spare == 0 else 0)


def test_one_failure_is_no_other_picture_s(tmp_path: Path, run: Run) -> None:
    for name in "abcdef":
        write(tmp_path / f"{name}.jpg", jpeg(comment=name.encode() * 10))

    def answer(asked: Asked) -> Reply:
        if b"bbbbbbbbbb" in asked.body:
            status = {"code": "failure", "message": "Can not load image."}
            return Reply(body={"results": [{"status": status, "entities": []}]})
        return success(png())

    with ScriptedApi({RESULTS: [answer]}) as server:
        done = run(tmp_path, "--url", server.url)
    assert done.code == 1
    assert done.lines[0] == f"{tmp_path}/b.jpg: Can not load image."
    assert len(files_in(tmp_path)) == 6 + 5


def test_cookies_are_left_where_they_are(tmp_path: Path, run: Run) -> None:
    for name in "ab":
        write(tmp_path / f"{name}.jpg")
    given = success()
    with ScriptedApi({RESULTS: [Reply(body=given.body, headers={"Set-Cookie": "a=b"})]}) as server:
        assert run(tmp_path, "--url", server.url, "--jobs", "1").code == 0
        assert "cookie" not in json.dumps([each.headers for each in server.asked])
