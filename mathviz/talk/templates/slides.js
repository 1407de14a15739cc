// A talk: films that pause where a step ends, at exactly its last frame, until somebody goes on.
// A place is a number of steps that have been shown: 0 is the first film's first frame, k the last frame of step k.
"use strict";

const talk = JSON.parse(document.getElementById("talk").textContent);
const { films, steps, words } = talk;
const body = document.body;
const stage = document.getElementById("stage");
const videos = [...stage.querySelectorAll("video")];
const marks = [...document.querySelectorAll("#progress i")];
const black = document.getElementById("black");
const help = document.getElementById("help");
const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");
const beats = films.flatMap((film, at) => film.beats.map((beat, number) => ({ ...beat, film: at, number })));

let at = 0; // the place that was reached last
let state = "rests"; // or plays, towards the next place; or loops, at this one
let video = videos[0];
let goal = null; // first and last frame of what is played now
let loops = !lessMotion.matches;
let since = null; // when the talk began
let sought = 0; // how often a frame was gone to

// ---- frames: a time in the middle of one is certainly within it

const middle = (film, frame) => ((frame + 0.5) * film.fps[1]) / film.fps[0];
const frameAt = (film, seconds) => Math.floor((seconds * film.fps[0]) / film.fps[1] + 1e-3);
const filmOf = (element) => films[videos.indexOf(element)];
const here = () => frameAt(filmOf(video), video.currentTime);

function load() {
  for (const [index, element] of videos.entries()) {
    const parts = [...document.querySelectorAll(`script[data-film="${index}"]`)];
    const blob = new Blob(parts.map((part) => bytes(part.textContent)), { type: "video/mp4" });
    for (const part of parts) part.remove();
    element.addEventListener("timeupdate", () => watch(element)); // also where no frame is shown, as under other windows
    element.addEventListener("ended", () => watch(element, filmOf(element).frames - 1));
    element.addEventListener("seeked", () => tell());
    element.addEventListener("error", () => say(words.unplayable, 0));
    element.src = URL.createObjectURL(blob);
    element.currentTime = middle(films[index], 0);
    follow(element);
  }
}

function bytes(text) {
  const read = atob(text.trim());
  const found = new Uint8Array(read.length);
  for (let index = 0; index < read.length; index++) found[index] = read.charCodeAt(index);
  return found;
}

