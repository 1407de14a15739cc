"""The command line: parses, calls the library, prints. Nothing is decided here."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from mathviz.project import Project, disk, not_found
from mathviz.project.errors import MathvizError, NotFound, sentence

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Animated explainers of machine learning in which every number was computed.",
)  # fmt: skip
frames_app = typer.Typer(no_args_is_help=True, help="Snapshots of every beat: compare them, accept new ones.")
app.add_typer(frames_app, name="frames")

Stem = Annotated[str, typer.Argument(help="A film's stem, as `mathviz list` shows it.")]


def _set_patience(seconds: float | None) -> float | None:
    """For all processes that the command starts."""
    if seconds is not None:
        os.environ["MATHVIZ_PATIENCE"] = str(seconds)
    return seconds


Patience = Annotated[
    float | None,
    typer.Option(
        min=1, callback=_set_patience,
        help="Seconds for which a scene may do nothing: not compute, read or write; and a film's beat play nothing. "
        "300 if not given.",
    ),
]  # fmt: skip
TIDYING = 10.0
"""Seconds after an interrupt in which others are the same one."""

_interrupted = -TIDYING
"""When somebody interrupted."""

Shape = Annotated[
    str, typer.Option("--shape", help="16:9, 9:16 (upright) or 1:1: the same beats, laid out for it; no crop.")
]  # fmt: skip

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def main() -> None:
    """Entry point: turns errors into one clear message and an exit status, never a traceback."""
    for number in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(number) != signal.SIG_IGN:  # as a shell starts what it puts into the background
            signal.signal(number, _interrupt)
    sys.unraisablehook = _unraised
    _plainly()
    try:
        # Not `app()`: it swallows exit statuses, interrupts and broken pipes before they get here.
        command = typer.main.get_command(app)
        with command.make_context("mathviz", sys.argv[1:]) as context:
            command.invoke(context)
        sys.stdout.flush()
    except MathvizError as error:
        _say(f"mathviz: {error}")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        for number in (signal.SIGTERM, signal.SIGINT):  # until the very end, where Python forgets its handlers
            signal.signal(number, signal.SIG_IGN)
        _say("mathviz: interrupted; nothing partial was kept, finished beats were")
        sys.exit(130)
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except BrokenPipeError:  # the reader of a pipe had seen enough
        _let_go_of_output()
        sys.exit(0)
    except OSError as error:
        with contextlib.suppress(OSError):
            _say(f"mathviz: {sentence(error)}")
        _let_go_of_output()
        sys.exit(1)
    except Exception as error:
        show = getattr(error, "show", None)  # typer's own usage errors
        if show is None:
            raise
        show()
        sys.exit(getattr(error, "exit_code", 2))


def _interrupt(number: int, frame: Any) -> None:
    """The first of several interrupts is the one that counts: the others would disturb what tidies up after it."""
    global _interrupted
    before, _interrupted = _interrupted, time.monotonic()
    if _interrupted - before > TIDYING:
        signal.default_int_handler(number, frame)  # not `raise`: a scene that ends itself does that
    _interrupted = before


def _unraised(found: Any) -> None:
    """What no code can catch, as it came in a finalizer, say. An interrupt among that comes once more, soon after."""
    if not (found.exc_type and issubclass(found.exc_type, KeyboardInterrupt)):
        sys.__unraisablehook__(found)
        return
    again = threading.Timer(0.1, _interrupt_main)
    again.daemon = True
    again.start()


def _interrupt_main() -> None:
    global _interrupted
    _interrupted = -TIDYING
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _let_go_of_output() -> None:
    """What could not be written shall not be tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plainly() -> None:
    """Characters that a terminal does not have become others, not errors."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _print_json(found: Any) -> None:
    """Whole on every terminal: where it has not all characters, they are escaped."""
    print(json.dumps(found, indent=2, ensure_ascii="utf" not in (sys.stdout.encoding or "").lower()))


def _project() -> Project:
    """The one in which somebody stands. Raises NotFound, before anything is written, in none."""
    project = Project.around(Path.cwd())
    if not any(project.scenes.glob("*.yaml")) or not Path.cwd().is_relative_to(project.root):
        raise NotFound(NO_PROJECT)
    return project


def _project_or_none(*given: str) -> Project:
    """The same; but scene files need none: with one given, that of mathviz itself will do."""
    return Project.around(Path.cwd()) if any(name.endswith(".py") for name in given) else _project()


NO_PROJECT = (
    "There is no project here: no scenes/ with a script, nor in a folder above. "
    "Begin one: mathviz new my_film; or change to its folder"
)
NO_FILM = "mathviz: there is no film here. Begin one: mathviz new my_film"


@app.command("list")
def list_films(
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Stems only, one a line.")] = False,
) -> None:
    """The films there are: stem, title and the question each answers."""
    if quiet and not as_json:  # which needs no script
        stems = _project().stems
        print("\n".join(stems), end="\n" if stems else "")
        if not stems:
            _say(NO_FILM)
        return
    from mathviz.films.listing import summaries

    found = summaries(_project())
    if as_json:
        _print_json(found)
        return
    if not found:
        _say(NO_FILM)
    for film in found:
        stem, languages = film["stem"], film["languages"]
        print(f"{stem}  [{', '.join(languages)}]")
        for language in languages:
            print(f"    {film['title'][language]}: {film['question'][language]}")


@app.command("new")
def new_film(
    stem: Annotated[str, typer.Argument(help="The film's stem: small letters, digits, underscores.")],
    lang: Annotated[str, typer.Option(help="Languages of its texts, with commas between; any two letters.")]
    = "en,zh",
) -> None:  # fmt: skip
    """Begin a film: a concept, a script, a scene and a test that already work, to be changed into your own."""
    from mathviz.author import new

    project = Project.to_begin(Path.cwd())
    for path in new.create(project, stem, [code.strip() for code in lang.split(",") if code.strip()]):
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    _say(f"mathviz: it works as it is. See it, and what to change first: mathviz preview {stem}")
    _say(f"mathviz: as a file: mathviz render {stem} --draft; at the end: mathviz check {stem}")


@app.command("compute")
def compute_trace(
    stem: Annotated[str, typer.Argument(help="A film's stem, or the name of an input that films share.")],
    record: Annotated[bool, typer.Option("--record", help="Write the recorded trace under assets/traces/.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Compute and compare with the recorded trace.")] = False,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda: where to compute.")] = "auto",
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Run a film's computation, check every claim it rests on, and keep the trace."""
    from mathviz.films import compute

    if record and check:
        raise typer.BadParameter("--record replaces what --check compares with; choose one")
    if device not in ("auto", "cpu", "cuda"):
        raise typer.BadParameter(f"--device {device}: choose auto, cpu or cuda")
    project = _project()
    computation = compute.of_name(project, stem)
    if check:
        differences = compute.compare_with_recorded(computation, project, device=device)
        if as_json:
            _print_json({"stem": stem, "same": not differences, "differences": differences})
        elif differences:
            _say("\n".join([f"mathviz: {stem} is not what was recorded:", *(f"  {line}" for line in differences)]))
        elif not quiet:
            print(f"{stem}: computed again, the same within the concept's tolerances")
        raise typer.Exit(1 if differences else 0)
    again = compute.check_again(computation, project) if record else None
    done = again or compute.compute(computation, project, device=device, record=record)
    if as_json:
        _print_json({"place": str(done.place.with_suffix(".npz")), **done.provenance})
    elif not quiet:
        for claim in done.trace.check():
            print(f"  holds: {claim.says}  ({claim.found})")
        how = "only its claims had changed: checked on what was recorded, " if again else ""
        print(f"{stem}: {how}computed in {done.provenance['seconds']} s on {done.provenance['device']}")
        print(f"  {done.place.with_suffix('.npz')}")


