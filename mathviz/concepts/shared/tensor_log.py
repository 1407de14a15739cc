"""Every storage that torch makes and lets go, in the order in which that happens: an exact film of memory.

A dispatch mode sees each operation of forward and backward; a storage counts once however many tensors look at it, and
until the last of them is gone. So counted, memory is the same on every machine and in every run: time is the number of
the operation. What a kernel keeps while it works, and an allocator's rounding, are not seen.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Block:
    """A storage: its size, what it is, the moments from which it was there and was gone, and what made it."""

    size: int  # bytes
    tag: str
    born: int
    operation: str
    died: int | None = None


@dataclass
class TensorLog:
    """What was made and freed, storage by storage. ``tag`` is what new storages are; change it between phases."""

    tag: str = ""
    blocks: list[Block] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    known: dict[int, Block] = field(default_factory=dict)

    def note(self, tensors: Iterable[Tensor], tag: str) -> None:
        """Count what is there already, such as the parameters, as of this moment."""
        for tensor in tensors:
            self._see(tensor, tag, "")

    def retag(self, tensors: Iterable[Tensor], tag: str) -> None:
        """Say what storages are that were made already, such as gradients after the backward pass."""
        for tensor in tensors:
            block = self.known.get(_identity(tensor))
            if block is not None:
                block.tag = tag

    @contextmanager
    def phase(self, tag: str) -> Iterator[None]:
        """New storages are this until the end of the ``with``."""
        before, self.tag = self.tag, tag
        try:
            yield
        finally:
            self.tag = before

    @contextmanager
    def watching(self) -> Iterator[TensorLog]:
        """Log all operations until the end of the ``with``, on this thread and on autograd's for CPU tensors."""
        from torch.utils._python_dispatch import TorchDispatchMode
        from torch.utils._pytree import tree_flatten

        log = self

        class Watch(TorchDispatchMode):
            def __torch_dispatch__(
                self, function: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
            ) -> Any:
                found = function(*args, **(kwargs or {}))
                log.operations.append(function.overloadpacket.__name__)
                for each in tree_flatten(found)[0]:
                    log._see(each, log.tag, log.operations[-1])
                return found

        with Watch():
            yield self

    def live(self, *tags: str) -> ndarray:
        """Bytes held by storages of these tags, or of all, [moment].

        The first moment is before all operations, then one is right after each, when its inputs are still there, and
        the last is now.
        """
        chosen = [block for block in self.blocks if not tags or block.tag in tags]
        change = np.zeros(len(self.operations) + 2, np.int64)
        for block in chosen:
            change[block.born] += block.size
            if block.died is not None:
                change[block.died] -= block.size
        return change.cumsum()

    @property
    def held(self) -> int:
        """Bytes of all that is there now."""
        return sum(block.size for block in self.blocks if block.died is None)

    @property
    def peak(self) -> int:
        """The most bytes that were ever held at once."""
        return int(self.live().max(initial=0))

    def _see(self, value: Any, tag: str, operation: str) -> None:
        import torch

        if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
            return
        storage, identity = value.untyped_storage(), _identity(value)
        if identity in self.known or not storage.nbytes():
            return
        block = Block(storage.nbytes(), tag, len(self.operations), operation)
        self.blocks.append(block)
        self.known[identity] = block
        weakref.finalize(storage, self._gone(identity)).atexit = False

    def _gone(self, identity: int) -> Callable[[], None]:
        def forget() -> None:
            self.known.pop(identity).died = len(self.operations) + 1

        return forget


def _identity(tensor: Tensor) -> int:
    """The same for all tensors that look at one storage: where torch keeps it."""
    return tensor.untyped_storage()._cdata
