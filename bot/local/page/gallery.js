// The gallery: what the library started with.

import { listPosts } from "/static/api.js";
import { element } from "/static/parts.js";
import { text, titleOf } from "/static/text.js";
import { openViewer } from "/static/viewer.js";

const PAGE = 60;
const tiles = document.getElementById("gallery-tiles");
const lead = document.getElementById("gallery-lead");
const more = document.getElementById("gallery-more");

let illustrations = [];
let remaining = 0;
let problem = null;
let busy = false;
let outdated = true;

more.addEventListener("click", () => load());

/** The library has grown: what is shown is no longer all of it. */
export function outdateGallery() {
  outdated = true;
}

/** Load the first page, unless what is shown is up to date or somebody is at work with it. */
export async function openGallery() {
  const inUse = illustrations.length > PAGE || tiles.contains(document.activeElement);
  if (outdated && !busy && !inUse) await load({ fresh: true });
}

/** Draw everything anew, after the language has changed. */
export function showGallery() {
  const key = illustrations.length ? "galleryLead" : "galleryEmpty";
  lead.textContent = problem ? problem.reading : text(key);
  more.hidden = remaining <= 0;
  tiles.replaceChildren(...illustrations.map((one, index) => tile(one, index)));
}

async function load({ fresh = false } = {}) {
  if (busy) return;
  busy = true;
  if (fresh) outdated = false;
  const known = fresh ? [] : illustrations;
  try {
    const { posts, total } = await listPosts("gallery", PAGE, known.at(-1)?.id);
    illustrations = [...known, ...posts];
    remaining = posts.length < PAGE ? 0 : total - illustrations.length;
    problem = null;
  } catch (error) {
    problem = error;
    outdated ||= fresh;
  } finally {
    busy = false;
  }
  showGallery();
  if (known.length) tiles.children[known.length]?.querySelector("button").focus();
}

function tile(one, index) {
  const title = titleOf(one);
  return element(
    "li",
    {},
    element(
      "button",
      {
        type: "button",
        class: "tile",
        "aria-label": text("openPlain", { title }),
        click: () => openViewer(index, illustrations),
      },
      element("img", { src: one.thumbnail, alt: "", loading: "lazy", decoding: "async" }),
      element("span", { class: "tile-title" }, title),
    ),
  );
}