@app.command()
def render(
    films: Annotated[
        list[str] | None,
        typer.Argument(help="Films by stem, all when none is named; or a manimgl scene file and names of its scenes."),
    ] = None,
    lang: Annotated[str, typer.Option(help="A language of the script, or all.")] = "all",
    theme: Annotated[str, typer.Option(help="dark, light or all.")] = "dark",
    quality: Annotated[
        str | None, typer.Option(help="low (480p), med (720p), high (1080p, the default) or 4k.")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="Frames per second: whole, or 23.976, 29.97, 59.94; 30 when not given.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the films; renders/ when not given.")] = None,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=0, help="Workers, a core for each; 0: all cores.")] = 0,
    draft: Annotated[bool, typer.Option("--draft", help="480p15, encoded quickly, for a first look.")] = False,
    final: Annotated[bool, typer.Option("--final", help="1080p60, for publishing.")] = False,
    shape: Shape = "16:9",
    beats: Annotated[str, typer.Option(help="Only these beats, joined: ids with commas between.")] = "",
    clips: Annotated[bool, typer.Option("--clips", help="A file for each beat as well.")] = False,
    gif: Annotated[bool, typer.Option("--gif", help="One beat as a small GIF without end, 1 MB at most.")] = False,
    webp: Annotated[bool, typer.Option("--webp", help="The same as an animated WebP.")] = False,
    webm: Annotated[
        bool, typer.Option("--webm", help="AV1 in WebM as well, where it is smaller; VP9 if transparent. Takes long.")
    ] = False,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="Without background, as ProRes 4444 in a .mov.")
    ] = False,
    keyframes: Annotated[
        float | None,
        typer.Option(min=0.04, help="Seconds between key frames at most, 2 if not given; fewer to scrub in."),
    ] = None,
    voice: Annotated[
        bool, typer.Option("--voice", help="A narrated film beside the silent one; its recordings: mathviz voice.")
    ] = False,
    loudness: Annotated[float, typer.Option(help="With --voice: how loud, in LUFS.")] = -16.0,
    no_captions: Annotated[
        bool, typer.Option("--no-captions", help="With --voice: no captions in the picture; the .vtt has them.")
    ] = False,
    digest: Annotated[
        Path | None, typer.Option(help="Write the SHA-256 of each RGBA frame, in order, to this file.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read films that are there whole; else their times and sizes suffice.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be drawn and why; draw nothing.")] = False,
    cluster: Annotated[
        str, typer.Option(help="Draw on the workers of this Dask scheduler: tcp://HOST:PORT, tls://…, or local:N.")
    ] = "",
    shared: Annotated[
        Path | None, typer.Option(help="With --cluster: a folder that all its machines see, to pass files through.")
    ] = None,
    any_version: Annotated[
        bool, typer.Option("--any-version", help="With --cluster: also workers with other versions than here.")
    ] = False,
    patience: Patience = None,
    show_output: Annotated[bool, typer.Option("--show-output", help="Show what scenes print.")] = False,
    as_json: Json = False,
) -> None:
    """Render films to mp4, with poster, captions, chapters and manifest. Needs no display.

    What was drawn before and would come out the same is not drawn again. For phones, upright, as
    STEM.en.9x16.mp4 in 1080 × 1920:

        mathviz render ring_allreduce --lang en --shape 9:16

    Other shapes are laid out by the stage, with captions above a phone's controls. Galleries and slides show 16:9.
    """
    from mathviz.render.cache import LIMIT, Cache
    from mathviz.render.encode import TRANSPARENT
    from mathviz.render.farm import Farm, cores
    from mathviz.render.plan import EXTRAS, Wish
    from mathviz.render.progress import Display

    project = _project_or_none(*films or [])
    chosen = dict(zip(EXTRAS, (clips, gif, webp, webm), strict=True))
    wish = Wish(
        languages=[lang], themes=[theme], quality=quality, fps=fps, out=out and out.resolve(), digests=bool(digest),
        shape=shape,
        beats=tuple(part.strip() for part in beats.split(",") if part.strip()),
        extras=tuple(name for name, wanted in chosen.items() if wanted),
    )  # fmt: skip
    if show_output:
        os.environ["MATHVIZ_SHOW_OUTPUT"] = "1"
    if draft and final:
        raise typer.BadParameter("--draft and --final contradict each other")
    if transparent and keyframes:
        raise typer.BadParameter("--transparent needs no --keyframes: in ProRes every frame is one")
    if voice and (webm or transparent):
        raise typer.BadParameter("--voice is for the mp4: --webm and --transparent have no sound")
    if not voice and (no_captions or loudness != -16.0):
        raise typer.BadParameter("--no-captions and --loudness need --voice")
    wish = wish.drafted() if draft else wish.finished() if final else wish
    if transparent:
        wish = replace(wish, encoding=TRANSPARENT)
    elif keyframes:
        wish = replace(wish, encoding=replace(wish.encoding, keyframes=keyframes))
    if not cluster and (shared or any_version):
        raise typer.BadParameter("--shared and --any-version need --cluster")
    if digest:
        disk.require_place(digest)
    workers = jobs or len(cores())
    with contextlib.closing(Farm(workers)) as own:
        if dry_run:
            planned = _planned(project, films or [], wish, own)
            planned = _narrated(project, planned, loudness, not no_captions) if voice else planned
            _say_what_would_be_drawn(planned, own, as_json)
            return
        with _crew(cluster, workers, shared, any_version) as crew:
            planned = _planned(project, films or [], wish, own, crew)
            planned = _narrated(project, planned, loudness, not no_captions) if voice else planned
            with Display(len(planned), quiet=as_json) as display:
                farm = crew or own
                farm.progress, farm.patience, farm.say = display.progress, own.patience, _say
                farm.verify = verify
                outcomes = farm.run(planned)
    if not all(outcome.unchanged for outcome in outcomes):
        for place in {job.cache for job in planned}:
            Cache(Path(place) / "beats").prune(LIMIT)
    if digest:
        _write_digests(outcomes, digest)
    failed = [outcome for outcome in outcomes if outcome.film is None]
    if len(planned) > 1 and not planned[0].of_catalogue:
        _say("mathviz: each scene as manimgl draws it alone; random numbers do not run on from one to the next")
    if as_json:
        _print_json([outcome.summary() for outcome in outcomes])
    for outcome in outcomes if not as_json else failed:
        for note in outcome.notes:
            _say(f"mathviz: {outcome.job.name}: {note}")
        if outcome.film is None:
            _say(f"mathviz: {outcome.job.name} was not rendered: {outcome.error}")
        elif outcome.unchanged:
            print(f"{outcome.film}  (unchanged)")
        else:
            of = beats_drawn(len(outcome.drawn), len(outcome.job.wanted)) if outcome.job.of_catalogue else ""
            print(f"{outcome.film}  ({of}{outcome.frames} frames in {outcome.seconds:.0f} s)")
    raise typer.Exit(min(len(failed), 100))


