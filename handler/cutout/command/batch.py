"""Process a bucket on this machine, with the deployed batch's own steps: `cutout batch`."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from pydantic import ValidationError

from cutout.aws_credentials import CredentialsError
from cutout.batch.picture import Arrival, Cutter
from cutout.batch.places import Places
from cutout.command.batch_parser import BatchArguments, parse_batch
from cutout.command.errors import CommandError, Problem, TaskError, printable
from cutout.command.processing import failures_reported, local_jobs, made_of, run_parallel, wait_for
from cutout.command.progress import Progress
from cutout.command.records import KEPT, Record, require_writable
from cutout.command.report import Report
from cutout.command.run import exit_code
from cutout.engine import local_settings, open_workers
from cutout.errors import ChangedMeanwhileError, StorageError, UploadMissingError
from cutout.pipeline import Pipeline
from cutout.setting_types import first_problem, visible_processors
from cutout.settings import Settings
from cutout.storage.objects import Objects
from cutout.storage.storage import AnswerKind
from cutout.timing import Clock, Deadline

NO_CREDENTIALS = (
    "there are no AWS credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with temporary "
    'ones AWS_SESSION_TOKEN as well. The AWS CLI prints those of a profile: eval "$(aws configure '
    'export-credentials --format env)"'
)
NO_PICTURES = "This folder has no pictures. Name their folder with --inbox."
GONE = "It was removed, or these credentials may not read it."
AGAIN = "Run the command again."
CHANGED = f"Its result was written by another run meanwhile. {AGAIN}"
FAILED_BEFORE = "It failed before, and {} says why. To try again, remove that object."


@dataclass(frozen=True)
class BucketTask:
    """Describe a picture of the bucket."""

    arrival: Arrival
    places: Places

    @property
    def name(self) -> str:
        """Return the picture's key for messages."""
        return printable(self.arrival.key)

    @property
    def target(self) -> str:
        """Return the cut-out's key."""
        return self.key_of(AnswerKind.PNG)

    doubtful_target = target

    def key_of(self, kind: AnswerKind) -> str:
        """Return the key of the output of that kind."""
        return self.places.output_key(self.arrival.key, kind)


