// Choosing examples: the newest illustrations of the library, and files from this computer.

import { listPosts, postImage } from "/static/api.js";
import { addPosted } from "/static/channel.js";
import { button, element, refill, tell } from "/static/parts.js";
import { number, text, titleOf } from "/static/text.js";

const STEP = 24;
// As many as the server lists at once.
const MOST_OFFERED = 192;

let offered = [];
let wanted = STEP;
let remaining = 0;
let problems = [];
let adding = 0;
const chosen = new Set();

/** Load what can be chosen; what is chosen stays so. */
export async function openPicker() {
  try {
    const pages = await Promise.all(["posted", "gallery"].map((origin) => listPosts(origin, wanted)));
    const found = pages.flatMap((page) => page.posts).slice(0, wanted);
    remaining = pages.reduce((sum, page) => sum + page.total, 0) - found.length;
    const known = new Set(found.map((one) => one.id));
    offered = [...offered.filter((one) => chosen.has(one.id) && !known.has(one.id)), ...found];
    problems = [];
  } catch (error) {
    problems = [error];
  }
  showPicker();
}

/** The ids of what is chosen, in the order of choosing. */
export const chosenExamples = () => [...chosen];

export function clearPicker() {
  chosen.clear();
  showPicker();
}

/** Draw everything anew. */
export function showPicker() {
  const picker = document.getElementById("picker");
  const input = element("input", { type: "file", accept: "image/*", multiple: true, hidden: true });
  input.addEventListener("change", () => addExamples([...input.files]));
  const tiles = element("ul", { class: "tiles gallery-tiles", "aria-labelledby": "picker-label" });
  tiles.append(...offered.map(tile));
  const none = problems.length ? [] : [element("p", { class: "note" }, text("nothingToChoose"))];
  refill(
    picker,
    element("p", { class: "label", id: "picker-label" }, text("examples")),
    ...problems.map(tell),
    ...(offered.length ? [tiles] : none),
    ...(adding ? [element("p", { class: "note", role: "status" }, text("reading"))] : []),
    element(
      "div",
      { class: "actions" },
      remaining > 0 && wanted < MOST_OFFERED ? button(text("more"), "button quiet small", offerMore) : null,
      button(text("addFiles"), "button quiet small", () => input.click()),
      element("span", { class: "fine", id: "picker-count" }, text("examplesChosen", { count: number(chosen.size) })),
    ),
    input,
  );
}

function offerMore() {
  wanted += STEP;
  return openPicker();
}

function tile(one) {
  const title = titleOf(one);
  const node = element(
    "button",
    {
      type: "button",
      class: "tile choice",
      "aria-label": title,
      "aria-pressed": String(chosen.has(one.id)),
      click: () => {
        if (!chosen.delete(one.id)) chosen.add(one.id);
        node.setAttribute("aria-pressed", String(chosen.has(one.id)));
        document.getElementById("picker-count").textContent = text("examplesChosen", {
          count: number(chosen.size),
        });
      },
    },
    element("img", { src: one.thumbnail, alt: "", loading: "lazy", decoding: "async" }),
    element("span", { class: "tile-title" }, title),
  );
  return element("li", {}, node);
}

/** Post files and choose them, one after another. */
export async function addExamples(files) {
  problems = [];
  adding += files.length;
  showPicker();
  for (const file of files) {
    try {
      const post = await postImage(file, () => {});
      offered = [post, ...offered];
      chosen.add(post.id);
      addPosted(post);
    } catch (error) {
      problems.push(unread(file, error));
    }
    adding -= 1;
    showPicker();
  }
}

/** Which file it was, in the language that is chosen when it is read. */
function unread(file, error) {
  return {
    get reading() {
      return text("failed", { title: file.name, message: error.reading ?? error.message });
    },
  };
}