def _narrated(project: Project, planned: list[Any], loudness: float, captions: bool) -> list[Any]:
    from mathviz.render.narration import narrated

    return narrated(project, planned, loudness, captions, lambda line: _say(f"mathviz: {line}"))


def beats_drawn(count: int, wanted: int) -> str:
    """How many beats of a film were drawn, and that the others need not be."""
    there = "; the rest was there already" if 0 < count < wanted else ""
    return f"{count} of {wanted} beats drawn{there}, " if count else f"all {wanted} beats were there already, "


@contextlib.contextmanager
def _crew(cluster: str, joiners: int, shared: Path | None, any_version: bool) -> Iterator[Any]:
    """The cluster's workers; None without a cluster."""
    if not cluster:
        yield None
        return
    from mathviz.cluster import crew

    folder = str(shared.resolve()) if shared else ""
    with crew.opened(cluster, joiners, _say, shared=folder, any_version=any_version) as found:
        yield found


def _planned(project: Project, films: list[str], wish: Any, farm: Any, crew: Any = None) -> list[Any]:
    """The jobs for stems, or for a scene file and its scenes' names."""
    from mathviz.films import compute
    from mathviz.project.errors import NotFound
    from mathviz.render import doctor
    from mathviz.render.plan import plan, plan_scenes

    path = Path(films[0]) if films and films[0].endswith(".py") else None
    if path is not None and not _is_film(project, path):
        jobs = plan_scenes(project, path, films[1:] or [""], wish)
        doctor.require()
        known = farm.scenes_of(jobs[0])
        for name in films[1:]:
            if name not in known:
                raise not_found("scene", name, known, f"mathviz render {path}")
        if not known:
            raise NotFound(f"{path} has no scenes")
        scenes = plan_scenes(project, path, films[1:] or known, wish)
        if crew:
            crew.take_jobs(project, scenes)
        return scenes
    planned = plan(project, [path.stem] if path else films, wish)
    for stem in dict.fromkeys(job.stem for job in planned):
        _ = compute.of_film(project, stem).key  # what the script names is there
    if crew:
        crew.take_jobs(project, planned)
    return planned


