"""Lists of a bucket, page by page, from a real S3; and lists that are none."""

import pytest

from cutout.errors import StorageError
from cutout.storage.listing import Listed, Page, parse_page
from cutout.storage.objects import Objects
from tests.s3 import S3Server

AWKWARD = ["list/a b+c.jpg", "list/a/größe 100%?x=1&y#z ~'(1)*.jpg", "list/é", "list/é.jpg"]
NAMESPACE = b'<List xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
REST = b"<Size>3</Size><ETag>&quot;e&quot;</ETag></Contents>"
ESCAPED = b"<EncodingType>url</EncodingType><Contents><Key>a+b%2Bc</Key>" + REST
PLAIN = b"<Contents><Key>a b+c</Key>" + REST
LAST = b"<IsTruncated>false</IsTruncated>"


@pytest.mark.parametrize("page_keys", [1, 2, 3, 1000])
def test_all_pages_are_listed(s3: S3Server, page_keys: int) -> None:
    for key in [*AWKWARD, "lists/1.jpg", "another"]:
        s3.client.put_object(Bucket="cutout", Key=key, Body=b"abc")
    found = list(Objects(s3.settings()).listed("list/", page_keys))
    assert {each.key for each in found} == set(AWKWARD)
    assert len(found) == len(AWKWARD)
    assert {(each.size, each.etag) for each in found} == {(3, "900150983cd24fb0d6963f7d28e17f72")}


def test_a_control_character_is_part_of_a_key(s3: S3Server) -> None:
    """XML has no way to write it, so that S3 is asked to escape keys."""
    s3.client.put_object(Bucket="cutout", Key="control/\x01.jpg", Body=b"")
    (found,) = Objects(s3.settings()).listed("control/")
    assert found.key == "control/\x01.jpg"


def test_an_empty_folder_is_an_empty_list(s3: S3Server) -> None:
    assert list(Objects(s3.settings()).listed("nothing/")) == []


def test_a_missing_bucket_says_what_s3_says(s3: S3Server) -> None:
    with pytest.raises(StorageError) as raised:
        list(Objects(s3.settings("nowhere")).listed(""))
    assert str(raised.value.args[0]).startswith("S3 answers 404 NoSuchBucket: ")


@pytest.mark.parametrize("head", [NAMESPACE, b"<List>"])
def test_a_page(head: bytes) -> None:
    for entry in (ESCAPED, PLAIN):
        last = parse_page(head + entry + LAST + b"</List>")
        assert last == Page((Listed("a b+c", 3, "e"),), None)
    more = b"<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
    assert parse_page(head + more + b"</List>") == Page((), "t")


DOCUMENT_TYPE = '<!DOCTYPE List [<!ENTITY a "b">]><List><IsTruncated>false</IsTruncated></List>'


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"no XML", b"<List/>", b"<List>", b"\xff\xfe\x00"),
        b"<List><IsTruncated>true</IsTruncated></List>",
        b"<List><Contents><Key>a</Key></Contents>" + LAST + b"</List>",
        b"<List><Contents><Size>1</Size></Contents>" + LAST + b"</List>",
        b"<List>" + ESCAPED.replace(b"a+b", b"%ff") + LAST + b"</List>",
        b"<List><Contents><Key>a</Key><Size>x</Size></Contents>" + LAST + b"</List>",
        *(DOCUMENT_TYPE.encode(each) for each in ("utf-8", "utf-16")),
    ],
)
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(StorageError):
        parse_page(content)
