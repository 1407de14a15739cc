"""Tones of known length and loudness, written as people's programs write them."""

from __future__ import annotations

import subprocess
import wave
from pathlib import Path

import numpy as np

RATE = 24_000


def tone(path: Path, seconds: float, amplitude: float = 0.1, pitch: float = 440.0) -> Path:
    """A sine as a wav of 16 bits; other endings are encoded by ffmpeg."""
    path.parent.mkdir(parents=True, exist_ok=True)
    wav = path if path.suffix == ".wav" else path.with_suffix(".part.wav")
    samples = amplitude * np.sin(2 * np.pi * pitch * np.arange(round(seconds * RATE)) / RATE)
    with wave.open(str(wav), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((32767 * samples).astype("<i2").tobytes())
    if wav != path:
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", wav, path], check=True)
        wav.unlink()
    return path


def heard(path: Path, rate: int = 8000) -> np.ndarray:
    """A file's sound as samples [sample] of one channel in −1…1."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-ac", "1", "-ar", str(rate), "pipe:"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, "<f4")