@contextlib.contextmanager
def _farm() -> Iterator[Any]:
    """One with all cores, which says what it computes."""
    from mathviz.render.farm import Farm, cores

    with contextlib.closing(Farm(len(cores()))) as farm:
        farm.say = _say
        yield farm


def _say_what_would_be_drawn(planned: list[Any], farm: Any, as_json: bool) -> None:
    found = farm.look(planned)
    if as_json:
        _print_json(found)
        return
    for film in found:
        beats = ", ".join(film["draw"]) or "nothing"
        first = f"compute {', '.join(film['compute'])} and " if film["compute"] else ""
        print(f"{film['name']}: {film['why']}; would {first}draw {beats}")


def _write_digests(outcomes: list[Any], path: Path) -> None:

    lines = [digest for outcome in outcomes for digest in outcome.digests]
    disk.write_whole(path, "".join(f"{line}\n" for line in lines).encode())


@app.command()
def bench(
    films: Annotated[
        list[str] | None,
        typer.Argument(help="Films by stem, all when none is named; or a manimgl scene file and names of its scenes."),
    ] = None,
    quality: Annotated[str | None, typer.Option(help="low, med, high (the default) or 4k.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often everything is run, in turn: medians are told.")] = 1,
    moving: Annotated[bool, typer.Option("--moving", help="Only films whose camera moves.")] = False,
    as_json: Json = False,
) -> None:
    """Measure manimgl, this and x264 alone on the same films, and print the ratios. Takes long."""
    from mathviz.render import bench as benching
    from mathviz.render.plan import Wish

    project = _project_or_none(*films or [])
    with _farm() as farm:
        planned = _planned(project, films or [], Wish(quality=quality), farm)
        farm.have_computed(planned)
    if moving:
        planned = [job for job in planned if benching.moves_camera(Path(job.scene))]
    first = list({job.stem if job.of_catalogue else job.name: job for job in reversed(planned)}.values())[::-1]
    if not first:
        raise NotFound("no film moves its camera among those that were named")
    found = benching.measure(first, rounds, lambda line: None if as_json else _say(line))
    print(json.dumps(found, indent=2) if as_json else benching.table(found))


@app.command("scale")
def show_scale(
    films: Annotated[list[str] | None, typer.Argument(help="With --measure: films by stem, all when none is named.")]
    = None,
    measure: Annotated[
        Path | None, typer.Option(help="Draw films, each in its first language, and write their times to this file.")
    ] = None,
    quality: Annotated[str, typer.Option(help="With --measure: low, med, high or 4k.")] = "high",
    fps: Annotated[int, typer.Option(help="With --measure: frames per second.")] = 30,
    sample: Annotated[bool, typer.Option("--sample", help="With --measure: draw one beat of each film only.")] = False,
    times: Annotated[Path | None, typer.Option(help="Predict from this file, not from what was recorded.")] = None,
    workers: Annotated[str, typer.Option(help="Numbers of workers, with commas between.")] = "",
    joiners: Annotated[int, typer.Option(min=1, help="Films that are joined at once on the machine that asks.")] = 2,
    plot: Annotated[Path | None, typer.Option(help="Also draw the predictions to this SVG or PNG.")] = None,
) -> None:  # fmt: skip
    """How long films take on 1 to 1000 workers of a cluster, by a model that is fed with measured times."""
    from mathviz.cluster import scale

    if plot:
        disk.require_place(plot)
    if measure:
        _measure_times(films or [], measure, quality, fps, sample)
        return
    found = scale.Times.of(times) if times else scale.recorded()
    numbers = [int(part) for part in workers.split(",") if part.strip().isdigit()] or list(scale.WORKERS)
    print(scale.table(found, numbers, joiners))
    if plot:
        scale.plot(found, plot, joiners)
        _say(f"mathviz: drawn {plot}")


