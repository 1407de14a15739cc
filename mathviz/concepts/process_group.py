"""N processes joined by torch.distributed over gloo, and every message between them counted.

The ranks are forked from a fork server that has imported torch once and run nothing with it: a
rank starts in milliseconds, and it inherits neither the caller's threads nor its OpenGL context.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mathviz.project.errors import MathvizError

if TYPE_CHECKING:
    from torch import Tensor

MESSAGE = np.dtype([("step", "i4"), ("source", "i4"), ("target", "i4"), ("chunk", "i4"), ("bytes", "i8")])


class RankFailed(MathvizError):
    """A rank raised or died. The message holds its number and its traceback."""


class RanksSilent(MathvizError, TimeoutError):
    """Ranks that did not answer in time. The message holds their numbers."""


class Wire:
    """One rank's connection to the others. Remembers every message that it sent."""

    def __init__(self, rank: int, ranks: int) -> None:
        self.rank, self.ranks = rank, ranks
        self.sent: list[tuple[int, int, int, int, int]] = []

    def exchange(
        self,
        step: int,
        *,
        send: tuple[int, Tensor] | None = None,
        receive: tuple[int, Tensor] | None = None,
        chunk: int = 0,
    ) -> None:
        """Send a tensor to one rank and fill a tensor from another, both at once.

        Both are posted before either is waited for: blocking sends around a ring wait for each
        other forever as soon as messages no longer fit into the sockets' buffers.
        """
        from torch import distributed

        operations = []
        if send is not None:
            target, outgoing = send
            operations.append(distributed.P2POp(distributed.isend, outgoing, target))
            size = outgoing.numel() * outgoing.element_size()
            self.sent.append((step, self.rank, target, chunk, size))
        if receive is not None:
            source, incoming = receive
            operations.append(distributed.P2POp(distributed.irecv, incoming, source))
        for request in distributed.batch_isend_irecv(operations) if operations else ():
            request.wait()


def in_order(sent: list[list[tuple[int, int, int, int, int]]]) -> np.ndarray:
    """All ranks' messages as one array of MESSAGE records, by step, then by source."""
    return np.sort(np.array([record for log in sent for record in log], dtype=MESSAGE))


def run_ranks(job: Callable[..., Any], ranks: int, *arguments: Any, timeout: float = 60.0) -> list[Any]:
    """Call ``job(wire, *arguments)`` on every rank of a new process group; return what each returned.

    The job must be importable by name. No process is left behind, whether the job returns, raises,
    hangs, or this process is interrupted or killed. Raises RankFailed, or RanksSilent after
    ``timeout`` seconds.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch.distributed", job.__module__])
    with tempfile.TemporaryDirectory(prefix="mathviz-ranks-") as folder:
        processes, answers = [], []
        try:
            for rank in range(ranks):
                answer, reply = context.Pipe(duplex=False)
                process = context.Process(
                    target=_rank_main, args=(reply, job, rank, ranks, folder, timeout, arguments), daemon=True
                )
                process.start()
                reply.close()
                processes.append(process)
                answers.append(answer)
            return _collect(answers, time.monotonic() + timeout)
        finally:
            for process in processes:
                process.kill()
            for process in processes:
                process.join()


def _collect(answers: list[Connection], deadline: float) -> list[Any]:
    values: dict[int, Any] = {}
    while len(values) < len(answers):
        waiting = [answer for rank, answer in enumerate(answers) if rank not in values]
        ready = cast("list[Connection]", wait(waiting, timeout=max(0.0, deadline - time.monotonic())))
        if not ready:
            silent = sorted(set(range(len(answers))) - set(values))
            raise RanksSilent(f"ranks {silent} did not answer in time")
        for answer in ready:
            rank = answers.index(answer)
            try:
                failed, value = answer.recv()
            except EOFError:
                raise RankFailed(f"rank {rank} died without a word") from None
            if failed:
                raise RankFailed(f"rank {rank} failed:\n{value}")
            values[rank] = value
    return [values[rank] for rank in range(len(answers))]


def _rank_main(
    reply: Connection, job: Callable[..., Any], rank: int, ranks: int, folder: str, timeout: float, arguments: Any
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone decides what an interrupt means
    threading.Thread(target=_die_with_parent, daemon=True).start()
    import torch
    from torch import distributed

    torch.set_num_threads(1)
    os.environ["GLOO_SOCKET_IFNAME"] = _loopback()
    try:
        distributed.init_process_group(
            "gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=ranks,
            timeout=timedelta(seconds=timeout),
        )  # fmt: skip
        value = job(Wire(rank, ranks), *arguments)
        distributed.barrier()  # nobody closes a socket that another still reads from
        reply.send((False, value))
    except Exception:  # noqa: BLE001 - whatever it was, it belongs to the caller
        reply.send((True, traceback.format_exc()))
        signal.pause()  # until killed: if it left, the others' broken connections would look like the cause
    distributed.destroy_process_group()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _loopback() -> str:
    """The loopback interface's name: gloo otherwise looks this machine's name up, which may fail."""
    return next((name for _, name in socket.if_nameindex() if name in ("lo", "lo0")), "lo")
