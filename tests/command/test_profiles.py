"""The command on pictures with hostile ICC profiles."""

from pathlib import Path

from tests.command.conftest import Run, opened
from tests.decode.laden import FORMS, NAMED, bare, laden
from tests.samples import jpeg


def test_the_command(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for form in FORMS:
        for number, name in enumerate(NAMED):
            (folder / f"{form} {number}.jpg").write_bytes(laden(form, name))
        (folder / f"{form} plain.jpg").write_bytes(bare(form))
    done = run(folder, "-o", tmp_path / "out")
    assert done.code == 0, done.err
    for form in FORMS:
        wanted = opened(tmp_path / "out" / f"{form} plain.png")
        for number, name in enumerate(NAMED):
            made = opened(tmp_path / "out" / f"{form} {number}.png")
            assert made.tobytes() == wanted.tobytes(), (form, name)
            assert "icc_profile" not in made.info


def test_a_background_of_the_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "bomb.png").write_bytes(laden("grey PNG", "multi-process D2B0"))
    done = run(tmp_path / "a.jpg", "-o", f"{tmp_path}/out/", "--background", tmp_path / "bomb.png")
    assert done.code == 0, done.err
