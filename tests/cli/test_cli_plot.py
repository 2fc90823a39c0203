"""``plot``: what is written, and what the picture tells of a run."""

import pytest

from sequencer.run import manifest


@pytest.mark.parametrize(("name", "start"), [("g.png", b"\x89PNG"), ("g.svg", b"<?xml"), ("g.PDF", b"%PDF")])
def test_plot_writes_the_picture_asked_for(run_cli, a_run, here, name, start):
    done = run_cli("plot", "run", "-o", name)
    assert done.exit_code == 0, done.stderr
    assert (here / name).read_bytes().startswith(start)
    assert done.stdout == ""
    assert not list(here.glob(".tmp-*"))


def test_plot_tells_what_is_proven_and_what_is_unfinished(run_cli, a_run, here):
    """Texts of an SVG are drawn letter by letter; each is told in a comment before."""
    assert run_cli("plot", "run", "-o", "done.svg").exit_code == 0
    done = (here / "done.svg").read_text(encoding="utf-8")
    assert ", proven the highest possible" in done
    assert "Unfinished run" not in done
    (a_run / manifest.MANIFEST_NAME).unlink()
    assert run_cli("plot", "run", "-o", "so-far.svg").exit_code == 0
    assert "Unfinished run: the best plan so far." in (here / "so-far.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(("-o", "g.gif"), "must end in .png, .svg or .pdf"), (("-o", "no/g.png"), "no folder no"), ((), "output")],
)
def test_plot_says_what_it_can_write(run_cli, a_run, arguments, says):
    done = run_cli("plot", "run", *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


def test_plot_to_a_place_that_cannot_be_written(run_cli, a_run, here):
    (here / "g.png").mkdir()
    done = run_cli("plot", "run", "-o", "g.png")
    assert done.exit_code == 2
    assert "g.png cannot be written" in done.stderr
