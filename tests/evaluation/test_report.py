from evaluation.report import render, results
from tests.evaluation.drawn import scored

PEERS = ["one", "two"]
SCORES = {
    "ours-a": scored({"cats": [0.05] * 20, "dogs": [0.2, 0.0]}, undecided=0.0125),
    "ours-b": scored({"cats": [0.1] * 20, "dogs": [0.1, 0.1]}),
    "candidate": scored({"cats": [0.1005] * 20, "dogs": [0.2, 0.2]}),
    "one": scored({"cats": [0.1] * 20, "dogs": [0.4, 0.1]}, undecided=0.5),
    "two": scored({"cats": [0.2] * 20, "dogs": [0.1, 0.4]}, undecided=0.5),
}


def rows(report: str, start: str) -> list[list[str]]:
    """Return the cells of the rows that begin so."""
    found = [line.strip("|").split("|") for line in report.splitlines() if line.startswith(start)]
    return [[cell.strip() for cell in cells] for cells in found]


def test_the_headline_has_every_contender_and_the_better_peer() -> None:
    report = render(results(SCORES, PEERS), PEERS, [])
    (ours,) = rows(report, "| ours-a |")
    assert ours[1].startswith("0.707 (")
    assert ours[2].startswith("0.447 (")
    assert ours[3:] == ["21 (95.5 %)", "0 (0.0 %)", "1 (4.5 %)", "1 (4.5 %)", "1.25 %"]
    (other,) = rows(report, "| ours-b |")
    assert other[3:7] == ["0 (0.0 %)", "22 (100.0 %)", "0 (0.0 %)", "0 (0.0 %)"]
    (candidate,) = rows(report, "| candidate |")
    assert candidate[4:7] == ["20 (90.9 %)", "2 (9.1 %)", "22 (100.0 %)"]
    assert rows(report, "| better peer |") == [
        ["better peer", "", "", "", "", "", "0 (0.0 %)", "50.00 %"]
    ]


def test_each_contender_has_a_table_by_set_with_small_sets_marked() -> None:
    report = render(results(SCORES, PEERS), PEERS, [])
    assert [line for line in report.splitlines() if line.startswith("## ")] == [
        "## ours-a",
        "## ours-b",
        "## candidate",
    ]
    cats, dogs, both = (
        rows(report, f"| {name} |")[0] for name in ("cats", "dogs †", "all pictures")
    )
    means = ["0.0500", "0.1000", "0.50", "0.0500", "0.1000", "0.50", "0.50"]
    counts = ["100 %", "0 %", "0", "0", "0", "1.25 %", "50.00 %"]
    assert cats == ["cats", "20", *means, *counts]
    assert dogs[1:8] == ["2", "0.1000", "0.1000", "1.00", "0.1000", "0.1000", "1.00"]
    assert dogs[9:14] == ["50 %", "0 %", "1", "1", "0"]
    assert both[1:3] == ["22", "0.0545"]


def test_notes_come_first() -> None:
    report = render(results(SCORES, PEERS), PEERS, ["Some masks are outdated."])
    assert report.splitlines()[2] == "**Some masks are outdated.**"
    assert report.index("outdated") < report.index("one, two.")
