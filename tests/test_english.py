"""Check how docstrings, comments of scripts, and pages begin their sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FOLDERS = ("benchmarks", "evaluation", "examples", "handler", "layers", "model", "tools")
"""Folders whose docstrings start with a verb."""

PAGES = sorted(
    each.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "examples/*.md", "layers/*.md", "benchmarks/aws/*.md")
    for each in ROOT.glob(pattern)
)

RIDDLE = re.compile(r"(?:^|[.:!?)*] |\| |[-*] )((?:Whoever|What is|Of a)\b[^.|]*)", re.MULTILINE)

WORDS = """
Accept Adapt Add Adjust Allow Announce Answer Append Apply Approximate Ask Assemble Assign Attach
Attend Average Await Begin Bind Blend Block Blur Bound Break Brighten Bring Buffer Build Cache
Calculate Call Cancel Carry Catch Change Check Choose Clamp Clean Clear Clip Close Collect Colour
Combine Compare Compile Complete Compose Compress Compute Configure Connect Consume Contain
Continue Control Convert Convolve Copy Correct Count Cover Create Crop Cut Decide Declare Decode
Define Degrade Delay Delete Deliver Describe Detect Determine Disable Discard Display Divide
Download Draw Drop Dump Emit Enable Encode End Enlarge Ensure Enter Estimate Evaluate Execute Exit
Expand Explain Export Expose Extend Extract Feed Fetch Fill Filter Find Finish Fit Flatten Fold
Follow Forget Format Forward Fuse Gather Generate Get Give Group Grow Guard Guess Guide Handle Hash
Hide Hold Identify Ignore Implement Import Include Indicate Infer Initialize Insert Inspect
Interpolate Invert Invoke Join
Judge Keep Label Launch Lay Leave Let Limit List Listen Load Locate Lock Log Look Lower Make Manage
Map Mark Mask Match Measure Merge Mix Model Modify Move Multiply Name Normalize Note Observe Offer
Open Optimise Order Orient Overwrite Pack Pad Paint Parse Partition Pass Paste Patch Pause Perform
Pick Place Plan Plot Point Poll Post Predict Prepare Prevent Print Process Produce Propagate
Protect Provide Prune Publish Pull Push Put Quantize Quote Raise Rank Read Rearrange Rebuild
Receive Recognize Recolour Reconstruct Record Redirect Reduce Refine Refuse Register Reject Release
Reload Remember Remove Rename Render Reorder Repair Repeat Replace Report Represent Request Require
Reserve Reset Reshape Resize Resolve Respond Restore Retry Return Reuse Rewrite Round Route Run
Sample Save Say Scale Scan Schedule Search Segment Select Send Separate Serve Set Settle Shape
Share Sharpen Show Shrink Shuffle Shut Sign Simplify Simulate Skip Sleep Smooth Snap Solve Sort
Specify Split Spread Stack Start State Stop Store Stream Strip Submit Subtract Sum Summarize Supply
Swap Switch Take Tell Terminate Test Throttle Tile Time Touch Trace Track Train Transfer Transform
Translate Transpose Trim Try Turn Undo Unmix Unpack Unpickle Update Upload Upscale Use Validate
Verify View Visit Wait Walk Warn Watch Weaken Weigh Widen Work Wrap Write Yield Zoom
"""
VERBS = frozenset(WORDS.split())

SCRIPTS = [*sorted((ROOT / "handler/cutout/page").glob("*.js")), ROOT / "clients/js/cutout.js"]
COMMENTED = [
    *SCRIPTS,
    ROOT / "clients/js/cutout.d.ts",
    *sorted((ROOT / "handler/cutout/page").glob("*.css")),
]

COMMENT = re.compile(r"/\*\*?\s.*?\*/|(?<!\S)//[^\n]*", re.DOTALL)
DESCRIPTION = re.compile(r"/\*\*\s+(\S+)")
DIALECT = re.compile(
    r"(?:^[/* ]+|[.;:] )(?:of|what|who|whose|whoever)\b"
    r"|\b(?:nobody|somebody|anew|in work|looked at)\b",
    re.IGNORECASE,
)
"""Fragments and words that comments of scripts had instead of sentences."""


def third_person(verb: str) -> str:
    """Return the form of a verb in "it returns", as JSDoc has it."""
    if re.search(r"[^aeiou]y$", verb):
        return f"{verb[:-1]}ies"
    return f"{verb}es" if re.search(r"(?:[sxzo]|[cs]h)$", verb) else f"{verb}s"


THIRD_PERSONS = frozenset(map(third_person, VERBS))


def is_riddle(comment: str) -> bool:
    """Return whether a comment has a riddle or a word that scripts do without."""
    return bool(RIDDLE.search(comment) or DIALECT.search(comment))


def comments(script: str) -> list[str]:
    """Return the comments of a script or a style sheet, each on one line."""
    return [re.sub(r"\s*\n\s*\*? ?", " ", each) for each in COMMENT.findall(script)]


def docstrings(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every docstring in a folder."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, documented) and (text := ast.get_docstring(node)):
                yield f"{path.relative_to(ROOT)}:{node.body[0].lineno}", text


def prose(page: str) -> str:
    """Return a page without its code blocks, each paragraph on one line."""
    text = re.sub(r"^ *```.*?^ *```", "", (ROOT / page).read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<=\S)\n(?=[^\s|#-])", " ", text)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_docstring_starts_with_a_verb(folder: str) -> None:
    first = {place: re.split(r"\W", text, maxsplit=1)[0] for place, text in docstrings(folder)}
    assert first
    assert {place: word for place, word in first.items() if word not in VERBS} == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_docstring_holds_no_riddle(folder: str) -> None:
    found = {place: RIDDLE.findall(text) for place, text in docstrings(folder)}
    assert {place: each for place, each in found.items() if each} == {}


@pytest.mark.parametrize("path", COMMENTED, ids=lambda path: path.name)
def test_a_comment_of_a_script_holds_no_riddle(path: Path) -> None:
    found = comments(path.read_text())
    assert [each for each in found if is_riddle(each)] == []


def test_scripts_and_styles_have_comments() -> None:
    assert len([each for path in COMMENTED for each in comments(path.read_text())]) > 300


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_description_in_a_script_starts_with_a_verb(script: Path) -> None:
    first = DESCRIPTION.findall(script.read_text())
    assert [word for word in first if word not in THIRD_PERSONS] == []


@pytest.mark.parametrize(
    "script",
    [
        "/** Waits. Whoever\n * asks has time. */\nrun();",
        "run(); // so. What is left stays",
        "const SIZE = 1; // of the picture",
        "/** Of a mask, which is opaque. */",
        "/** Takes a size; null where nobody\n * knows. */",
        "p {\n  color: red; /* what is seen */\n}",
    ],
)
def test_a_riddle_in_a_comment_is_found(script: str) -> None:
    (comment,) = comments(script)
    assert is_riddle(comment)


@pytest.mark.parametrize(
    "script",
    ["fetch('https://host', { Accept: 'image/*' }); // */", "run(); // the rest of it, see what()"],
)
def test_a_plain_comment_passes(script: str) -> None:
    (comment,) = comments(script)
    assert not is_riddle(comment)


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("Return", "Returns"),
        ("Copy", "Copies"),
        ("Lay", "Lays"),
        ("Match", "Matches"),
        ("Pass", "Passes"),
        ("Undo", "Undoes"),
        ("Judge", "Judges"),
    ],
)
def test_the_third_person_of_a_verb(verb: str, form: str) -> None:
    assert third_person(verb) == form


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_no_riddle(page: str) -> None:
    assert RIDDLE.findall(prose(page)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Whoever waits has time.",
        "It is so. What is left out stays.",
        "- Of a picture nothing is known.",
        "| a | What is said |",
    ],
)
def test_a_riddle_is_found(text: str) -> None:
    assert RIDDLE.search(text)


@pytest.mark.parametrize("text", ["Return what is left.", "## What you get", "made of a picture"])
def test_plain_english_passes(text: str) -> None:
    assert not RIDDLE.search(text)
