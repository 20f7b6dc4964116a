"""`cutout batch`: the pictures of a real S3 bucket, as the deployed batch makes them."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.batch.conftest import Rig
from tests.command.conftest import Done, Run, opened
from tests.fetch.servers import answer, serving
from tests.ports import free_ports
from tests.s3 import S3Server
from tests.samples import gradient, jpeg, png, png_header

AWKWARD = "a/größe 100%+ü?x=1&y#z ~'(1).jpg"
NAME = "of-the-command"
PAGE = 1000  # keys that S3 lists at once


@dataclass(frozen=True)
class Bucket:
    """A bucket of one test, and the command on it."""

    s3: S3Server
    name: str
    run: Run

    def put(self, objects: dict[str, bytes]) -> None:
        put = partial(self.s3.client.put_object, Bucket=self.name)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda key: put(Key=key, Body=objects[key]), objects))

    def batch(self, *arguments: str) -> Done:
        return self.run("batch", f"{self.s3.endpoint}/{self.name}", *arguments)

    def found(self, key: str) -> Any:
        answer = self.s3.client.get_object(Bucket=self.name, Key=key)
        return answer | {"Body": answer["Body"].read()}

    def outputs(self, prefix: str = "outbox/") -> set[str]:
        found = self.s3.client.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return {each["Key"] for each in found.get("Contents", [])}


@pytest.fixture(scope="module")
def made(s3: S3Server) -> str:
    """One bucket for all tests: the server has room for few."""
    s3.create_bucket(NAME)
    return NAME


@pytest.fixture
def bucket(s3: S3Server, made: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """The bucket, empty, and the command with its credentials."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CUTOUT_BUCKET_URL")
    while keys := s3.keys(made):
        objects = [{"Key": each} for each in keys]
        s3.client.delete_objects(Bucket=made, Delete={"Objects": objects})
    return Bucket(s3, made, run)


def test_the_results_are_the_deployed_batchs(bucket: Bucket) -> None:
    pictures = {
        "1.jpg": jpeg(),
        "fg-mask/1.png": png(),
        "fg-image-shadow/shoes/1.jpg": jpeg(),
        "broken.jpg": jpeg()[:100],
        "large.png": png_header(4097, 1),
        "notes.txt": b"no picture",
        AWKWARD: jpeg(),
    }
    rig = Rig(bucket.s3)
    for name, content in pictures.items():
        rig.arrive(f"inbox/{name}", content)
    bucket.put({f"inbox/{name}": content for name, content in pictures.items()})
    done = bucket.batch()
    assert done.code == 1
    assert done.lines[-1].startswith("4 done, 3 failed in ")
    kinds = dict.fromkeys(("broken.jpg", "large.png", "notes.txt"), "json")
    outputs = {f"outbox/{name}.{kinds.get(name, 'png')}" for name in pictures}
    assert bucket.outputs() == outputs
    for key in outputs:
        ours, theirs = bucket.found(key), rig.found(key)
        for part in ("Body", "Metadata", "ContentType"):
            assert ours[part] == theirs[part], (key, part)
    assert sorted(done.lines[:-1]) == [
        "inbox/broken.jpg: Can not load image.",
        "inbox/large.png: Resolution is too big: 4097x1. Max allowed resolution: 4096x4096",
        "inbox/notes.txt: Unsupported file type. Only JPEG, PNG and WebP images are accepted.",
    ]


def test_a_second_run_does_only_what_is_new_or_changed(bucket: Bucket) -> None:
    bucket.put({"inbox/1.jpg": jpeg(), "inbox/2.jpg": jpeg()})
    assert bucket.batch().code == 0
    before = bucket.found("outbox/1.jpg.png")["LastModified"]
    bucket.put({"inbox/2.jpg": jpeg(gradient(32, 24)), "inbox/3.jpg": jpeg()})
    done = bucket.batch("-v")
    assert done.code == 0
    assert [each.partition(" (")[0] for each in sorted(done.lines)[1:]] == [
        "inbox/2.jpg: outbox/2.jpg.png",
        "inbox/3.jpg: outbox/3.jpg.png",
    ]
    assert min(done.lines).startswith("2 done, 1 already up to date in ")
    assert bucket.found("outbox/1.jpg.png")["LastModified"] == before
    assert opened(bucket.found("outbox/2.jpg.png")["Body"]).size == (32, 24)


