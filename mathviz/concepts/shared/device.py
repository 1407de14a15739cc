"""Where torch computes: on the GPU if there is one, unless it is told otherwise."""

from __future__ import annotations


def choose(device: str) -> str:
    """For "auto", "cpu" or "cuda": "cpu" or "cuda". Raises ValueError for another, and for a device that is missing."""
    import torch

    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f'device={device!r}: say "auto", "cpu" or "cuda"')
    if device == "cuda" and not torch.cuda.is_available():
        raise ValueError("torch finds no CUDA device")
    return "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
