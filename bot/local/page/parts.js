// Building blocks that the channel, the gallery and the viewer share.
// All text goes in as text nodes, never as markup.

import { distance, inOrder, percent, text, titleOf } from "/static/text.js";

/** An element: attributes (functions become listeners), then children (nodes or text). */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function button(label, style, onClick, attributes = {}) {
  return element("button", { type: "button", class: style, click: onClick, ...attributes }, label);
}

/**
 * Put other children into a place; the focus stays on the control that is called as before.
 *
 * Where there is none any more, the place itself takes it, so that the keyboard goes on from there.
 */
export function refill(place, ...children) {
  const controls = () => [...place.querySelectorAll("button, input")];
  const called = (one) => one?.id || one?.getAttribute("aria-label") || one?.textContent;
  const before = controls();
  const at = before.indexOf(document.activeElement);
  const name = called(before[at]);
  place.replaceChildren(...children);
  if (at < 0) return;
  const after = controls();
  const same = called(after[at]) === name || after.length === before.length;
  const next = same ? after[at] : after.find((one) => called(one) === name);
  if (!next) place.tabIndex = -1;
  (next ?? place).focus({ preventScroll: true });
}

/** A text field with its label. */
export function field(name, label) {
  const input = element("input", { name, id: `field-${name}`, class: "input", maxlength: "200", autocomplete: "off" });
  return element("div", { class: "field" }, element("label", { class: "label", for: input.id }, label), input);
}

/** What went wrong, for a person to read. */
export function tell(error) {
  return element("p", { class: "problem", role: "alert" }, error.reading ?? error.message);
}

/** Do something that may fail; what went wrong is said to a screen reader and returned, else null. */
export async function attempt(act) {
  try {
    await act();
    return null;
  } catch (error) {
    announce(error.reading ?? error.message);
    return error;
  }
}

/** Ask in a dialog whether something is to be done, and do it once it is confirmed. */
export function askFirst(dialog, confirmed) {
  dialog.returnValue = "keep";
  dialog.onclose = () => {
    if (dialog.returnValue !== "confirm") return;
    dialog.returnValue = "keep"; // the event of an earlier closing may come only after this one's
    confirmed();
  };
  dialog.showModal();
}

/** Say something to a screen reader. */
export function announce(message) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  // A text that is set anew is read out even when it is the same as before.
  setTimeout(() => (announcer.textContent = message), 50);
}

/** An illustration in a frame whose size does not depend on whether it has loaded. */
export function picture(source, alt) {
  const image = element("img", { src: source, alt, decoding: "async" });
  const frame = element("div", { class: "picture" }, image);
  image.addEventListener("error", () => frame.classList.add("unseen"));
  return frame;
}

/** The tags of a reply with their scores; guesses are marked as such. */
export function reply(post, heading) {
  const parts = [
    element("h3", { class: "reply-title" }, post.guesses && post.tags.length ? text("guesses") : heading),
  ];
  if (!post.tags.length) parts.push(element("p", { class: "note" }, text("noTags")));
  else if (post.guesses) parts.push(element("p", { class: "note" }, text("guessesWhy")));
  const bars = element("ul", { class: post.guesses ? "bars guesses" : "bars" });
  bars.append(...post.tags.map(scoreBar));
  if (post.tags.length) {
    parts.push(bars, element("p", { class: "fine" }, text("thresholdHint")));
  }
  return element("div", { class: "reply" }, ...parts);
}

function scoreBar(tag) {
  const name = inOrder(tag.name, tag.name_ja);
  const [score, threshold] = [percent(tag.score), percent(tag.threshold)];
  const bar = element("span", {
    class: "bar",
    role: "meter",
    "aria-valuemin": "0",
    "aria-valuemax": "100",
    "aria-valuenow": Math.round(tag.score * 100),
    "aria-valuetext": score,
    "aria-label": text("barLabel", { name: name.main, percent: score, threshold }),
    title: text("threshold", { threshold }),
  });
  bar.style.setProperty("--score", tag.score);
  bar.style.setProperty("--threshold", tag.threshold);
  return element(
    "li",
    { class: "tag" },
    element(
      "span",
      { class: "tag-name" },
      element("span", { class: "tag-main", lang: name.lang }, name.main),
      name.other ? element("span", { class: "tag-other", lang: name.otherLang }, name.other) : null,
    ),
    bar,
    element("span", { class: "tag-score" }, score),
  );
}

/** The tags that people gave, without scores. */
export function givenTags(tags) {
  const chips = element("ul", { class: "chips" });
  for (const tag of tags) {
    const name = inOrder(tag.name, tag.name_ja);
    const other = name.other ? element("span", { class: "tag-other", lang: name.otherLang }, name.other) : null;
    chips.append(element("li", {}, element("span", { lang: name.lang }, name.main), other));
  }
  return chips;
}

/** A numbered grid of similar illustrations; onOpen gets (index, all of them). */
export function similarGrid(similar, onOpen) {
  if (!similar.length) return element("p", { class: "note" }, text("noSimilar"));
  const tiles = element("ol", { class: "tiles" });
  similar.forEach((one, index) => {
    const away = distance(one.distance);
    const title = titleOf(one);
    const label = text("open", { number: index + 1, title, distance: away });
    tiles.append(
      element(
        "li",
        {},
        element(
          "button",
          { type: "button", class: "tile", "aria-label": label, click: () => onOpen(index, similar) },
          element("img", { src: one.thumbnail, alt: "", loading: "lazy", decoding: "async" }),
          element("span", { class: "tile-number", "aria-hidden": "true" }, String(index + 1)),
          element("span", { class: "tile-title" }, title),
          element("span", { class: "tile-distance" }, text("distance", { distance: away })),
        ),
      ),
    );
  });
  return tiles;
}