def test_a_picture_that_is_stored_in_parts_is_known_by_its_bytes(bucket: Bucket) -> None:
    upload = partial(bucket.s3.client.upload_part, Bucket=bucket.name, Key="inbox/1.jpg")
    start = bucket.s3.client.create_multipart_upload(Bucket=bucket.name, Key="inbox/1.jpg")
    part = upload(UploadId=start["UploadId"], PartNumber=1, Body=jpeg())
    bucket.s3.client.complete_multipart_upload(
        Bucket=bucket.name,
        Key="inbox/1.jpg",
        UploadId=start["UploadId"],
        MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
    )
    for _ in range(2):
        assert bucket.batch().code == 0
    assert bucket.batch("--dry-run").lines == ["0 to do, 1 already up to date"]
    assert bucket.batch("-v").lines == ["0 done, 1 already up to date"]


def test_an_earlier_failure_is_not_tried_again_and_still_counts(bucket: Bucket) -> None:
    bucket.put({"inbox/bad.jpg": b"GIF89a"})
    assert bucket.batch().code == 1
    before = bucket.found("outbox/bad.jpg.json")["LastModified"]
    for options in ((), ("--dry-run",)):
        done = bucket.batch(*options)
        assert done.code == 1
        assert done.lines[0] == (
            "inbox/bad.jpg: It failed before, and outbox/bad.jpg.json says why. "
            "To try again, remove that object."
        )
    assert bucket.found("outbox/bad.jpg.json")["LastModified"] == before


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_a_key_whose_output_would_not_fit_is_one_line(
    bucket: Bucket, options: tuple[str, ...]
) -> None:
    key = "inbox/" + "/".join(["a" * 120] * 8 + ["a" * 45])
    bucket.put({key: jpeg()})
    done = bucket.batch(*options)
    assert done.code == 1
    assert done.lines[0] == (
        f"{key}: The key of its output would have 1025 bytes, and S3 accepts 1024. "
        "Shorten the picture's key."
    )


def test_a_dry_run_writes_nothing_and_says_what_would_be_written(bucket: Bucket) -> None:
    bucket.put({"inbox/done.jpg": jpeg()})
    bucket.batch()
    bucket.put({"inbox/b c.jpg": jpeg(), "inbox/a+b.jpg": b""})
    done = bucket.batch("--dry-run")
    assert (done.code, done.lines) == (
        0,
        [
            "inbox/a+b.jpg: outbox/a+b.jpg.png",
            "inbox/b c.jpg: outbox/b c.jpg.png",
            "2 to do, 1 already up to date",
        ],
    )
    assert bucket.outputs() == {"outbox/done.jpg.png"}


def test_lists_go_on_after_a_thousand_keys_and_hidden_files_are_passed_over(
    bucket: Bucket,
) -> None:
    hidden = {f"inbox/._{number:04}.jpg": b"" for number in range(PAGE)}
    others = dict.fromkeys(("inbox/.DS_Store", "inbox/a/._1.jpg", "inbox/a/Thumbs.db"), b"x")
    bucket.put({**hidden, **others, "inbox/a/1.jpg": jpeg(), "elsewhere/1.jpg": jpeg()})
    done = bucket.batch()
    assert (done.code, done.err) == (0, "")
    assert bucket.outputs() == {"outbox/a/1.jpg.png"}


@pytest.mark.parametrize(
    ("options", "output"),
    [
        (["--inbox", "photos/2024/"], "outbox/1.jpg.png"),
        (["--inbox", "photos", "--outbox", "photos/out"], "photos/out/2024/1.jpg.png"),
        (["--inbox", "", "--outbox", "out"], "out/photos/2024/1.jpg.png"),
    ],
)
def test_folders_of_other_names(bucket: Bucket, options: list[str], output: str) -> None:
    bucket.put({"photos/2024/1.jpg": jpeg()})
    for _ in range(2):  # a result in the inbox is not taken for a picture
        assert bucket.batch(*options).code == 0
        assert bucket.outputs("") == {"photos/2024/1.jpg", output}


