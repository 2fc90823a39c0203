"""A study whose process is killed goes on where it was, and leaves no process behind."""

import time

import pandas as pd
import psutil
import study_kill

from sequencer.study.reading import read_study
from sequencer.study.running import run

COUNT = 14
"""Tiny cases: two processes take longer for them than killing does."""


def test_a_killed_study_goes_on_and_ends_with_the_same_table(tmp_path):
    file = study_kill.write_study(tmp_path / "study.toml", COUNT, "tiny/mandate", "")
    out = tmp_path / "out"
    process = study_kill.start(file, out, ["--workers", "2"])
    while study_kill.done(out) < 2 and process.poll() is None:
        time.sleep(study_kill.LOOK_SECONDS)
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    seen = study_kill.done(out)
    assert 2 <= seen < COUNT
    _, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []
    study_kill.finish(file, out, ["--workers", "1"])
    run(read_study(file), tmp_path / "alone")
    pd.testing.assert_frame_equal(study_kill.stable(out), study_kill.stable(tmp_path / "alone"), check_exact=True)
