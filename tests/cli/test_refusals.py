"""What a disk, a terminal or a hand at the keyboard refuses is one sentence, before any work where that is known."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tiny_project import TinyProject, wait_for

LOW = ("--lang", "en", "--quality", "low", "--fps", "2")


def as_anybody(project: TinyProject, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    """The command without root's right to write everywhere, if that is who asks."""
    aside = ["setpriv", "--bounding-set", "-dac_override", "--"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*aside, *project.command(*arguments)], cwd=project.root, env=project.environment(**changes),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def assert_one_sentence(done: subprocess.CompletedProcess[str], *words: str) -> None:
    said = [line for line in done.stderr.splitlines() if line]
    assert done.returncode in (1, 2) and len(said) == 1 and said[0].startswith("mathviz: "), done.stderr
    assert all(word in said[0] for word in words), said


@pytest.mark.parametrize(
    "line",
    [("render", "tiny", "--digest", "shut/digests"), ("lint", "tiny", "--sarif", "shut/found.sarif"),
     ("lint", "tiny", "--frames", "shut/frames"), ("still", "tiny", "--beat", "bars_grow", "--out", "shut/x.png"),
     ("gallery", "--out", "shut/site"), ("compute", "tiny", "--record"), ("new", "another"),
     ("frames", "accept", "tiny")],
    ids=lambda line: line[0],
)  # fmt: skip
def test_a_folder_that_can_only_be_read_is_known_before_the_work(tiny: TinyProject, line: tuple[str, ...]) -> None:
    for folder in ("shut", "assets/traces", "concepts", "scenes", "tests/frames"):
        (tiny.root / folder).mkdir(parents=True, exist_ok=True)
        (tiny.root / folder).chmod(0o555)
    assert_one_sentence(as_anybody(tiny, *line), str(tiny.root) if line[0] == "new" else "that you may write to")
    assert not (tiny.root / "renders").exists(), "nothing was begun"


def test_with_renders_shut_a_film_is_made_elsewhere(rendered: TinyProject, tmp_path: Path) -> None:
    """From what was drawn before, if that can be read; the cache is where this machine keeps others."""
    renders = rendered.root / "renders"
    places = [renders, *(path for path in renders.rglob("*") if path.is_dir())]
    for place in places:
        place.chmod(0o555)
    try:
        shared = str(tmp_path / "shared")
        done = as_anybody(rendered, "render", "tiny", *LOW, MATHVIZ_CACHE=shared)
        assert (done.returncode == 1 and "Nothing can be written there" in done.stderr) or "unchanged" in done.stdout
        done = as_anybody(rendered, "render", "tiny", *LOW, "--out", str(tmp_path / "out"), MATHVIZ_CACHE=shared)
        assert done.returncode == 0 and (tmp_path / "out" / "tiny" / "tiny.en.mp4").is_file(), done.stderr
        done = as_anybody(rendered, "gallery", "--out", str(tmp_path / "site"), MATHVIZ_CACHE=shared)
        assert done.returncode == 0 and (tmp_path / "site" / "tiny.en.html").is_file(), done.stderr
        assert_one_sentence(as_anybody(rendered, "gallery", MATHVIZ_CACHE=shared), str(renders))
    finally:
        for place in places:
            place.chmod(0o755)


def test_frames_that_differ_are_told_where_no_picture_of_them_can_be_kept(tiny: TinyProject) -> None:
    (tiny.root / "renders").mkdir(exist_ok=True)
    (tiny.root / "renders").chmod(0o555)
    done = as_anybody(tiny, "frames", "check", "tiny")
    assert done.returncode == 1 and "There is no reference" in done.stderr
    assert "no picture: " in done.stderr and "no page shows them: " in done.stderr and "Traceback" not in done.stderr


