"""`model.recipe.tinyvit.folds`: no source is both fitted on and measured."""

from collections import defaultdict
from itertools import chain

from model.recipe.tinyvit.folds import FOLDS


def test_every_set_is_in_one_fold() -> None:
    names = list(chain.from_iterable(FOLDS))
    assert len(set(names)) == len(names)
    assert all(FOLDS), "a fold leaves nothing out"


def test_sets_that_share_a_stem_share_a_fold() -> None:
    """``ecssd_more`` holds more pictures of the source of ``ecssd``."""
    folds = defaultdict(set)
    for index, names in enumerate(FOLDS):
        for name in names:
            folds[name.split("_")[0]].add(index)
    assert not {stem: found for stem, found in folds.items() if len(found) > 1}


def test_folds_are_tuples_so_that_a_name_is_not_taken_for_its_letters() -> None:
    assert all(isinstance(fold, tuple) for fold in FOLDS)
