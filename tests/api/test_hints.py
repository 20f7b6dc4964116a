"""The `Warning` header names the ignored parts of a request."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from cutout.api.hints import MAX_NAMES, NO_FORM
from tests.options.asking import FILES, RESULTS
from tests.samples import png

PHOTO = ("photo.png", png())
MISSING = {"detail": "Missing image or url field."}


def told(*texts: str) -> str:
    return ", ".join(f'299 - "{text}"' for text in texts)


def unlike(name: str, meant: str) -> str:
    return f"{name} is not a parameter of this API; did you mean {meant}?"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *(("image_bg", "image-bg"), ("bg_image_file", "image-bg"), ("Mask", "mask")),
        *(("imageFile", "image"), ("image[]", "image")),
    ],
)
def test_a_misspelt_file_is_named(client: TestClient, name: str, meant: str) -> None:
    answer = client.post(RESULTS, files=FILES | {name: PHOTO})
    assert answer.json() == client.post(RESULTS, files=FILES).json()
    assert answer.headers["Warning"] == told(unlike(name, meant))


@pytest.mark.parametrize("name", ["bg-color", "url-bg", "crop"])
def test_a_text_that_is_sent_as_a_file_is_named(client: TestClient, name: str) -> None:
    answer = client.post(RESULTS, files=FILES | {name: ("blob", b"white")})
    assert answer.json() == client.post(RESULTS, files=FILES).json()
    assert answer.headers["Warning"] == told(f"{name} is ignored as a file; send it as text.")


@pytest.mark.parametrize("name", ["image_file", "file", "photo", "Image"])
def test_a_missing_picture_has_a_hint(client: TestClient, name: str) -> None:
    answer = client.post(RESULTS, files={name: PHOTO})
    assert (answer.status_code, answer.json()) == (422, MISSING)
    assert answer.headers["Warning"] == told(unlike(name, "image"))


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"data": {"image_url": "https://example.com/a.jpg"}}, unlike("image_url", "url")),
        (
            {"data": {"image": "@photo.jpg"}},
            "image is ignored as text; send it as a file, in multipart/form-data.",
        ),
        (
            {"params": {"url": "https://example.com/a.jpg"}},
            "url is ignored in the query; send it in the form.",
        ),
        (
            {"files": {"url": ("blob", b"a")}},
            "url is ignored as a file; send it as text.",
        ),
        ({"json": {"url": "https://example.com/a.jpg"}}, NO_FORM),
    ],
)
def test_a_picture_in_the_wrong_place_has_a_hint(
    client: TestClient, given: dict[str, Any], text: str
) -> None:
    answer = client.post(RESULTS, **given)
    assert (answer.status_code, answer.json()) == (422, MISSING)
    assert answer.headers["Warning"] == told(text)


@pytest.mark.parametrize("more", [{"data": {"mode": "fg-mask"}}, {"files": {"mode": ("a", b"b")}}])
def test_a_parameter_of_the_query_in_the_form_is_named(
    client: TestClient, more: dict[str, Any]
) -> None:
    answer = client.post(RESULTS, **{**more, "files": FILES | more.get("files", {})})
    (entity,) = answer.json()["results"][0]["entities"]
    assert entity["name"] == "general-fg-image"
    assert answer.headers["Warning"] == told("mode is ignored in the form; send it in the query.")


def test_a_parameter_that_the_query_has_as_well_is_not_named(client: TestClient) -> None:
    given = {"mode": "fg-mask"}
    answer = client.post(RESULTS, params=given, data=given, files=FILES)
    (entity,) = answer.json()["results"][0]["entities"]
    assert entity["name"] == "general-fg-mask"
    assert "Warning" not in answer.headers


def test_a_missing_picture_without_a_clue_has_no_hint(client: TestClient) -> None:
    for given in ({}, {"files": {"nonsense": PHOTO}}, {"data": {"image": " "}}):
        answer = client.post(RESULTS, **given)
        assert (answer.status_code, answer.json()) == (422, MISSING)
        assert "Warning" not in answer.headers


def test_an_empty_input_of_a_browser_is_no_mistake(client: TestClient) -> None:
    empty = dict.fromkeys(("image-bg", "bg-color", "image_bg"), ("", b""))
    assert "Warning" not in client.post(RESULTS, files=FILES | empty).headers


def test_a_name_in_several_places_is_told_once_and_five_at_most(client: TestClient) -> None:
    names = [f"{each}_color" for each in ("bg", "bG", "Bg", "BG")] + ["Crop", "CROP"]
    answer = client.post(
        RESULTS, params=dict.fromkeys(names, "1"), files=FILES | {"BG_color": PHOTO}
    )
    assert answer.headers["Warning"].count("299 - ") == 5
    again = client.post(RESULTS, params={"bg_color": "red"}, files=FILES | {"bg_color": PHOTO})
    assert again.headers["Warning"] == told(unlike("bg_color", "bg-color"))


def test_a_name_that_can_not_be_quoted_is_not_repeated(client: TestClient) -> None:
    for name in ('bg_color"', "bg color", "bg_colour" * 9):
        assert "Warning" not in client.post(RESULTS, files=FILES | {name: PHOTO}).headers


@pytest.mark.parametrize("place", ["params", "data"])
def test_only_the_first_names_are_compared(client: TestClient, place: str) -> None:
    """The event loop compares them, and answers no other request meanwhile."""
    for others, expected in ((MAX_NAMES - 1, told(unlike("image_url", "url"))), (MAX_NAMES, None)):
        names = {f"x{number}": "1" for number in range(others)} | {"image_url": "a"}
        sent: dict[str, Any] = {"data": {"x": "1"}, place: names}
        answer = client.post(RESULTS, **sent)
        assert (answer.status_code, answer.json()) == (422, MISSING)
        assert answer.headers.get("Warning") == expected