@dataclass(frozen=True)
class Run:
    """Process the pictures of a bucket and report what comes of them."""

    given: BatchArguments
    settings: Settings
    report: Report

    def __call__(self) -> None:
        """Process all pictures. Raise `CommandError` if nothing can be done at all."""
        if self.given.report is not None and not self.given.dry_run:
            require_writable(Path(self.given.report))
        tasks = self._find()
        self.report.progress.total = len(tasks)
        if not tasks:
            self.report.problem(Problem(self._places.prefix or "The bucket", NO_PICTURES))
        elif self.given.dry_run:
            tasks = self._without_results(tasks)
        else:
            self._cut_out(tasks)
        if self.given.dry_run:
            self.report.plan(tasks)
            return
        self.report.summary(ended=True)
        self.report.write(self.given.report)

    @property
    def _places(self) -> Places:
        return Places(self.given.inbox, self.given.outbox)

    def _find(self) -> list[BucketTask]:
        places = self._places
        try:
            found = list(Objects(self.settings).listed(places.prefix))
        except StorageError as error:
            raise CommandError(_explained(error)) from error
        return [
            BucketTask(Arrival(each.key, each.size, each.etag), places)
            for each in found
            if places.is_picture(each.key)
        ]

    def _without_results(self, tasks: Sequence[BucketTask]) -> list[BucketTask]:
        """Return the pictures to process; report those that failed before."""
        cutter = self._cutter(Pipeline(self.settings))
        waiting: list[BucketTask] = []

        def look(task: BucketTask) -> None:
            with self._failures_reported(task):
                kind = cutter.kept(task.arrival, Deadline.after(self.settings.picture_seconds))
                if kind is None:
                    waiting.append(task)
                else:
                    self._keep(task, kind)

        with self.report.running():
            run_parallel(tasks, look, self._jobs(tasks), self.report)
        return sorted(waiting, key=lambda task: task.arrival.key)

    def _cut_out(self, tasks: Sequence[BucketTask]) -> None:
        jobs = self._jobs(tasks)
        try:
            with self.report.running(), self._open_cutter(jobs) as cutter:
                self.report.progress.begin()
                run_parallel(tasks, lambda task: self._process(task, cutter), jobs, self.report)
        except KeyboardInterrupt:
            self.report.summary(ended=False)
            self.report.write_so_far(self.given.report)
            raise

    def _process(self, task: BucketTask, cutter: Cutter) -> None:
        start = monotonic()
        with self._failures_reported(task):
            clock = Clock(Deadline.after(self.settings.picture_seconds))
            outcome = cutter(task.arrival, clock)
            if outcome.is_kept and outcome.kind is not None:
                self._keep(task, outcome.kind)
            elif outcome.error is not None:
                raise outcome.error
            else:
                made = made_of(outcome.content, outcome.quality)
                self.report.done(task, made, monotonic() - start)

    def _keep(self, task: BucketTask, kind: AnswerKind) -> None:
        """Count a picture that has its cut-out. Raise `TaskError` if it has a failure instead."""
        if kind is AnswerKind.JSON:
            raise TaskError(FAILED_BEFORE.format(printable(task.key_of(kind))))
        self.report.keep(Record(task.name, KEPT, printable(task.key_of(kind))))
        self.report.progress.drop()

    @contextmanager
    def _failures_reported(self, task: BucketTask) -> Iterator[None]:
        """Report failures as the folder's command does, those of the bucket in its own words."""
        with failures_reported(task, self.report):
            try:
                yield
            except UploadMissingError as error:
                raise TaskError(GONE) from error
            except StorageError as error:
                raise TaskError(_explained(error)) from error

    @contextmanager
    def _open_cutter(self, jobs: int) -> Iterator[Cutter]:
        """Start the processes that cut out. Raise `CommandError` if the model can't be loaded."""
        threads = max(1, visible_processors() // jobs)
        with closing(open_workers(self.settings, jobs, threads)) as workers:
            wait_for(workers)
            yield self._cutter(Pipeline(self.settings, workers=workers))

    def _cutter(self, pipeline: Pipeline) -> Cutter:
        return Cutter(pipeline, Objects(self.settings), self._places)

    def _jobs(self, tasks: Sequence[BucketTask]) -> int:
        return min(len(tasks), self.given.jobs or local_jobs())


def execute_batch(argv: Sequence[str]) -> int:
    """Return 0 if all pictures have a cut-out, 1 if one failed, 3 if one has no subject.

    Raise `CommandError` if nothing can be done at all.
    """
    given = parse_batch(argv)
    report = Report(Progress(), quiet=given.quiet, verbose=given.verbose)
    run = Run(given, _settings(given), report)
    with _log_shown(shown=given.verbose):
        run()
    return exit_code(report)


def _settings(given: BatchArguments) -> Settings:
    """Return the deployed batch's limits on pictures, without its limits on time.

    Raise `CommandError` if a setting is invalid or there are no credentials.
    """
    try:
        settings, usual = local_settings(given.model), Settings()
    except ValidationError as error:
        raise CommandError(first_problem(error)) from error
    has_key = settings.access_key_id and settings.secret_access_key.get_secret_value()
    if not has_key and (settings.access_key_id or not settings.credentials_url):
        raise CommandError(NO_CREDENTIALS)
    changes = {"max_side": usual.max_side, "bucket_url": given.bucket_url(settings.region)}
    return settings.model_copy(update=changes)


def _explained(error: StorageError) -> str:
    """Return what is wrong with the bucket, and what to check."""
    if isinstance(error, ChangedMeanwhileError):
        return CHANGED
    cause = error.__cause__
    if isinstance(cause, CredentialsError):
        return f"There are no AWS credentials: {printable(cause)}."
    if error.args:
        said = printable(error.args[0])
        if error.is_busy:
            return f"{said}. {AGAIN}"
        return f"{said}. Check the bucket's name, AWS_REGION, and what these credentials may do."
    return (
        f"The bucket can't be reached ({type(cause).__name__}). Check its name, AWS_REGION and the "
        "network."
    )


@contextmanager
def _log_shown(*, shown: bool) -> Iterator[None]:
    """Keep the service's log off the terminal, unless it is `shown`."""
    logger, silent = logging.getLogger("cutout"), logging.NullHandler()
    if not shown:
        logger.addHandler(silent)
    try:
        yield
    finally:
        logger.removeHandler(silent)