def _measure_times(stems: list[str], path: Path, quality: str, fps: int, sample: bool) -> None:
    import tempfile

    from mathviz.cluster import scale
    from mathviz.render.plan import Wish

    disk.require_place(path)
    project = _project()
    with _farm() as farm:
        planned = _planned(project, stems, Wish(quality=quality, fps=fps), farm)
        farm.have_computed(planned)
    first = list({job.stem: job for job in reversed(planned)}.values())[::-1]
    with tempfile.TemporaryDirectory(prefix="mathviz-scale-") as folder:
        disk.write_whole(path, scale.measure(first, Path(folder), _say, sample).as_json().encode())


@app.command("voice")
def speak_film(
    stem: Stem,
    lang: Annotated[str | None, typer.Option(help="A language of the script; its first when not given.")] = None,
    command: Annotated[
        str,
        typer.Option(
            "--with", metavar="COMMAND",
            help="Have what is not recorded spoken by a program that reads text on standard input and writes a wav to "
            "standard output, or to {wav}; {language} is the film's.",
        ),
    ] = "",
    accept: Annotated[
        bool, typer.Option("--accept", help="Recordings still fit whose captions changed since they were made.")
    ] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """What is to be said in a narrated film and what of it is recorded; writes a script to read from.

    A recording for each caption is voice/STEM/LANGUAGE/BEAT.N.wav, .flac, .mp3 or .m4a beside scenes/. Exit status 1 if
    one does not fit. `mathviz render STEM --voice` makes the film; more: `mathviz docs voice`.
    """
    from mathviz.voice import making, recordings, sheet

    project = _project()
    project.require_stem(stem)
    language = lang or compute_first_language(project, stem)
    found = recordings.look(project, stem, language, _say)
    if accept:
        for name in recordings.accept(found):
            _say(f"mathviz: {name} still fits")
        found = recordings.look(project, stem, language, _say)
    if command:
        own = {name for name, each in found.found.items() if not each.origin}
        lines = [line for line in found.lines if line.name not in own]
        made = making.make(project, stem, language, lines, command, _say)
        _say(f"mathviz: {len(made)} lines made, {len(lines) - len(made)} were there already")
        found = recordings.look(project, stem, language, _say)
    script = sheet.write(found)
    faults = [each for each in found.findings if each.level == recordings.ERROR and each.kind != "missing"]
    if as_json:
        _print_json({**found.summary(), "script": str(script)})
    else:
        print("\n".join([*sheet.table(found), f"To read from: {script}"]))
    raise typer.Exit(1 if faults else 0)


@app.command("cache")
def show_cache(
    prune: Annotated[bool, typer.Option("--prune", help="Remove what was not used for longest.")] = False,
    limit: Annotated[str, typer.Option(help="How much may stay, such as 500M or 10G.")] = "10G",
    as_json: Json = False,
) -> None:
    """How much the drawn beats take that need not be drawn again; and remove some."""
    from mathviz.render.cache import Cache, bytes_of

    cache = Cache(Project.around(Path.cwd()).cache_of(Path.cwd() / "any.py") / "beats")
    gone, freed = cache.prune(bytes_of(limit)) if prune else (0, 0)
    objects = cache.objects()
    size = sum(bytes_ for _, bytes_, _ in objects)
    if as_json:
        found = {"folder": str(cache.root), "beats": len(objects), "bytes": size, "removed": gone, "freed": freed}
        _print_json(found)
        return
    if prune:
        print(f"removed {gone} beats, {freed / 1e6:.1f} MB; those used in the last hour always stay")
    print(f"{len(objects)} beats, {size / 1e6:.1f} MB in {cache.root}")


@app.command()
def still(
    film: Annotated[str, typer.Argument(help="A film's stem, as `mathviz list` shows it; or a manimgl scene file.")],
    beat: Annotated[str | None, typer.Option(help="The beat's id; of a scene file, the scene's name.")] = None,
    at: Annotated[float | None, typer.Option(min=0, help="Seconds into the beat; its last frame when not given.")]
    = None,
    lang: Annotated[str | None, typer.Option(help="A language of the script; its first when not given.")] = None,
    theme: Annotated[str, typer.Option(help="dark or light.")] = "dark",
    quality: Annotated[str | None, typer.Option(help="low, med, high (a film's default) or 4k.")] = None,
    shape: Shape = "16:9",
    form: Annotated[
        str | None, typer.Option("--format", help="png, or as vectors svg or pdf; what --out ends in when not given.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    patience: Patience = None,
) -> None:  # fmt: skip
    """Draw one frame of a beat, or of any manimgl scene, to a PNG, or as vectors to an SVG or a PDF.

    For example, the last frame of a scene's, for print:

        mathviz still sketch.py --format pdf

    Text, lines and fills become paths. What cannot be vectors, such as lights, surfaces, images and what is hidden in
    depth, is refused with what it is and where.
    """
    from mathviz.render import doctor
    from mathviz.render.plan import Wish, plan, plan_scenes
    from mathviz.render.still import write_still

    project, path = _project_or_none(film), Path(film)
    if path.suffix == ".py" and not _is_film(project, path):
        job = plan_scenes(project, path, [""], Wish(quality=quality, shape=shape))[0]
    else:
        stem = path.stem if path.suffix == ".py" else film
        languages = [lang] if lang else [compute_first_language(project, stem)]
        wish = Wish(languages=languages, themes=[theme], quality=quality, fps=30, shape=shape)
        job = plan(project, [stem], wish)[0]
    doctor.require()
    print(write_still(project, job, beat, at, out, form))


def _is_film(project: Project, path: Path) -> bool:
    """Whether a scene file is that of a film of the project."""
    return path.resolve().parent == project.scenes.resolve() and path.stem in project.stems


def compute_first_language(project: Project, stem: str) -> str:
    """The language that the script names first."""
    from mathviz.films.catalog import films

    return films(project, [stem])[0].script.languages[0]


@app.command()
def gallery(
    out: Annotated[Path | None, typer.Option(help="The site's folder; renders/site when not given.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Then serve it on 127.0.0.1, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to serve; 0: any free port.")] = 8000,
    as_json: Json = False,
) -> None:
    """Build a static site of all rendered films. It needs no network and no server."""
    from mathviz.gallery.serve import ADDRESS, server
    from mathviz.gallery.site import build

    built = build(_project(), out)
    if as_json:
        _print_json(built.summary())
    else:
        print(f"{built.index}  ({built.pages} pages)")
        for name, command in built.missing.items():
            print(f"not rendered: {name}; {command}")
        for name, command in built.stale.items():
            print(f"computed by other code than today's: {name}; {command}")
        for name, (size, command) in built.drafts.items():
            print(f"a draft, {size}: {name}; {command}")
        for name, (files, command) in built.changed.items():
            print(f"made before {files} changed: {name}; {command}")
        if built.dark_only:
            print(f"without a light version: {', '.join(built.dark_only)}; mathviz render --theme all")
    for name, why in built.damaged.items():
        _say(f"mathviz: not shown: {name}: {why}")
    if serve:
        with server(built.index.parent, port) as serving:
            _say(f"mathviz: http://{ADDRESS}:{serving.server_port}/ until Ctrl-C")
            serving.serve_forever()
    raise typer.Exit(1 if built.damaged else 0)


@app.command("preview")
def preview_film(
    stem: Stem,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where to serve; 0: any free port.")] = 8001,
    patience: Patience = None,
) -> None:
    """Show a film in the browser while its scene and script are written: what is saved is drawn anew. Until Ctrl-C."""
    from mathviz.gallery.serve import ADDRESS
    from mathviz.preview.serve import preview, tunnel
    from mathviz.render import doctor

    project, path = _project_or_none(stem), Path(stem)
    if path.suffix == ".py" and path.is_file():
        if not _is_film(project, path):
            raise NotFound(
                f"{path} is no film: a preview needs a script, {path.stem}.yaml, beside the scene. "
                f"Of other scenes: mathviz still {path}, or mathviz render {path} --quality low"
            )
        stem = path.stem
    project.require_stem(stem)
    doctor.require()
    with preview(project, stem, port) as serving:
        _say(f"mathviz: http://{ADDRESS}:{serving.server_port}/ until Ctrl-C")
        _say(f"mathviz: from another machine: {tunnel(serving.server_port)}")
        serving.serve_forever()


@app.command()
def embed(
    stem: Stem,
    form: Annotated[str, typer.Option("--format", help="html, markdown or hexo.")] = "html",
    lang: Annotated[str | None, typer.Option(help="A language of the script; its first when not given.")] = None,
    base: Annotated[
        str | None,
        typer.Option(help="Where the films' folders lie; films/ at the address of site.yaml, or /films, if not given."),
    ] = None,
) -> None:
    """Print what to paste into a post to show a rendered film."""
    from mathviz.gallery import settings
    from mathviz.gallery.embed import snippet

    project = _project()
    project.require_stem(stem)
    base = base or f"{settings.read(project).root or '/'}films"
    print(snippet(project, stem, lang or compute_first_language(project, stem), form, base))


@app.command()
def slides(
    stems: Annotated[list[str], typer.Argument(help="Films by stem, in the order of the talk.")],
    lang: Annotated[str | None, typer.Option(help="A language of the scripts; the first film's first if not given.")]
    = None,
    theme: Annotated[str, typer.Option(help="dark or light.")] = "dark",
    quality: Annotated[str | None, typer.Option(help="What they must be rendered at: low, med, high or 4k.")] = None,
    pause: Annotated[str, typer.Option(help="Pause at the end of each beat, or caption.")] = "beat",
    form: Annotated[
        str, typer.Option("--format", help="html, pdf (to hand out) or pptx; several with commas between; or all.")
    ] = "html",
    out: Annotated[Path | None, typer.Option(help="Folder for the files; renders/slides when not given.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Make a talk of rendered films: a page that pauses where you speak and works offline; a hand-out; a PPTX.

    For example, two films in Chinese, with all that goes with them, onto a stick:

        mathviz slides ring_allreduce online_softmax --lang zh --format all --out /media/stick

    In the page `?` shows all keys: PageDown and PageUp of a remote lead on and back, digits and Enter to a beat, B or a
    full stop blank the screen, S opens the speaker's notes. A film that is not rendered, or is damaged, is refused with
    the command that renders it; one that was made before its scene or script changed is shown and told.
    """
    from mathviz.talk import files
    from mathviz.talk.outline import outline

    project = _project()
    formats = files.chosen(form)
    talk = outline(project, stems, lang, theme, quality, pause)
    notes = [_say_of(part.film, project) for part in talk.parts]
    written = files.write(project, talk, formats, out)
    if as_json:
        about = {"language": talk.language, "theme": talk.theme, "films": [part.film.name for part in talk.parts],
                 "beats": sum(len(part.beats) for part in talk.parts), "pauses": len(talk.steps),
                 "seconds": talk.seconds, "notes": [note for note in notes if note],
                 "files": {str(path): path.stat().st_size for path in written}}  # fmt: skip
        _print_json(about)
        return
    for note in notes:
        if note:
            _say(f"mathviz: {note}")
    for path in written:
        print(f"{path}  ({path.stat().st_size / 1e6:.1f} MB, {len(talk.steps)} pauses)")


@app.command("upload-kit")
def upload_kit(
    stem: Stem,
    lang: Annotated[str | None, typer.Option(help="The film's language; the script's first when not given.")] = None,
    theme: Annotated[str, typer.Option(help="dark or light.")] = "dark",
    voice: Annotated[bool, typer.Option("--voice", help="The film in which the captions are spoken.")] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the kit's own; renders/upload when not given.")] = None,
    as_json: Json = False,
) -> None:
    """Write what YouTube and bilibili take of a film: title, description, tags, chapters, captions, covers.

    For example, of the English film:

        mathviz upload-kit ring_allreduce --lang en

    Chapters are the beats, with short ones put together, since a chapter has ten seconds at least. Captions are in
    every language that is rendered, at this film's times. What a place does not take is cut or left out, and told.
    Nothing is uploaded.
    """
    from mathviz.upload.kit import kit

    project = _project()
    made = kit(project, project.require_stem(stem), lang, theme, out, voice)
    notes = [note for note in (_say_of(made.film, project), *made.notes) if note]
    if as_json:
        _print_json({"folder": str(made.folder), "files": made.files, "notes": notes})
        return
    for note in notes:
        _say(f"mathviz: {note}")
    print(f"{made.folder}  ({len(made.files)} files)")


def _say_of(film: Any, project: Project) -> str:
    """What there is to say of a rendered film that somebody is about to show; empty if nothing."""
    changed = ", ".join(film.changed_in(project))
    said = [f"made before {changed} changed"] if changed else []
    said += [f"a draft, {film.size_said}"] if film.is_draft else []
    return f"{film.name}: {' and '.join(said)}. Anew: {film.command}" if said else ""


@app.command("doctor")
def show_doctor(as_json: Json = False) -> None:
    """What is installed, what draws, and what to install for what is missing."""
    from dataclasses import asdict

    from mathviz.render import doctor

    findings = doctor.examine()
    if as_json:
        _print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            print(f"{'ok     ' if finding.there else 'MISSING'}  {finding.name}: {finding.found}")
            if not finding.there:
                print(f"         install: {finding.install}")
    raise typer.Exit(0 if all(finding.there for finding in findings) else 1)


@app.command("lint")
def lint_films(
    films: Annotated[list[str] | None, typer.Argument(help="Films by stem, or manimgl scene files; else all.")] = None,
    as_json: Json = False,
    sarif: Annotated[Path | None, typer.Option(help="Also write the findings to this file, as SARIF.")] = None,
    frames: Annotated[Path | None, typer.Option(help="Also draw each finding's frame into this folder.")] = None,
    shape: Shape = "16:9",
    workers: Annotated[int, typer.Option("-j", "--workers", min=1, help="Films that are gone through at once.")] = 2,
    patience: Patience = None,
) -> None:
    """Check what can be read and is safe to watch, in every language and theme. Exit status 1 if there are errors."""
    from mathviz.lint import report
    from mathviz.render import doctor

    project = _project_or_none(*films or [])
    paths = [Path(name) for name in films or [] if name.endswith(".py")]
    stems = [project.require_stem(name) for name in films or [] if not name.endswith(".py")]
    for path in paths:
        if not path.is_file():
            raise NotFound(f"There is no file {path}")
    if sarif:
        disk.require_place(sarif)
    if frames:
        disk.require_folder(frames)
    if paths:
        doctor.require()
    found = report.lint(project, stems if films else project.stems, workers, _say, shape)
    found += [finding for path in paths for finding in report.lint_file(project, path)]
    if sarif:
        disk.write_whole(sarif, report.as_sarif(found).encode())
    print(report.as_json(found) if as_json else report.as_text(found))
    if frames:
        for path in report.mark(project, found, frames):
            _say(f"mathviz: drawn {path}")
    raise typer.Exit(1 if any(each.level == "error" and not each.waived for each in found) else 0)


@app.command("check")
def check_film(stem: Stem, patience: Patience = None, as_json: Json = False) -> None:
    """Everything that must hold before a film is done: script, computation, tests, frames, lint. Status 1 if not."""
    from dataclasses import asdict

    from mathviz.author import check
    from mathviz.render import doctor

    project = _project()
    project.require_stem(stem)
    doctor.require()
    found = []
    for point in check.check(project, stem, _say):
        found.append(point)
        if not as_json:
            print(f"{'ok    ' if point.holds else 'WRONG '}  {point.name}: {point.found}", flush=True)
            if not point.holds:
                print(f"        next: {point.todo}", flush=True)
    if as_json:
        _print_json([asdict(point) for point in found])
    raise typer.Exit(0 if all(point.holds for point in found) else 1)


@app.command("docs")
def show_docs(
    page: Annotated[str | None, typer.Argument(help="A page's name; all are listed when not given.")] = None,
    path: Annotated[bool, typer.Option("--path", help="Print where the page lies instead.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Generate anew what is generated, in a checkout.")] = False,
) -> None:
    """The pages that come with mathviz: list them, or print one as Markdown."""
    from mathviz import docs

    if path and page is None:
        raise typer.BadParameter("--path needs the name of a page")
    if write:
        for changed in docs.write([page] if page else list(docs.GENERATED), app):
            print(changed)
    elif page is None:
        for one in docs.pages():
            print(f"{one.name:16}{one.title}")
    else:
        found = docs.page(page)
        print(found.path if path else found.text, end="\n" if path else "")


Source = Annotated[str | None, typer.Argument(help="A film's stem, or a manimgl scene file; all when not given.")]


def _sources(given: str | None) -> tuple[Project, list[str]]:
    """The project, and the films and scene files that are meant."""
    from mathviz.snapshots import frames

    if given is not None and given.endswith(".py"):
        project = Project.of_scenes(Path(given).resolve().parent)
        return project, [frames.stem_of(project, Path(given))]
    project = Project.of_scenes(Path.cwd())
    if not any(project.scenes.glob("*.py")):
        project = _project()
    return project, [project.require_stem(given)] if given else frames.stems(project)


@frames_app.command("accept")
def accept_frames(
    source: Source = None,
    names: Annotated[list[str] | None, typer.Argument(help="Beats or snapshots; all when none is named.")] = None,
    shape: Shape = "16:9",
    all_of_them: Annotated[bool, typer.Option("--all", help="Every film and scene file of the project.")] = False,
    patience: Patience = None,
) -> None:
    """Make today's frames the references. Look at them first. Refused if they differ when drawn twice."""
    from mathviz.snapshots import accepting, references

    if (source is None) != all_of_them:
        raise typer.BadParameter("name a film or a scene file, or say --all")
    project, stems = _sources(source)
    changed = [path for stem in stems for path in accepting.accept(project, stem, names or [], shape)]
    gone = [path for stem in stems if not names for path in references.remove_strays(project, stem)]
    for path in changed:
        print(f"accepted {path}")
    for path in gone:
        print(f"removed {path}")
    if not changed and not gone:
        print("every frame is its reference already")


@frames_app.command("check")
def check_frames(source: Source = None, shape: Shape = "16:9", patience: Patience = None) -> None:
    """Compare every snapshot with its reference; a failure leaves a report."""
    from mathviz.snapshots import contact_sheet, verdict

    project, stems = _sources(source)
    sheet = contact_sheet.ContactSheet(project)
    for stem in stems:
        for found in verdict.check(project, stem, shape=shape):
            sheet.add(found)
    if not sheet.count:
        raise NotFound(f"Nothing was compared: there is no scene in {', '.join(stems) or project.scenes}")
    for failure in sheet.failures:
        _say(f"FrameMismatch: {failure}")
    print(f"{sheet.count - len(sheet.failures)} of {sheet.count} frames are their references")
    if sheet.failures:
        try:
            _say(f"mathviz: all of them side by side: {sheet.write()}")
        except OSError as error:  # what was found has been said
            _say(f"mathviz: no page shows them: {sentence(error)}")
    raise typer.Exit(1 if sheet.failures else 0)


@frames_app.command("report")
def report_frames(source: Source = None, shape: Shape = "16:9", patience: Patience = None) -> None:
    """Draw every snapshot and write a page with all of them, old, new and difference where they differ."""
    from mathviz.snapshots import contact_sheet, references, verdict

    project, stems = _sources(source)
    disk.require_folder(project.renders / "frames")
    sheet = contact_sheet.ContactSheet(project)
    for stem in stems:
        for found in verdict.check(project, stem, shape=shape):
            sheet.add(found)
    none = sheet.count and not any(references.is_accepted(project, stem) for stem in stems)
    differ = "none has a reference yet" if none else f"{len(sheet.failures)} are not their references"
    print(f"{sheet.write()}  ({sheet.count} frames, {differ})")
