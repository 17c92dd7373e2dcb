"""A class graded on the workers of a Dask cluster that runs already.

The client reads each submission, within limits, and sends its texts; a worker marks them in a
cell of its own, within the same limits, so that a hostile submission costs no worker. The
exercise travels along: a worker needs nothing but this program. A worker that dies loses
nothing, as the scheduler gives its tasks to another; a task that several workers died of is
marked on this machine in the end.
"""

import asyncio
import hashlib
import logging
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from ioscli.exercises.grading.cell import Setup
from ioscli.exercises.grading.graded import Graded
from ioscli.exercises.grading.keeper import Keeper
from ioscli.exercises.grading.limits import Limits
from ioscli.exercises.grading.local import LocalWorkers, refused
from ioscli.exercises.grading.messages import Outcome
from ioscli.exercises.grading.plain_text import plain
from ioscli.exercises.grading.submission import Source, Submission
from ioscli.exercises.grading.work import Mark, Read
from ioscli.labs.errors import InputError, quoted

if TYPE_CHECKING:
    from ioscli.exercises.exercise import Exercise

CONNECT_SECONDS = 5.0
_WORKERLESS_SECONDS = 60.0
_LOOK_SECONDS = 2.0
_TASKS_A_THREAD = 4
"""Read ahead for each thread of the cluster, so that none waits for this machine."""
_GONE = "--scheduler: the Dask scheduler has gone away"
_LARGEST_EXERCISE = 16 << 20


class Parcel(NamedTuple):
    """An exercise as it is sent: what a cell needs of the lab's folder, and under what rules."""

    files: dict[str, bytes]
    """By their names below the folder."""
    lab_file: str
    seed: int
    limits: Limits

    @classmethod
    def of(cls, exercise: "Exercise", seed: int, limits: Limits) -> "Parcel":
        """Pack the lab. Raises InputError where it cannot be read, or is very large."""
        folder = exercise.lab.folder
        files: dict[str, bytes] = {}
        try:
            used = [exercise.lab.file, *(folder / "solution").glob("*.cfg")]
            used += [it.startup_config for it in exercise.lab.nodes.values() if it.startup_config]
            for file in used:
                files[file.relative_to(folder).as_posix()] = file.read_bytes()
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=folder) from None
        if sum(map(len, files.values())) > _LARGEST_EXERCISE:
            raise InputError("the exercise is too large to be sent", file=folder)
        return cls(files, exercise.lab.file.name, seed, limits)

    @property
    def digest(self) -> str:
        """Equal for equal parcels."""
        whole = hashlib.sha256(repr((self.lab_file, self.seed, self.limits)).encode())
        for name, data in sorted(self.files.items()):
            whole.update(f"{name} {len(data)}\n".encode() + data)
        return whole.hexdigest()


class _Bench:
    """What a worker has for one parcel: keepers that are free, and the lab's folder."""

    def __init__(self, parcel: Parcel) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ioscli-grade-")
        root = Path(self._folder.name)
        for name, data in parcel.files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        self._setup = Setup(root / parcel.lab_file, parcel.seed, parcel.limits)
        self._free: list[Keeper] = []
        self._busy: set[Keeper] = set()
        self._closed = False
        self._lock = Lock()

    def do(self, submission: Submission) -> Outcome:
        """Mark it with a free keeper, or a new one."""
        with self._lock:
            keeper = self._free.pop() if self._free else Keeper(self._setup)
            self._busy.add(keeper)
        try:
            return keeper.do(Mark(submission))
        finally:
            with self._lock:
                self._busy.remove(keeper)
                self._free.append(keeper)
                if self._closed:
                    keeper.close()

    def close(self) -> None:
        """Stop the keepers, and what they do."""
        with self._lock:
            self._closed = True
            for keeper in self._busy:
                keeper.interrupt()
            for keeper in self._free:
                keeper.close()
        self._folder.cleanup()


_benches: dict[str, _Bench] = {}
_benches_lock = Lock()


def mark_on_worker(parcel: Parcel, submission: Submission) -> Outcome:
    """One task, on a worker."""
    with _benches_lock:
        bench = _benches.get(parcel.digest)
        if bench is None:
            bench = _benches[parcel.digest] = _Bench(parcel)
    return bench.do(submission)