// Every frame that is shown is looked at, while it is: the last one of a step is not left any more.
function follow(element) {
  if (element.requestVideoFrameCallback) {
    const shown = (_, about) => {
      watch(element, frameAt(filmOf(element), about.mediaTime));
      element.requestVideoFrameCallback(shown);
    };
    element.requestVideoFrameCallback(shown);
  } else {
    const look = () => {
      watch(element);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }
}

function watch(element, frame = frameAt(filmOf(element), element.currentTime)) {
  if (element !== video) return;
  body.dataset.frame = frame;
  if (!goal || element.seeking) return;
  if (frame >= goal.last) arrive();
  else progress(frame);
}

function arrive() {
  const reached = goal;
  goal = null;
  video.pause();
  // What was shown a moment too long is taken back. Beats begin as the one before ends, so nobody sees it.
  if (here() !== reached.last || video.ended) video.currentTime = middle(filmOf(video), reached.last);
  if (state === "plays") at += 1;
  state = "rests";
  tell();
  const step = steps[at - 1];
  if (step?.loop && loops) setTimeout(() => { if (state === "rests" && steps[at - 1] === step) goRound(step); }, 400);
}

function goRound(step) {
  if (!loops || !black.hidden) return;
  state = "loops";
  run(step.film, step.round, step.end - 1);
}

// Play frames of a film, from where it stands if that is right before them.
function run(film, first, last) {
  show(film);
  goal = null;
  const stands = here();
  if (first > 0 && (stands === first - 1 || stands === first)) start(first, last);
  else if (first === 0 && stands === 0) start(first, last);
  else {
    const mine = ++sought;
    video.addEventListener("seeked", () => { if (mine === sought) start(first, last); }, { once: true });
    video.currentTime = middle(films[film], first);
  }
  tell();
}

function start(first, last) {
  goal = { first, last };
  if (first === last) {
    video.currentTime = middle(filmOf(video), last);
    arrive();
    return;
  }
  video.play().catch((fault) => { if (fault.name !== "AbortError") say(words.unplayable, 0); });
}

function show(film) {
  if (videos[film] !== video) video.pause();
  video = videos[film];
  for (const element of videos) element.classList.toggle("shown", element === video);
}

// ---- going on, back, and elsewhere

function next() {
  if (state === "plays") settle(at + 1); // to the end of what is played
  else if (at < steps.length) {
    since ??= Date.now();
    const step = steps[at];
    state = "plays";
    run(step.film, step.first, step.end - 1);
  } else say(words.end);
}

function back() {
  settle(state === "plays" ? at : at - 1);
}

// Show a place at once, at rest; what was to be played once its first frame is there is not.
function settle(place) {
  sought += 1;
  at = Math.min(Math.max(place, 0), steps.length);
  goal = null;
  state = "rests";
  const step = steps[at - 1];
  show(step ? step.film : steps[0].film);
  video.pause();
  video.currentTime = middle(filmOf(video), step ? step.end - 1 : 0);
  tell();
}

function jump(number) {
  const beat = beats[number - 1];
  if (!beat) return say(words.beats.replace("{count}", beats.length));
  settle(steps.findIndex((step) => step.film === beat.film && step.beat === beat.number));
  next();
}

function again() {
  jump(beatHere() + 1);
}

function blank() {
  black.hidden = !black.hidden;
  if (!black.hidden) video.pause();
  else if (goal) video.play();
  else if (steps[at - 1]?.loop && state === "rests") goRound(steps[at - 1]);
  tell();
}

// ---- what is said: progress, messages, the speaker's window

function beatHere() {
  const step = steps[state === "plays" ? at : Math.max(at - 1, 0)];
  return beats.findIndex((beat) => beat.film === step.film && beat.number === step.beat);
}

function progress(frame) {
  const step = steps[state === "plays" ? at : Math.max(at - 1, 0)];
  const current = beatHere();
  const { first, end } = beats[current];
  const done = state === "loops" ? 1 : at === 0 && state === "rests" ? 0 : (frame + 1 - first) / (end - first);
  marks.forEach((mark, index) => {
    mark.style.width = `${100 * (index < current ? 1 : index > current ? 0 : Math.min(Math.max(done, 0), 1))}%`;
  });
}

function tell() {
  body.dataset.at = at;
  body.dataset.state = state;
  body.dataset.beat = beatHere() + 1;
  const frame = state === "plays" ? here() : at ? steps[at - 1].end - 1 : 0;
  progress(frame);
  const beat = beats[beatHere()];
  const text = [beat.chapter, ...beat.captions.map((parts) => parts.join(""))].join(". ");
  const said = document.getElementById("said");
  if (said.textContent !== text) said.textContent = text;
  if (location.hash !== `#${at}`) {
    try {
      history.replaceState(null, "", `#${at}`); // so that a page that is loaded anew is where it was
    } catch {
      // a browser that has no history for files
    }
  }
  if (speaker && !speaker.closed) note();
}

let quiet = 0;
function say(text, seconds = 2.5) {
  clearTimeout(quiet);
  document.getElementById("message").textContent = text;
  if (seconds) quiet = setTimeout(() => say("", 0), 1000 * seconds);
}

let speaker = null;
function openNotes() {
  if (speaker && !speaker.closed) return speaker.focus();
  speaker = window.open("", "", "popup,width=900,height=760");
  if (!speaker) return say(words.popup, 6);
  const page = speaker.document;
  page.title = `${words.notes}: ${document.title}`;
  page.documentElement.lang = document.documentElement.lang;
  page.documentElement.dataset.theme = document.documentElement.dataset.theme;
  for (const style of document.querySelectorAll("style")) page.head.append(page.importNode(style, true));
  page.body.replaceChildren(page.importNode(document.getElementById("notes").content, true));
  page.querySelector("h1").textContent = document.title;
  speaker.addEventListener("keydown", onKey);
  setInterval(clock, 500);
  note();
}

function note() {
  const page = speaker.document;
  const current = beatHere();
  fill(page.querySelector(".here"), beats[current]);
  page.querySelector(".number").textContent = `${current + 1}/${beats.length}`;
  const after = page.querySelector(".after");
  after.hidden = current + 1 >= beats.length;
  if (!after.hidden) fill(after, beats[current + 1]);
  page.querySelector(".sources ul").replaceChildren(...films[beats[current].film].references.map((source) => {
    const line = page.createElement("li");
    line.textContent = `${source.text} `;
    if (source.link) {
      const link = page.createElement("a");
      Object.assign(link, { href: source.link, textContent: source.link, target: "_blank", rel: "noopener" });
      line.append(link);
    }
    return line;
  }));
  clock();
}

function fill(section, beat) {
  const page = section.ownerDocument;
  section.querySelector(".chapter").textContent = beat.chapter;
  section.querySelector(".said").replaceChildren(...beat.captions.map((parts) => {
    const line = page.createElement("p");
    parts.forEach((part, index) => {
      const piece = page.createElement("span");
      piece.textContent = part;
      if (index % 2) piece.className = "formula";
      line.append(piece);
    });
    return line;
  }));
}

function clock() {
  if (!speaker || speaker.closed) return;
  const two = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const seconds = since === null ? 0 : Math.floor((now - since) / 1000);
  speaker.document.querySelector(".now").textContent = `${two(now.getHours())}:${two(now.getMinutes())}`;
  speaker.document.querySelector(".since").textContent = `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

// ---- keys, which a remote presses too, and clicks

let typed = "";
const moves = {
  ArrowRight: next, ArrowDown: next, PageDown: next, " ": next, n: next,
  ArrowLeft: back, ArrowUp: back, PageUp: back, Backspace: back,
  Home: () => settle(0), End: () => settle(steps.length), r: again,
};
const others = {
  b: blank, ".": blank, s: openNotes,
  f: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
  p: () => { const bar = document.getElementById("progress"); bar.hidden = !bar.hidden; },
  l: () => {
    loops = !loops;
    if (!loops && state === "loops") settle(at);
    else if (loops && state === "rests" && steps[at - 1]?.loop) goRound(steps[at - 1]);
    say(loops ? words.loops : words.stays);
  },
  "?": () => (help.open ? help.close() : help.showModal()),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (help.open && key !== "?") return; // the dialog's own keys
  if (/^\d$/.test(key)) {
    typed = (typed + key).slice(-3);
    return say(typed, 4);
  }
  if (key === "Enter") {
    const number = Number(typed);
    typed = "";
    say("", 0);
    event.preventDefault();
    return number ? go(() => jump(number)) : go(next);
  }
  if (key === "Escape") {
    typed = "";
    if (!black.hidden) blank();
    return say("", 0);
  }
  const act = moves[key] ? () => go(moves[key]) : others[key];
  if (!act) return;
  event.preventDefault();
  typed = "";
  act();
}

// In the dark a key that goes somewhere only brings the light back.
function go(move) {
  if (black.hidden) move();
  else blank();
}

document.addEventListener("keydown", onKey);
stage.addEventListener("click", (event) => go(event.clientX < innerWidth / 3 ? back : next));
let idle = 0;
document.addEventListener("pointermove", () => {
  stage.classList.remove("still");
  clearTimeout(idle);
  idle = setTimeout(() => stage.classList.add("still"), 2000);
});
addEventListener("pagehide", () => { if (speaker && !speaker.closed) speaker.close(); });

load();
settle(Number(/^#(\d+)$/.exec(location.hash)?.[1] ?? 0));
