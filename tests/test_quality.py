"""When a cut-out is fine, unsure or empty."""

import numpy as np
import pytest

from cutout.pictures import Alpha, Look, Verdict
from cutout.quality import MAX_DISAGREEMENT, MAX_UNDECIDED, judge, judge_mask


def alpha(opaque: int, soft: int, value: int = 128) -> Alpha:
    """A thousand pixels, so many of them opaque and so many of another value."""
    flat = np.zeros(1000, np.uint8)
    flat[:opaque], flat[opaque : opaque + soft] = 255, value
    return flat.reshape(500, 2)  # more than one stripe


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0, Verdict.NOTHING), (127, Verdict.NOTHING), (128, Verdict.UNSURE), (255, Verdict.FINE)],
)
def test_what_never_is_half_opaque_is_nothing(value: int, verdict: Verdict) -> None:
    assert judge(alpha(0, 100, value), None).verdict is verdict


@pytest.mark.parametrize(
    ("value", "undecided"), [(25, 0.0), (26, 0.5), (230, 0.5), (231, 0.0), (255, 0.0)]
)
def test_undecided_is_from_a_tenth_to_nine_tenths(value: int, undecided: float) -> None:
    assert judge(alpha(100, 100, value), None).undecided == undecided


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(0, Verdict.NOTHING), (1, Verdict.UNSURE), (127, Verdict.UNSURE), (255, Verdict.FINE)],
)
def test_in_a_mask_nothing_is_found_only_if_it_is_blank(value: int, verdict: Verdict) -> None:
    found = judge_mask(alpha(0, 100, value))
    assert (found.verdict, found.disagreement) == (verdict, None)


def test_many_undecided_pixels_are_unsure() -> None:
    limit = round(MAX_UNDECIDED * 500)
    assert judge(alpha(500 - limit, limit), None).verdict is Verdict.FINE
    assert judge(alpha(500 - limit - 1, limit + 1), None).verdict is Verdict.UNSURE


def test_in_a_small_picture_edges_are_not_counted() -> None:
    soft = np.full((255, 255), 128, np.uint8)
    assert judge(soft, None).verdict is Verdict.FINE
    assert judge(np.pad(soft, (0, 1), "edge"), None).verdict is Verdict.UNSURE


def test_disagreement_is_unsure() -> None:
    subject = alpha(250, 0)  # a quarter of the picture
    limit = MAX_DISAGREEMENT / 4
    found = judge(subject, Look(subject, limit))
    assert (found.verdict, found.disagreement) == (Verdict.FINE, limit)
    assert judge(subject, Look(subject, limit + 0.001)).verdict is Verdict.UNSURE
    assert judge(subject, Look(alpha(500, 0), limit + 0.001)).verdict is Verdict.FINE


def test_a_pictures_own_transparency_is_not_in_doubt() -> None:
    holes = np.full((500, 2), 100, np.uint8)
    veiled = alpha(0, 500, 100)
    assert judge(veiled, None).verdict is Verdict.NOTHING
    found = judge(veiled, None, holes)
    assert (found.verdict, found.undecided) == (Verdict.FINE, 0)
    assert judge(alpha(0, 500, 49), None, holes).verdict is Verdict.NOTHING
    assert judge(alpha(100, 100), None, np.full((500, 2), 255, np.uint8)).undecided == 0.5
    assert judge(np.zeros((9, 9), np.uint8), None, np.zeros((9, 9), np.uint8)).verdict is (
        Verdict.NOTHING
    )