def forget_on_worker(digest: str) -> None:
    """The class is done: stop a parcel's cells on a worker."""
    with _benches_lock:
        bench = _benches.pop(digest, None)
    if bench is not None:
        bench.close()


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address.

    Raises InputError where dask.distributed is not installed, nobody answers there, or the
    cluster has no workers.
    """
    distributed = _distributed()
    # What it has to say is said here, in a line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    for name in ("distributed.client", "distributed.comm", "distributed.core"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        found = asyncio.run(asyncio.wait_for(_identity(address), CONNECT_SECONDS))
        if found != "Scheduler":
            raise ValueError(f"a {found} is there")
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (TimeoutError, OSError, ValueError, TypeError) as error:
        reason = f" ({plain(str(error))})" if isinstance(error, ValueError) else ""
        where = quoted(address)
        raise InputError(f"--scheduler: no Dask scheduler answers at {where}{reason}") from None
    try:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except (TimeoutError, OSError):
            raise InputError(f"--scheduler: no worker is at {quoted(address)}") from None
        yield client
    finally:
        client.close(timeout=CONNECT_SECONDS)


def grade_on_cluster(
    client: Any,
    workers: LocalWorkers,
    exercise: "Exercise",
    sources: Sequence[Source],
    parcel: Parcel,
) -> Iterator[Graded]:
    """Each source's marks, in whatever order they are done; `workers` read, on this machine.

    Raises InputError where the cluster goes away.
    """
    return _Run(client, workers, exercise, parcel).grade(sources)


async def _identity(address: str) -> object:
    """What kind of server is at an address.

    A client that does not find its scheduler is hard to be rid of: so nobody becomes one before
    a scheduler has answered.
    """
    comm = await import_module("distributed.core").connect(address, timeout=CONNECT_SECONDS)
    try:
        await comm.write({"op": "identity", "reply": True})
        told = await comm.read()
    finally:
        comm.abort()
    return told.get("type") if isinstance(told, dict) else None


def _distributed() -> Any:
    """The library, which is loaded when it is used. Raises InputError."""
    try:
        return import_module("distributed")
    except ImportError:
        raise InputError(
            "--scheduler needs dask.distributed: pip install 'ioscli[cluster]'"
        ) from None


class _Run:
    """A class on its way through a cluster."""

    def __init__(
        self, client: Any, workers: LocalWorkers, exercise: "Exercise", parcel: Parcel
    ) -> None:
        self._client = client
        self._workers = workers
        self._exercise = exercise
        self._parcel = parcel
        self._pending: dict[Any, Submission] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()

    def grade(self, sources: Sequence[Source]) -> Iterator[Graded]:
        """See grade_on_cluster."""
        left = list(reversed(sources))
        try:
            while left or self._pending:
                room = self._room()
                batch = [left.pop() for _ in range(min(room, len(left)))]
                yield from self._submit(batch)
                if self._pending:
                    yield from self._finished()
        except (OSError, TimeoutError):  # what the library raises when it has lost its scheduler
            raise InputError(_GONE) from None
        finally:
            self._forget()

    def _room(self) -> int:
        """How many more to send, so that only so many are in memory at a time."""
        return max(0, _TASKS_A_THREAD * (self._threads() or 1) - len(self._pending))

    def _check_scheduler(self) -> None:
        """Raise InputError where it has gone away, when the library has found out."""
        deadline = monotonic() + 2 * CONNECT_SECONDS
        while self._client.status == "connecting" and monotonic() < deadline:
            sleep(_LOOK_SECONDS / 10)
        if self._client.status != "running":
            raise InputError(_GONE)

    def _threads(self) -> int:
        """Of all workers. Raises InputError where the scheduler has gone away."""
        if self._client.status in ("closing", "closed"):
            raise InputError(_GONE)
        try:
            return sum(self._client.nthreads().values())
        except AttributeError:  # closed between these lines
            raise InputError(_GONE) from None
        except OSError:  # it is looking for its scheduler
            return 0

    def _submit(self, batch: Sequence[Source]) -> Iterator[Graded]:
        """Send those that can be marked; what of the others."""

        def read(keeper: Keeper, source: Source) -> tuple[Source, Outcome]:
            return source, Outcome() if source.refused else keeper.do(Read(source))

        for source, outcome in self._workers.map(read, batch):
            submission = outcome.value
            if isinstance(submission, Submission) and not submission.refused:
                future = self._client.submit(mark_on_worker, self._parcel, submission, pure=False)
                self._pending[future] = submission
                future.add_done_callback(self._done.put)
            else:
                why = source.refused or outcome.trouble or submission.refused
                yield refused(self._exercise, source.student, source.place, why)

    def _finished(self) -> Iterator[Graded]:
        """Wait for some to be done. Raises InputError where nobody is left to do them."""
        last_worker = monotonic()
        while self._done.empty():
            try:
                self._done.put(self._done.get(timeout=_LOOK_SECONDS))
                break
            except Empty:
                pass
            if self._threads():
                last_worker = monotonic()
            elif monotonic() - last_worker > _WORKERLESS_SECONDS:
                raise InputError("--scheduler: the Dask cluster has lost all of its workers")
        while not self._done.empty():
            future = self._done.get()
            yield self._graded(future, self._pending.pop(future))

    def _graded(self, future: Any, submission: Submission) -> Graded:
        distributed = _distributed()
        try:
            outcome: Outcome = future.result()
        except (distributed.KilledWorker, CancelledError):
            # Several workers died over it, or what was known of it is lost with a connection.
            self._check_scheduler()
            outcome = next(self._workers.map(lambda keeper, it: keeper.do(Mark(it)), [submission]))
        except InputError:
            raise
        except Exception as error:  # whatever a worker of another version makes of it
            reason = plain(f"{type(error).__name__}: {error}")
            raise InputError(f"--scheduler: the workers cannot mark this: {reason}") from None
        if outcome.value is None:
            return refused(self._exercise, submission.student, submission.place, outcome.trouble)
        graded: Graded = outcome.value
        return graded

    def _forget(self) -> None:
        if self._client.status != "running":
            return
        with suppress(OSError, TimeoutError):
            self._client.cancel(list(self._pending))
            self._client.run(forget_on_worker, self._parcel.digest, on_error="ignore")
