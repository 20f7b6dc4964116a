import numpy as np

from handler.pictures import Alpha
from handler.refine.guard import guard

SIDE = 320


def half(edge: int = 160) -> Alpha:
    alpha = np.zeros((SIDE, SIDE), np.uint8)
    alpha[:, edge:] = 255
    return alpha


def test_an_edge_may_move_by_its_width() -> None:
    kept = guard(half(157), half(152))
    assert kept[100:220, 152:157].min() > 0.9, "a sharper edge is refused"


def test_an_object_can_not_be_invented_far_from_any_edge() -> None:
    fine = half()
    fine[40:120, 20:100] = 255
    kept = guard(half(), fine)
    assert kept[60:100, 40:80].max() == 0, "a window invented an object"


def test_an_object_can_not_be_lost() -> None:
    coarse = np.zeros((SIDE, SIDE), np.uint8)
    coarse[80:240, 80:240] = 255
    kept = guard(coarse, np.zeros_like(coarse))
    assert kept[120:200, 120:200].max() == 0, "a window dropped the object"


def test_the_gaps_of_a_fence_may_open() -> None:
    coarse = np.full((SIDE, SIDE), 128, np.uint8)
    fine = np.where(np.arange(SIDE) // 4 % 2, 255, 0).astype(np.uint8)
    kept = guard(coarse, np.broadcast_to(fine, coarse.shape).copy())
    assert kept.min() > 0.9, "what agrees on the whole is refused its detail"
