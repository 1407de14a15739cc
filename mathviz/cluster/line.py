"""The way to a Dask cluster: who is there, and how to speak with one of them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from mathviz.project.errors import RenderFailed

CONNECTING = 10.0
"""Seconds for the first connection; once there was one, a scheduler is waited for as long as for a worker."""

NETWORK = (OSError, RuntimeError, asyncio.TimeoutError, asyncio.CancelledError, concurrent.futures.CancelledError)
"""What Dask raises when somebody is not there any more. All else is a fault of ours and ends the command."""


class Gone(Exception):
    """A worker, or the way to it, is not there any more."""

    def __init__(self, why: str, counts: bool = False) -> None:
        super().__init__(why)
        self.counts = counts
        """Whether what it was doing may be why."""


class Line:
    """The connection with a scheduler. Raises ToolMissing without Dask and RenderFailed without a scheduler."""

    def __init__(self, address: str, topic: str, hear: Callable[[dict[str, Any]], None]) -> None:
        from distributed import Client

        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self.address = address
        try:
            asyncio.run(_greet(address))  # a Client that finds nobody takes long to give up, and is loud
            self.client = Client(address, timeout=CONNECTING, set_as_default=False, name="mathviz")
        except (OSError, TypeError, ValueError, RuntimeError) as error:
            raise RenderFailed(
                f"There is no scheduler at {address} that speaks with this machine: {first_line(error)}. "
                "Start one: dask scheduler; with TLS both sides need certificates, see README.md"
            ) from None
        self.client.subscribe_topic(topic, lambda event: hear(event[1]))

    @property
    def open(self) -> bool:
        return self.client.status == "running"

    def members(self) -> dict[str, dict[str, Any]]:
        """The workers that there are, by their identity: a worker that was started again is another one."""
        scheduler = self.client.scheduler
        if not self.open or scheduler is None:  # Dask would wait for it, and forget whom we listen to
            raise Gone("the scheduler")
        try:
            # Not ``scheduler_info``: it answers with what Dask notes aside, every two seconds without any worker.
            workers = self.client.sync(scheduler.identity, n_workers=-1)["workers"]
        except NETWORK as error:
            raise Gone(f"the scheduler: {error}") from None
        if not self.open:
            raise Gone("the scheduler")
        return {f"{address} {about['id']}": {**about, "address": address} for address, about in workers.items()}

    def call(self, address: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function of ``station`` on a worker at once, whatever it is busy with. Raises Gone."""
        try:
            return self.client.run(function, *arguments, workers=[address])[address]
        except NETWORK as error:
            raise Gone(f"{address}: {first_line(error)}") from None

    def tell(self, address: str, function: Callable[..., Any], *arguments: Any) -> None:
        """Call it without waiting for an answer."""
        with contextlib.suppress(Exception):
            self.client.run(function, *arguments, workers=[address], wait=False)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.client.close(timeout=1)


async def _greet(address: str) -> None:
    from distributed.comm import connect
    from distributed.security import Security

    comm = await connect(address, timeout=CONNECTING, **Security().get_connection_args("client"))
    await comm.close()


def first_line(error: BaseException) -> str:
    """What an error says first, or its name."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