def test_a_full_disk_is_one_sentence(tiny: TinyProject) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(tiny.command("list"), cwd=tiny.root, env=tiny.environment(), stdout=full,
                              stderr=subprocess.PIPE, text=True, check=False)  # fmt: skip
    assert done.returncode == 1 and done.stderr == (
        "mathviz: No space left on device. Make room, or choose another disk.\n"
    )


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_disk_that_fills_while_a_film_is_drawn_is_told_as_that(tiny: TinyProject) -> None:
    (tiny.root / "renders").mkdir(exist_ok=True)
    line = " ".join(tiny.command("render", "tiny", *LOW))
    look = "code=$?; ls -A renders/tiny renders/.cache/work; exit $code"
    small = f"mount -t tmpfs -o size=120k none renders && {line}; {look}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", small], cwd=tiny.root, env=tiny.environment(),
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no disk can be mounted here: {done.stderr}")
    assert done.returncode == 1 and "No space left on device" in done.stderr and "site-packages" not in done.stderr
    assert done.stdout.split() == ["renders/.cache/work:", "renders/tiny:"], "nothing half is left"


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_where_the_machines_cache_is_full_texts_are_kept_elsewhere(tiny: TinyProject) -> None:
    (tiny.root / "cache").mkdir()
    line = " ".join(tiny.command("still", "tiny", "--beat", "bars_grow", "--quality", "low"))
    small = f"mount -t tmpfs -o size=64k none cache && MATHVIZ_CACHE=cache {line}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", small], cwd=tiny.root, env=tiny.environment(),
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"no disk can be mounted here: {done.stderr}")
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr


def test_a_terminal_that_has_ascii_alone_gets_other_characters(tiny: TinyProject) -> None:
    done = tiny.run("list", PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "Bars: How high?" in done.stdout and "??: ???" in done.stdout, done.stderr
    done = tiny.run("list", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)[0]["title"]["zh"] == "条形"


def test_three_interrupts_are_one_and_leave_nothing(tiny: TinyProject, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    process = tiny.start("render", "tiny", "--quality", "low", TMPDIR=str(temporary))
    tiny.await_drawing(process)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and said.count("interrupted") == 1 and "Traceback" not in said, said
    tiny.await_silence(10)
    wait_for(lambda: not [*temporary.iterdir()], 5, "an empty temporary folder", lambda: [*temporary.iterdir()])
    assert not [*tiny.work.iterdir()]


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_interrupt_in_the_middle_of_a_scene_is_not_the_scenes(tiny: TinyProject, number: signal.Signals) -> None:
    tiny.misbehave("open('here', 'w').close(); time.sleep(60)")
    process = tiny.start("still", "tiny", "--beat", "bars_leave", "--quality", "low")
    wait_for(lambda: (tiny.root / "here").exists() or process.poll() is not None, 60, "the beat")
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and "interrupted" in said and "ended itself" not in said, said


def test_an_interrupt_that_python_cannot_raise_comes_again(tiny: TinyProject) -> None:
    """In a finalizer, say: the others would be taken for the same one."""
    tiny.misbehave("Slow()")
    slow = "class Slow:\n    def __del__(self):\n        open('here', 'w').close()\n        time.sleep(5)\n\n\n"
    tiny.edit("scenes/tiny.py", "class Tiny(", f"{slow}class Tiny(")
    tiny.edit("scenes/tiny.py", "self.play(FadeOut", "time.sleep(60); self.play(FadeOut")
    process = tiny.start("still", "tiny", "--beat", "bars_leave", "--quality", "low")
    wait_for(lambda: (tiny.root / "here").exists() or process.poll() is not None, 60, "the beat")
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130 and said.count("interrupted") == 1 and "Traceback" not in said, said


def test_an_interrupt_while_two_processes_draw_is_told_once(tiny: TinyProject) -> None:
    """A terminal gives it to both."""
    process = tiny.start("frames", "accept", "tiny")
    wait_for(lambda: any("spawn_main" in each for each in tiny.processes()) or process.poll() is not None, 60, "both")
    for _ in range(3):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.05)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 and said.count("interrupted") == 1 and "Traceback" not in said, said


def test_an_interrupt_before_anything_is_begun_just_ends_it(tiny: TinyProject) -> None:
    (tiny.root / "early").mkdir()
    (tiny.root / "early" / "typer.py").write_text("import time\n\nopen('here', 'w').close()\ntime.sleep(60)\n")
    process = tiny.start("list", PYTHONPATH=str(tiny.root / "early"))
    wait_for(lambda: (tiny.root / "here").exists() or process.poll() is not None, 60, "the import")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == -signal.SIGINT and not said, said


@pytest.mark.parametrize("line", [("still", "tiny", "--beat", "bars_grow", "--quality", "low"), ("compute", "tiny")])
def test_nothing_is_left_in_the_temporary_folder(tiny: TinyProject, tmp_path: Path, line: tuple[str, ...]) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = tiny.run(*line, TMPDIR=str(temporary))
    assert done.returncode == 0 and not [*temporary.iterdir()], (done.stderr, [*temporary.iterdir()])
