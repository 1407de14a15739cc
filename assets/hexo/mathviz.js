// The tag {% mathviz STEM [LANGUAGE] %} for Hexo: a film as `mathviz embed STEM --format html` prints it.
//
// Copy this file to the blog's scripts/, and render with `mathviz render STEM --out BLOG/source/films`.
// In _config.yml:
//   skip_render: films/**      transcripts are files, not posts
//   mathviz: {folder: films}   where under source/ the films lie; this is the default
"use strict";

const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const WORDS = {
  en: { captions: "Captions", transcript: "Transcript" },
  zh: { captions: "字幕", transcript: "文字稿" },
};
const HTML_LANGUAGES = { zh: "zh-CN" };
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };

const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => ESCAPES[sign]);
// The manifest has words and formulas in turn; what is a formula is decided where the film is made.
const formulas = (parts) =>
  [].concat(parts).map((part, at) => (at % 2 ? `<span class="formula">${escaped(part)}</span>` : escaped(part))).join("");

hexo.extend.tag.register("mathviz", function ([stem, chosen]) {
  if (!/^[a-z][a-z0-9_]*$/.test(stem ?? "")) throw new Error(`mathviz: {% mathviz STEM LANGUAGE %} needs a film's stem, found ${stem}`);
  const first = [].concat(hexo.config.language).find((code) => code && code !== "default");
  const language = String(chosen ?? this.lang ?? this.language ?? first ?? "en").slice(0, 2).toLowerCase();
  if (!/^[a-z]{2}$/.test(language)) throw new Error(`mathviz: ${stem}: needs a language such as zh, found ${language}`);
  const folder = (hexo.config.mathviz?.folder ?? "films").replace(/^\/+|\/+$/g, "");
  const manifest = (name) => read(join(hexo.source_dir, folder, stem, `${name}.json`));

  const name = `${stem}.${language}`;
  const told = manifest(name);
  if (!told) throw new Error(`mathviz: ${stem} is not rendered in '${language}'. Render it: mathviz render ${stem} --lang ${language} --out ${join(hexo.source_dir, folder)}`);
  const url = hexo.extend.helper.get("url_for").bind({ config: hexo.config });
  const media = (ending) => escaped(url(`/${folder}/${stem}/${name}${ending}`));
  const words = WORDS[language] ?? WORDS.en;
  const html = HTML_LANGUAGES[language] ?? language;
  const id = `mathviz-${stem}-${language}`;
  const lines = [
    `<figure class="mathviz" lang="${html}">`,
    `<video controls playsinline preload="metadata" width="${Number(told.width)}" height="${Number(told.height)}" style="max-width: 100%; height: auto" poster="${media(".poster.webp")}" aria-label="${escaped(told.title)}" aria-describedby="${id}">`,
    ...sources(manifest(`${name}.light`), media, ".light", ` media="(prefers-color-scheme: light)"`),
    ...sources(told, media),
    `<track kind="captions" src="${media(".vtt")}" srclang="${html}" label="${words.captions}">`,
    `<track kind="chapters" src="${media(".chapters.vtt")}" srclang="${html}">`,
    `</video>`,
    `<figcaption><strong>${escaped(told.title)}</strong> ${escaped(told.question)}</figcaption>`,
    `<details id="${id}">`,
    `<summary>${words.transcript}</summary>`,
    `<p>${escaped(told.alt)}</p>`,
    ...told.beats.filter((beat) => beat.id !== "question").map((beat) =>
      `<p><strong>${escaped(beat.chapter)}</strong>${beat.captions.map((text) => `<br>${formulas(text)}`).join("")}</p>`),
    `</details>`,
    `</figure>`,
  ];
  return lines.filter(Boolean).join("\n");
});

// What a browser chooses from, in the theme of this manifest.
function sources(told, media, theme = "", query = "") {
  if (!told) return [];
  const webm = told.webm ? [`<source${query} src="${media(`${theme}.webm`)}" type="video/webm; codecs=${escaped(told.webm)}">`] : [];
  return [...webm, `<source${query} src="${media(`${theme}.mp4`)}" type="video/mp4">`];
}

// The manifest, undefined where there is none.
function read(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw new Error(`mathviz: ${path}: ${error.message}`);
  }
}
