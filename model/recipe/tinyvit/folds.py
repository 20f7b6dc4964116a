"""Define cross-validation folds by source: no source is both fitted on and measured."""

FOLDS = (
    ("ecssd", "ecssd_more"),
    ("pascals", "pascals_more", "msrc_cow30"),
    ("shopcut", "render3d", "logos"),
    ("human290", "ccp1004", "ccp1004_more"),
    ("headshots", "closeups", "feralcats", "render4k_more"),
)
"""Names of sets. Sets of one source, and of one kind of picture, are in one fold."""