def test_the_report_names_each_picture(bucket: Bucket, tmp_path: Path) -> None:
    bucket.put({"inbox/1.jpg": jpeg(), "inbox/2.jpg": b""})
    bucket.batch("--report", f"{tmp_path}/report.json")
    first, second = json.loads((tmp_path / "report.json").read_text())
    size = len(bucket.found("outbox/1.jpg.png")["Body"])
    assert (first["picture"], first["cutout"]) == ("inbox/1.jpg", "outbox/1.jpg.png")
    assert (first["outcome"], first["bytes"]) == ("done", size)
    assert (second["outcome"], second["message"]) == ("failed", "Can not load image.")


def test_a_bucket_without_pictures_is_a_failure(bucket: Bucket) -> None:
    done = bucket.batch("--inbox", "in box")
    assert done.code == 1
    assert done.lines[0] == (
        "in box/: This folder has no pictures. Name their folder with --inbox."
    )


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_without_credentials_the_command_says_what_to_set(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.delenv(missing)
    done = bucket.batch()
    assert (done.code, done.out) == (1, b"")
    (line,) = done.lines
    assert line.startswith("cutout: there are no AWS credentials. Set AWS_ACCESS_KEY_ID and ")


def test_a_container_without_credentials_is_one_line(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}/credentials"
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    done = bucket.batch()
    assert done.code == 1
    (line,) = done.lines
    assert line.startswith("cutout: There are no AWS credentials: the endpoint does not answer")


def test_a_wrong_secret_and_a_missing_bucket_are_one_line(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = bucket.run("batch", f"{bucket.s3.endpoint}/nowhere").lines
    assert line.startswith("cutout: S3 answers 404 NoSuchBucket: ")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    done = bucket.batch()
    assert done.code == 1
    (line,) = done.lines
    assert line.startswith("cutout: S3 answers 403 SignatureDoesNotMatch: ")
    assert line.endswith("Check the bucket's name, AWS_REGION, and what these credentials may do.")


def test_an_unreachable_bucket_is_one_line(bucket: Bucket) -> None:
    (port,) = free_ports(1)
    done = bucket.run("batch", f"http://127.0.0.1:{port}/photos")
    assert done.code == 1
    (line,) = done.lines
    assert line == (
        "cutout: The bucket can't be reached (NewConnectionError). "
        "Check its name, AWS_REGION and the network."
    )


def test_a_busy_bucket_is_not_called_a_wrong_one(bucket: Bucket) -> None:
    said = b"<Error><Code>SlowDown</Code><Message>Reduce it</Message></Error>"
    with serving(answer(said, "503 Slow Down")) as server:
        done = bucket.run("batch", server.url("/photos"))
    line = "cutout: S3 answers 503 SlowDown: Reduce it. Run the command again."
    assert (done.code, done.lines) == (1, [line])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: BUCKET"),
        (["./photos"], "neither a bucket's name nor its address (write ./batch to cut out"),
        (["https://a.example/b?c"], "neither a bucket's name nor its address"),
        (["photos", "--outbox", ""], "choose another --outbox"),
        (["photos", "--outbox", "inbox/"], "choose another --outbox"),
        (["photos", "--inbox", "a/b", "--outbox", "a"], "choose another --outbox"),
        (["photos", "--inbox", "a/../b"], "a folder of a bucket can't be . or ..: a/../b"),
        (["photos", "--report", "a.txt"], "--report must end in .json or .csv: a.txt"),
        (["photos", "--jobs", "0"], "must be a whole number above 0: 0"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], said: str) -> None:
    done = run("batch", *arguments)
    assert done.code == 2
    assert said in " ".join(done.err.split())


def test_help_names_the_command(run: Run) -> None:
    assert run("batch", "--help").out.startswith(b"usage: cutout batch ")
    assert b"cutout batch" in run("--help").out
