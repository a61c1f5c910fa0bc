// The dialog that shows one illustration, its tags and what is similar to it.

import { getPost } from "/static/api.js";
import { announce, button, element, givenTags, picture, reply, similarGrid } from "/static/parts.js";
import { number, text, titleOf } from "/static/text.js";

const dialog = document.getElementById("viewer");

// The way here: each step is a place in a row of illustrations. The last one is shown.
let trail = [];
let shown = null;

dialog.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowLeft") step(-1);
  else if (event.key === "ArrowRight") step(1);
});
dialog.addEventListener("click", (event) => {
  // Only the backdrop is the dialog itself; everything inside it is a child.
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => {
  trail = [];
  shown = null;
});

/** Show illustration number `index` of a row; the arrow keys walk along the row. */
export function openViewer(index, row) {
  trail = [{ index, row }];
  dialog.replaceChildren();
  if (!dialog.open) dialog.showModal();
  show();
}

/** Draw the open illustration anew, after the language has changed. */
export function redrawViewer() {
  if (shown) draw(shown);
}

function step(by) {
  const here = trail.at(-1);
  const index = here.index + by;
  if (index < 0 || index >= here.row.length) return;
  here.index = index;
  show();
}

async function show() {
  const here = trail.at(-1);
  const { id } = here.row[here.index];
  // Somebody may have walked on, or closed the dialog, while this one was loading.
  const wanted = () => {
    const now = trail.at(-1);
    return now?.row[now.index].id === id;
  };
  try {
    const post = await getPost(id);
    if (wanted()) draw(post);
  } catch (error) {
    if (!wanted()) return;
    shown = null;
    const problem = element("p", { class: "problem" }, error.reading ?? error.message);
    dialog.replaceChildren(bar(text("notShown")), problem);
  }
}

function draw(post) {
  const first = shown === null;
  const last = document.activeElement?.dataset?.action;
  shown = post;
  const deeper = (index, row) => {
    trail.push({ index, row });
    show();
  };
  const size = text("pixels", { width: number(post.width_px), height: number(post.height_px) });
  const given = post.given_tags?.length
    ? [element("h3", { class: "reply-title plain" }, text("givenTags")), givenTags(post.given_tags)]
    : [];
  dialog.replaceChildren(
    bar(titleOf(post)),
    element(
      "div",
      { class: "exchange" },
      element("figure", {}, picture(post.thumbnail, titleOf(post)), element("figcaption", { class: "fine" }, size)),
      element("div", {}, ...given, reply(post, given.length ? text("readTags") : text("tags"))),
    ),
    element(
      "section",
      { class: "similar" },
      element("h3", { class: "reply-title" }, text("similar")),
      similarGrid(post.similar, deeper),
    ),
  );
  dialog.scrollTop = 0;
  if (!first) announce(titleOf(post));
  (dialog.querySelector(`[data-action="${last}"]:not(:disabled)`) ?? dialog.querySelector("h2")).focus();
}

function bar(title) {
  const here = trail.at(-1);
  const control = (key, sign, onClick, disabled) =>
    button(sign, "button quiet icon", onClick, {
      "aria-label": text(key),
      title: text(key),
      "data-action": key,
      disabled,
    });
  const back = () => {
    trail.pop();
    show();
  };
  return element(
    "header",
    { class: "viewer-bar" },
    trail.length > 1 ? control("back", "↩", back, false) : null,
    element("h2", { id: "viewer-title", tabindex: "-1" }, title),
    element("span", { class: "fine" }, text("place", { at: here.index + 1, of: here.row.length })),
    control("previous", "‹", () => step(-1), here.index === 0),
    control("next", "›", () => step(1), here.index === here.row.length - 1),
    control("close", "✕", () => dialog.close(), false),
  );
}
