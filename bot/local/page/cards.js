// How one entry of the channel looks: a post with its reply, or an illustration on its way.

import { button, element, picture, reply, similarGrid } from "/static/parts.js";
import { number, text, titleOf, when, wholePercent } from "/static/text.js";
import { openViewer } from "/static/viewer.js";

/** A post of the server, with its reply. */
export function postCard(post, onDelete) {
  const title = titleOf(post);
  const remove = button(text("delete"), "button quiet small", onDelete, {
    "aria-label": text("deleteNamed", { title }),
  });
  const size = text("pixels", { width: number(post.width_px), height: number(post.height_px) });
  return [
    byline(title, when(post.created_at), post.created_at, remove),
    element(
      "div",
      { class: "exchange" },
      element("figure", {}, picture(post.thumbnail, title), element("figcaption", { class: "fine" }, size)),
      reply(post, text("tags")),
    ),
    element(
      "section",
      { class: "similar" },
      element("h3", { class: "reply-title" }, text("similar")),
      similarGrid(post.similar, openViewer),
    ),
  ];
}

/** An illustration on its way, or one that did not arrive. */
export function pendingCard(entry, onRetry, onDismiss) {
  const title = entry.file.name || text("untitled");
  return [
    byline(title),
    element(
      "div",
      { class: "exchange" },
      element("figure", {}, picture(entry.url, "")),
      entry.error ? failure(entry.error, onRetry, onDismiss) : waiting(entry),
    ),
  ];
}

function waiting(entry) {
  entry.stageNode = element("p", { class: "stage" });
  entry.meter = element("progress", { max: "1", "aria-label": text("reading") });
  const lines = element("div", { class: "skeleton", "aria-hidden": "true" });
  lines.append(...Array.from({ length: 4 }, () => element("span")));
  const node = element("div", { class: "reply" }, entry.stageNode, entry.meter, lines);
  setStage(entry, entry.stage, entry.share);
  return node;
}

/** Say how far an illustration is: waiting, uploading (with the share that is sent) or reading. */
export function setStage(entry, stage, share = 0) {
  Object.assign(entry, { stage, share });
  entry.stageNode.textContent = text(stage, { percent: wholePercent(share) });
  if (stage === "uploading") entry.meter.value = share;
  else entry.meter.removeAttribute("value");
}

function failure(error, onRetry, onDismiss) {
  const actions = element("div", { class: "actions" });
  if (error.worthRetrying) {
    actions.append(button(text("retry"), "button primary", onRetry));
  }
  actions.append(button(text("dismiss"), "button quiet", onDismiss));
  return element(
    "div",
    { class: "reply" },
    element("h3", { class: "reply-title" }, text("failedTitle")),
    element("p", { class: "problem" }, error.reading ?? error.message),
    actions,
  );
}

function byline(title, time, iso, action) {
  return element(
    "header",
    { class: "byline" },
    element("span", { class: "avatar", "aria-hidden": "true" }),
    element(
      "div",
      { class: "who" },
      element("h2", { class: "post-title", title }, title),
      time ? element("time", { datetime: iso, class: "fine" }, time) : null,
    ),
    action,
  );
}
