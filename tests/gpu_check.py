"""What must hold where an OpenGL driver runs on a GPU, in one run of less than ten minutes.

    python tests/gpu_check.py FOLDER [--seconds 560] [--film ring_allreduce]

Writes FOLDER/gpu.json after every step, so that what was found is there even if time runs out. Steps: what draws;
frames against manimgl's own, to the byte; one film's time beside x264's alone; the references of all films;
whether the GPU's encoder makes a draft. It can be tried on a CPU, where it is slower and NVENC is absent.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HOME = HERE.parent
SCENES, RUNNER = HERE / "engine" / "exact_scenes.py", HERE / "engine" / "exact_runner.py"
EXACT = ("NestedFills", "Translucent", "FilmedText", "Crowd", "Corners", "SampledBackdrops", "OwnBlending")
"""Scenes for the ways in which frames could differ: fills, order, text, dots, corners, samples, blending."""


def run(line: list[str], seconds: float) -> dict[str, Any]:
    """A command's status, seconds and last words; status 124 where it took too long."""
    began, surroundings = time.monotonic(), {**os.environ, "PYTHONPATH": str(HOME)}
    try:
        done = subprocess.run(line, cwd=HOME, env=surroundings, capture_output=True, text=True, timeout=seconds)
        status, words = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        status, words = 124, f"not done after {seconds:.0f} s"
    return {"status": status, "seconds": round(time.monotonic() - began, 1), "words": words[-3000:]}


def what_draws(seconds: float) -> dict[str, Any]:
    """OpenGL's own name of the renderer."""
    program = "from mathviz import engine; engine.start(engine.Picture(0, 0, 0)); print(engine.renderer())"
    return run([sys.executable, "-c", program], seconds)


def frames_are_manimgls(folder: Path, seconds: float) -> dict[str, Any]:
    """Which scenes have a frame that is not stock's on this driver, by number of frames."""
    found = run([sys.executable, str(RUNNER), str(SCENES), str(folder), "1920x1080", *EXACT], seconds)
    differing: dict[str, Any] = {}
    for name in EXACT:
        ways = [folder / f"{name}.{way}" for way in ("stock", "engine")]
        if not all(way.is_file() for way in ways):
            differing[name] = "not drawn"
            continue
        stock, ours = (way.read_text(encoding="utf-8").split() for way in ways)
        wrong = sum(one != other for one, other in zip(stock, ours, strict=False)) + abs(len(stock) - len(ours))
        if wrong:
            differing[name] = f"{wrong} of {len(stock)} frames differ"
    return {**found, "differing": differing}


def mathviz(seconds: float, *words: str) -> dict[str, Any]:
    """A command of this package."""
    return run([sys.executable, "-m", "mathviz", *words], seconds)


def nvenc(folder: Path, seconds: float) -> dict[str, Any]:
    """Whether the GPU's encoder makes a draft of a test picture."""
    source = ["-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30:duration=10"]
    return run(["ffmpeg", "-v", "error", "-y", *source, "-c:v", "h264_nvenc", str(folder / "draft.mp4")], seconds)


def main() -> int:
    """Every step in its turn, as long as there is time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=560.0)
    parser.add_argument("--film", default="ring_allreduce")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    began, found = time.monotonic(), {}
    steps: list[tuple[str, float, Callable[[float], dict[str, Any]]]] = [
        ("what draws", 0.1, what_draws),
        ("frames are manimgl's", 0.25, lambda left: frames_are_manimgls(told.folder, left)),
        ("a film, cold", 0.35, lambda left: mathviz(left, "render", told.film, "--lang", "en", "--theme", "dark")),
        ("references of all films", 0.7, lambda left: mathviz(left, "frames", "check")),
        ("an encoder on the GPU", 0.5, lambda left: nvenc(told.folder, left)),
    ]
    for name, share, step in steps:
        left = told.seconds - (time.monotonic() - began)
        found[name] = step(max(1.0, share * left)) if left > 5 else {"status": None, "words": "no time was left"}
        (told.folder / "gpu.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"{name}: status {found[name]['status']}, {found[name].get('seconds', 0)} s", flush=True)
    differing = found["frames are manimgl's"].get("differing", "not compared")
    return 0 if all(step["status"] == 0 for step in found.values()) and not differing else 1


if __name__ == "__main__":
    sys.exit(main())
