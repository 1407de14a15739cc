// The film as the server last told it, one beat at a time. Only where one looks is this page's own.
"use strict";

const element = (id) => document.getElementById(id);
const made = (name, attributes = {}, ...children) => {
  const space = ["rect", "line", "text"].includes(name) && "http://www.w3.org/2000/svg";
  const node = space ? document.createElementNS(space, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

let film = null;      // what the server told last
let beat = "";        // the beat that is looked at
let frame = 0;        // of that beat
let playing = false;
let following = true; // show what is being drawn, until somebody looks for another place
let jumped = null;    // the last jump that was made
let target = null;    // the caption to be seen as soon as its clip is there
let front = element("a");
let behind = element("b");
let loading = 0;
let source = null;

const here = () => film.beats.find((each) => each.id === beat) ?? film.beats[0];
const at = () => film.beats.indexOf(here());
const seconds = (frames) => (frames / film.fps).toFixed(2);

// ---- the server

function listen(language, theme) {
  source?.close();
  const wish = new URLSearchParams();
  if (language) wish.set("language", language);
  if (theme) wish.set("theme", theme);
  history.replaceState(null, "", `?${wish}`);
  source = new EventSource(`events?${wish}`);
  source.onmessage = (event) => told(JSON.parse(event.data));
  source.onerror = () => { element("note").textContent = "the preview does not answer; trying again"; };
}

function told(news) {
  const first = film === null;
  const other = !first && (film.language !== news.language || film.theme !== news.theme);
  film = news;
  if (!film.beats.length) return showWords();
  if (first || !film.beats.some((each) => each.id === beat)) look(film.beats[0].id, Infinity); // its last frame: the first is empty
  if (first) jumped = film.jump?.serial ?? 0;
  if (other) following = true;
  if (film.jump && film.jump.serial > jumped) jump(film.jump);
  showWords();
  showPicture();
}

function jump({ serial, beat: to, caption }) {
  jumped = serial;
  if (film.beats.every((each) => each.id !== to)) return;
  if (to !== beat) look(to, 0);
  following = true;
  target = { beat: to, caption, clip: here().clip };
}

// ---- the picture

function look(to, where) {
  beat = to;
  frame = where;
}

// The new clip of an edited caption begins to be looked at where the caption is there.
function arrive(now) {
  if (!target || target.beat !== now.id || !now.good) return;
  const cues = now.cues.filter(([, text]) => text);
  if (target.caption !== null && cues[target.caption]) frame = Math.min(cues[target.caption][0] + 1, now.frames - 1);
  target = null;
}

function showPicture() {
  const now = here();
  arrive(now);
  frame = Math.max(0, Math.min(frame, now.frames - 1));
  const glimpse = element("glimpse");
  const fresh = now.glimpse && !now.good && (following || !now.clip);
  if (fresh && glimpse.getAttribute("src") !== now.glimpse.src) glimpse.src = now.glimpse.src;
  if (fresh) {
    glimpse.hidden = false;
    glimpse.dataset.frame = now.glimpse.frame;
    if (playing) pause();
  }
  element("nothing").hidden = Boolean(now.clip) || fresh;
  if (now.clip) showClip(now.clip, !fresh);
  else {
    front.hidden = behind.hidden = true;
    if (!fresh) glimpse.hidden = true;
  }
  showWhere();
}

// What was there stays until the new clip has the frame that is looked at.
function showClip(clip, uncover) {
  const reveal = () => { if (uncover) element("glimpse").hidden = true; };
  if (front.dataset.clip === clip) {
    loading += 1;
    front.hidden = false;
    if (!playing) seek(front);
    reveal();
    return;
  }
  const token = ++loading;
  const next = behind;
  next.dataset.clip = clip;
  next.src = clip;
  next.onloadeddata = () => {
    if (token !== loading) return;
    next.onseeked = () => {
      next.onseeked = null;
      if (token !== loading) return;
      [front, behind] = [next, front];
      front.hidden = false;
      behind.hidden = true;
      behind.pause();
      reveal();
      if (playing) start();
    };
    next.currentTime = (frame + 0.5) / film.fps;
  };
}

function seek(video) {
  const time = (frame + 0.5) / film.fps;
  if (video.readyState && Math.abs(video.currentTime - time) > 1e-4) video.currentTime = time;
}

function start() {
  const video = front;
  const count = (_, shown) => {
    if (!playing || video !== front) return;
    frame = Math.min(Math.floor(shown.mediaTime * film.fps + 0.01), here().frames - 1);
    showWhere();
    video.requestVideoFrameCallback(count);
  };
  video.onended = () => {
    if (!playing || video !== front) return;
    const next = film.beats[at() + 1];
    if (!next?.clip) return pause();
    look(next.id, 0);
    showPicture();
    showWords();
  };
  video.requestVideoFrameCallback(count);
  video.play().catch(pause);
}

function play() {
  if (!here().clip) return;
  following = false;
  playing = true;
  if (frame >= here().frames - 1) frame = 0;
  seek(front);
  showPicture();
  start();
}

function pause() {
  playing = false;
  front.pause();
  showWhere();
}

// ---- moving about: whoever does wants to see that place, not what is being drawn

function go(to, where) {
  pause();
  following = false;
  target = null;
  look(to, where);
  showPicture();
  showWords();
}

function step(by) {
  const now = here();
  const moved = frame + by;
  if (moved >= 0 && moved < now.frames) return go(now.id, moved);
  const next = film.beats[at() + by];
  if (next) go(next.id, by > 0 ? 0 : next.frames - 1);
}

function walk(by) {
  const next = film.beats[at() + by];
  if (next) go(next.id, 0);
}

function scrub(whole) {
  let left = whole;
  for (const each of film.beats) {
    if (left < each.frames) return go(each.id, left);
    left -= each.frames;
  }
}

// ---- everything around the picture

function showWhere() {
  const now = here();
  const before = film.beats.slice(0, at()).reduce((sum, each) => sum + each.frames, 0);
  const all = film.beats.reduce((sum, each) => sum + each.frames, 0);
  const bar = element("scrub");
  bar.max = Math.max(all - 1, 0);
  bar.value = before + frame;
  bar.setAttribute("aria-valuetext", `${now.id}, frame ${frame} of ${now.frames}`);
  element("where").textContent = `${now.id} · frame ${frame} of ${now.frames} · ${seconds(frame)} s`;
  element("where").dataset.frame = frame;
  element("play").textContent = playing ? "Pause" : "Play";
  element("play").setAttribute("aria-pressed", String(playing));
  showBoxes();
}

function showWords() {
  document.title = `${film.error ? "✗ " : ""}${film.title} · mathviz preview`;
  element("title").textContent = film.title;
  element("note").textContent = film.note;
  element("error").hidden = !film.error;
  if (film.error) {
    const where = film.error.beat && !film.error.text.includes(film.error.beat) ? `${film.error.beat}: ` : "";
    element("error-text").textContent = where + film.error.text;
    element("traceback").textContent = film.error.traceback;
    element("stay").hidden = !film.beats.some((beat) => beat.clip);
  }
  element("first").hidden = !film.first.length;
  element("first-places").replaceChildren(...film.first.map(({ place, says }) => made("li", {}, made("code", {}, place), ` ${says}`)));
  showChoices();
  showBeats();
  showFindings();
}

function showChoices() {
  const box = element("languages");
  if (box.children.length !== film.languages.length) {
    box.replaceChildren(...film.languages.map((language) => {
      const button = made("button", { type: "button", "data-language": language }, language);
      button.addEventListener("click", () => listen(language, film.theme));
      return button;
    }));
  }
  for (const button of box.children) button.setAttribute("aria-pressed", String(button.dataset.language === film.language));
  for (const button of element("themes").children) {
    button.setAttribute("aria-pressed", String(button.dataset.theme === film.theme));
  }
}

function stateOf(each) {
  if (each.doing !== null) return each.glimpse ? `being drawn, frame ${each.glimpse.frame}` : "being looked at";
  if (!each.good) return each.clip ? "as it was" : "waits";
  return film.drawn.includes(each.id) ? `drawn now, ${seconds(each.frames)} s` : `${seconds(each.frames)} s`;
}

function showBeats() {
  const list = element("beats"), line = element("timeline");
  if ([...list.children].map((item) => item.dataset.beat).join() !== film.beats.map((each) => each.id).join()) {
    list.replaceChildren(...film.beats.map((each) => {
      const button = made("button", { type: "button" }, made("span"), made("code"), made("span", { class: "state" }));
      button.addEventListener("click", () => go(each.id, 0));
      return made("li", { "data-beat": each.id }, button);
    }));
    line.replaceChildren(...film.beats.map((each, index) => {
      const button = made("button", { type: "button", title: each.id, "aria-label": each.id }, String(index));
      button.addEventListener("click", () => go(each.id, 0));
      return button;
    }));
  }
  film.beats.forEach((each, index) => {
    const item = list.children[index], cell = line.children[index];
    const [chapter, id, state] = item.firstChild.children;
    chapter.textContent = each.chapter;
    chapter.lang = film.language;
    id.textContent = each.id;
    state.textContent = stateOf(each);
    item.className = film.drawn.includes(each.id) && each.good ? "new" : "";
    cell.className = each.good ? "" : "old";
    cell.style.flexGrow = Math.max(each.frames, film.fps);
    for (const node of [item, cell]) {
      if (each.id === here().id) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
  });
}

function showFindings() {
  const open = film.findings.filter((each) => !each.waived);
  const waived = film.findings.length - open.length;
  const said = open.length ? `${open.length} open` : "nothing";
  element("findings-note").textContent = film.linted ? `${said}${waived ? `, ${waived} waived` : ""}` : "not looked at yet";
  element("findings").replaceChildren(...open.map((each) => {
    const place = made("button", { type: "button" }, `${each.beat || "the film"} at ${each.into.toFixed(1)} s`);
    place.addEventListener("click", () => each.beat && go(each.beat, Math.ceil(each.into * film.fps)));
    const level = made("span", { class: `${each.level}-level` }, `${each.rule} ${each.level}`);
    const limit = each.limit ? `; the limit is ${each.limit}. ${each.advice}` : "";
    return made("li", {}, place, level, `${each.what}: ${each.measured}${limit}`);
  }));
}

function showBoxes() {
  const shown = film.findings.filter((each) => each.box && !each.waived && each.beat === here().id
    && here().good && frame / film.fps >= each.into - 0.5 / film.fps);
  element("boxes").replaceChildren(...shown.flatMap((each) => {
    const [left, bottom, right, top] = each.box;
    const box = { x: 1000 * left - 4, y: 562 * (1 - top) - 4, width: 1000 * (right - left) + 8, height: 562 * (top - bottom) + 8 };
    return [made("rect", box), made("text", { x: Math.max(box.x, 4), y: Math.max(box.y - 8, 22) }, each.rule)];
  }));
}

// ---- safe area and grid, from the lint's limits and the scene's units

async function drawOverlays() {
  const { safe, units: [wide, high] } = await (await fetch("limits.json")).json();
  const area = { x: 1000 * safe.x, y: 562 * safe.y, width: 1000 * (1 - 2 * safe.x), height: 562 * (1 - 2 * safe.y) };
  for (const [name, value] of Object.entries(area)) element("safe").setAttribute(name, value);
  const lines = [];
  for (let x = -Math.floor(wide / 2); x <= wide / 2; x++) {
    const px = 1000 * (0.5 + x / wide);
    lines.push(made("line", { x1: px, x2: px, y1: 0, y2: 562, class: x ? null : "axis" }));
  }
  for (let y = -Math.floor(high / 2); y <= high / 2; y++) {
    const px = 562 * (0.5 - y / high);
    lines.push(made("line", { x1: 0, x2: 1000, y1: px, y2: px, class: y ? null : "axis" }));
  }
  element("grid").replaceChildren(...lines);
}

function toggle(name) {
  const button = element(`${name}-button`), shown = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(shown));
  element(name).toggleAttribute("hidden", !shown);
}

// ---- buttons and keys

const acts = {
  play: () => (playing ? pause() : play()), back: () => step(-1), forward: () => step(1),
  previous: () => walk(-1), next: () => walk(1),
  "safe-button": () => toggle("safe"), "grid-button": () => toggle("grid"),
};
const keys = {
  " ": acts.play, arrowleft: acts.back, arrowright: acts.forward, arrowup: acts.previous, arrowdown: acts.next,
  "[": acts.previous, "]": acts.next, s: acts["safe-button"], g: acts["grid-button"],
  l: () => listen(film.languages[(film.languages.indexOf(film.language) + 1) % film.languages.length], film.theme),
  t: () => listen(film.language, film.theme === "dark" ? "light" : "dark"),
};

for (const [id, act] of Object.entries(acts)) element(id).addEventListener("click", () => film?.beats.length && act());
for (const button of element("themes").children) {
  button.addEventListener("click", () => film && listen(film.language, button.dataset.theme));
}
element("scrub").addEventListener("input", (event) => film && scrub(Number(event.target.value)));
document.addEventListener("keydown", (event) => {
  const act = keys[event.key.toLowerCase()];
  if (!act || !film?.beats.length || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target.closest("button, summary")) return; // presses that
  if (event.target.closest("pre, .beats ol") && event.key.startsWith("Arrow") && event.target.tagName !== "BUTTON") return;
  event.preventDefault();
  act();
});

drawOverlays();
const asked = new URLSearchParams(location.search);
listen(asked.get("language"), asked.get("theme"));
