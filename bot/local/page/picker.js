// Choosing examples: the newest illustrations of the library, and files from this computer.

import { listPosts, postImage } from "/static/api.js";
import { button, element, tell } from "/static/parts.js";
import { number, text, titleOf } from "/static/text.js";

const OFFERED = 24;

let offered = [];
let problem = null;
const chosen = new Set();

/** Load what can be chosen; what is chosen stays so. */
export async function openPicker() {
  try {
    const pages = await Promise.all(["posted", "gallery"].map((origin) => listPosts(origin, OFFERED)));
    const found = pages.flatMap((page) => page.posts).slice(0, OFFERED);
    const known = new Set(found.map((one) => one.id));
    offered = [...offered.filter((one) => chosen.has(one.id) && !known.has(one.id)), ...found];
    problem = null;
  } catch (error) {
    problem = error;
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
  picker.replaceChildren(
    element("p", { class: "label", id: "picker-label" }, text("examples")),
    ...(problem ? [tell(problem)] : offered.length ? [tiles] : [element("p", { class: "note" }, text("nothingToChoose"))]),
    element(
      "div",
      { class: "actions" },
      button(text("addFiles"), "button quiet small", () => input.click()),
      element("span", { class: "fine", id: "picker-count" }, text("examplesChosen", { count: number(chosen.size) })),
    ),
    input,
  );
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
  problem = null;
  for (const file of files) {
    try {
      const post = await postImage(file, () => {});
      offered = [post, ...offered];
      chosen.add(post.id);
    } catch (error) {
      problem = error;
    }
    showPicker();
  }
}
