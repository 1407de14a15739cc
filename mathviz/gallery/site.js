// Colours, search and player of the gallery's pages. Nothing plays by itself, nothing is fetched.
"use strict";

const root = document.documentElement;
// The pages' Chinese is in a style sheet, so it is there at once; until then nothing is shown, and nothing moves later.
root.style.visibility = "hidden";
document.fonts.load('1em "Mathviz Han"', "\u6587").catch(() => {}).finally(() => { root.style.visibility = ""; });

const systemIsLight = matchMedia("(prefers-color-scheme: light)");
const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

function remembered() {
  try {
    return localStorage.getItem("mathviz colours") || "system";
  } catch {
    return "system"; // a browser that keeps nothing
  }
}

function remember(colours) {
  try {
    localStorage.setItem("mathviz colours", colours);
  } catch {
    // for this page alone, then
  }
}

root.dataset.colours = remembered(); // before the page is drawn; style.css then shows what needs a script
document.addEventListener("DOMContentLoaded", () => {
  const told = document.getElementById("film");
  const player = told && startPlayer(JSON.parse(told.textContent));
  startColours(player);
  if (document.getElementById("search")) startSearch();
  for (const check of document.querySelectorAll(".checks fieldset")) startCheck(check);
});

// ---- colours: of the page, and of posters and films where there is a light one

function startColours(player) {
  const choice = document.getElementById("colours");
  const show = () => {
    const colours = choice.value;
    root.dataset.colours = colours;
    const media = { system: "(prefers-color-scheme: light)", light: "all", dark: "not all" }[colours];
    for (const source of document.querySelectorAll("source[data-light]")) source.media = media;
    if (player) player.show(colours === "light" || (colours === "system" && systemIsLight.matches) ? "light" : "dark");
  };
  choice.value = remembered();
  choice.addEventListener("change", () => { remember(choice.value); show(); });
  systemIsLight.addEventListener("change", show);
  show();
}

// ---- questions after a film: what was chosen is judged at once; the answer can be opened without a script

function startCheck(check) {
  const said = check.querySelector("[role=status]");
  check.addEventListener("change", (event) => {
    said.textContent = "right" in event.target.dataset ? said.dataset.right : said.dataset.wrong;
  });
}

// ---- search: every word, and every topic that is chosen

function startSearch() {
  const field = document.getElementById("search");
  const said = document.getElementById("found");
  const films = [...document.querySelectorAll(".film")];
  const topics = [...document.querySelectorAll("[data-topic]")];
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = topics.filter((topic) => topic.ariaPressed === "true").map((topic) => topic.dataset.topic);
    let count = 0;
    for (const film of films) {
      const has = JSON.parse(film.dataset.topics);
      const fits = words.every((word) => film.dataset.words.includes(word)) && chosen.every((topic) => has.includes(topic));
      film.hidden = !fits;
      count += fits;
    }
    const line = said.dataset.found.replace("{count}", count).replace("{all}", films.length);
    said.textContent = count ? line : said.dataset.nothing;
  };
  field.form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", show);
  for (const topic of topics) {
    topic.addEventListener("click", () => {
      topic.ariaPressed = topic.ariaPressed === "true" ? "false" : "true";
      show();
    });
  }
  show();
}

// ---- the player: chapters, captions, keys

function startPlayer(film) {
  const video = document.getElementById("video");
  const captions = document.getElementById("captions");
  const places = [...document.querySelectorAll("#chapters li")];
  const track = tracksOf(video, film, captions.textContent);

  const here = () => {
    const at = film.chapters.findLastIndex((chapter) => chapter.start <= video.currentTime + 0.01);
    return Math.max(at, 0);
  };
  const mark = () => {
    const at = here();
    places.forEach((place, index) => {
      if (index === at && video.currentTime > 0) place.setAttribute("aria-current", "true");
      else place.removeAttribute("aria-current");
    });
  };
  const seek = (seconds) => {
    video.currentTime = Math.min(Math.max(seconds, 0), film.duration);
    mark();
  };
  const step = (by) => {
    // Back from within a chapter is to its own beginning.
    const within = video.currentTime - film.chapters[here()].start > 2;
    const at = by < 0 && within ? here() : here() + by;
    if (at >= 0 && at < film.chapters.length) seek(film.chapters[at].start);
  };
  const toggleCaptions = () => { track.mode = track.mode === "showing" ? "hidden" : "showing"; };
  const togglePlay = () => (video.paused ? video.play() : video.pause());
  const keys = {
    k: togglePlay, j: () => seek(video.currentTime - 5), l: () => seek(video.currentTime + 5),
    n: () => step(1), p: () => step(-1), c: toggleCaptions,
    f: () => (document.fullscreenElement ? document.exitFullscreen() : video.requestFullscreen()),
  };

  document.getElementById("chapters").addEventListener("click", (event) => {
    const link = event.target.closest("[data-start]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    seek(Number(link.dataset.start));
    if (!lessMotion.matches) video.play();
  });
  document.getElementById("player").addEventListener("keydown", (event) => {
    const act = keys[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
  document.getElementById("previous").addEventListener("click", () => step(-1));
  document.getElementById("next").addEventListener("click", () => step(1));
  captions.addEventListener("click", toggleCaptions);
  video.textTracks.addEventListener("change", () => { captions.ariaPressed = String(track.mode === "showing"); });
  video.addEventListener("timeupdate", mark);
  video.addEventListener("seeked", mark);
  const wanted = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash); // as search results lead to a chapter
  if (wanted) seek(Number(wanted[1]));
  return { show: (theme) => showTheme(video, film, theme) };
}

// The page's own cues instead of <track>, which a browser does not read beside a page from a file.
function tracksOf(video, film, label) {
  for (const element of video.querySelectorAll("track")) element.remove();
  const track = video.addTextTrack("captions", label.trim(), film.language);
  track.mode = "hidden";
  for (const told of film.cues) {
    const cue = new VTTCue(told.start, told.end, told.text);
    cue.line = 0; // at the top: the film has its captions at the bottom, as part of the picture
    track.addCue(cue);
  }
  const chapters = video.addTextTrack("chapters", "", film.language);
  chapters.mode = "hidden";
  film.chapters.forEach((chapter, index) => {
    const end = film.chapters[index + 1]?.start ?? film.duration;
    chapters.addCue(new VTTCue(chapter.start, end, chapter.title));
  });
  return track;
}

// The film of this theme, at the same moment; the dark one where there is no other.
function showTheme(video, film, theme) {
  const poster = film.posters[theme] ?? film.posters.dark;
  if (video.getAttribute("poster") !== poster) video.setAttribute("poster", poster);
  const wanted = [...video.querySelectorAll("source")].find((source) => !source.media || matchMedia(source.media).matches);
  if (!video.currentSrc || wanted.src === video.currentSrc) return;
  const { currentTime, paused } = video;
  video.load();
  if (currentTime > 0) video.currentTime = currentTime;
  if (!paused) video.play();
}
