"""Arrays in an npz, read strictly: one that was not written by ``numpy.savez_compressed`` is refused, not tried."""

from __future__ import annotations

import io
import math
import zipfile

import numpy as np
from numpy import ndarray
from numpy.lib import format as npy

LARGEST = 1 << 32
"""Bytes of all arrays together, unpacked: what is promised is looked at before room is made for it."""

PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def arrays_of(data: bytes) -> dict[str, ndarray]:
    """Name → array. Raises ValueError with what is odd."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _require_plain(members)
            return {member.filename.removesuffix(".npy"): _array(archive.read(member)) for member in members}
    except ValueError:
        raise
    except Exception as error:  # what zipfile, zlib and numpy raise of odd bytes is no list that one could write
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _require_plain(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if len({*names}) != len(names):
        raise ValueError("an array is in it twice")
    for member in members:
        if member.flag_bits & 1 or member.compress_type not in PACKED:
            raise ValueError(f"{member.filename} is encrypted or packed in an unknown way")
    if (size := sum(member.file_size for member in members)) > LARGEST:
        raise ValueError(f"its arrays would take {size:,} bytes")


def _array(data: bytes) -> ndarray:
    """One array, whose header promises just the bytes that follow it."""
    file = io.BytesIO(data)
    version = npy.read_magic(file)
    header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if header is None:
        raise ValueError(f"arrays of version {version}")
    shape, _, dtype = header(file)
    if dtype.hasobject:
        raise ValueError("an array of objects")
    promised, there = math.prod(shape) * dtype.itemsize, len(data) - file.tell()
    if promised != there or any(side < 0 for side in shape):
        raise ValueError(f"an array of shape {shape} and {promised:,} bytes, of which {there:,} are there")
    file.seek(0)
    return np.asarray(npy.read_array(file, allow_pickle=False))
