// The tags that were taught here: what they were learnt from, their history, and what can be done.

import { getHistory, listTaught, promoteTag, removeTag, retrain, rollBackTag } from "/static/api.js";
import { askFirst, attempt, button, element, refill, tell } from "/static/parts.js";
import { inOrder, number, percent, text, when } from "/static/text.js";

const list = document.getElementById("taught");
const actions = document.getElementById("taught-actions");
const removal = document.getElementById("remove-tag");
const rebuilding = document.getElementById("rebuild-all");

let tags = [];
let problem = null;
let changed = () => {};
let teach = () => {};

// The tag whose history is open, and that history.
let opened = null;
let versions = [];

/** Load what was taught. */
export async function openTaught({ onTeach, onChange }) {
  [teach, changed] = [onTeach, onChange];
  await perform(async () => {
    ({ tags } = await listTaught());
    if (opened && !tags.some((tag) => tag.name === opened)) opened = null;
    if (opened) ({ versions } = await getHistory(opened));
  });
}

/** Draw everything anew. */
export function showTaught() {
  const rows = tags.map(row);
  if (!rows.length) rows.push(element("li", { class: "note" }, text("taughtNone")));
  if (problem) rows.unshift(element("li", {}, tell(problem)));
  refill(list, ...rows);
  refill(
    actions,
    ...(tags.length ? [button(text("retrain"), "button quiet", () => begin(false))] : []),
    button(text("rebuild"), "button quiet", () => askFirst(rebuilding, () => begin(true))),
  );
}

function row(tag) {
  const name = inOrder(tag.name, tag.name_ja);
  const facts = tag.version
    ? text("taughtFacts", {
        version: number(tag.version),
        positives: number(tag.positives),
        negatives: number(tag.negatives),
        threshold: percent(tag.threshold),
      })
    : text("taughtWithout");
  const act = (key, onClick) =>
    button(text(key), "button quiet small", onClick, { "aria-label": `${text(key)} ${name.main}` });
  return element(
    "li",
    { class: "row" },
    element(
      "div",
      { class: "row-name" },
      element("span", { class: "tag-main", lang: name.lang }, name.main),
      name.other ? element("span", { class: "tag-other", lang: name.otherLang }, name.other) : null,
      tag.promoted ? element("span", { class: "badge" }, text("everywhere")) : null,
      element("p", { class: "fine" }, facts),
    ),
    element(
      "div",
      { class: "actions" },
      act("teach", () => teach(tag.name)),
      button(text("history"), "button quiet small", () => toggle(tag.name), {
        "aria-label": `${text("history")} ${name.main}`,
        "aria-expanded": String(opened === tag.name),
      }),
      act(tag.promoted ? "demote" : "promote", () => change(() => promoteTag(tag.name, !tag.promoted))),
      act("remove", () => askToRemove(tag.name, name.main)),
    ),
    opened === tag.name ? history(tag.name) : null,
  );
}

function history(name) {
  const entries = element("ol", { class: "history" });
  for (const one of versions) {
    const version = text("version", { number: number(one.number) });
    const back = () => change(() => rollBackTag(name, one.number));
    const facts = text("versionFacts", {
      reason: text(`reason_${one.reason}`),
      positives: number(one.positives),
      negatives: number(one.negatives),
      when: when(one.created_at),
    });
    entries.append(
      element(
        "li",
        {},
        element("span", {}, version),
        element("span", { class: "fine" }, facts),
        one.current
          ? element("span", { class: "badge" }, text("versionCurrent"))
          : one.restorable
            ? button(text("rollBack"), "button quiet small", back, { "aria-label": `${text("rollBack")}: ${version}` })
            : null,
      ),
    );
  }
  return entries;
}

function toggle(name) {
  opened = opened === name ? null : name;
  return perform(async () => {
    if (opened) ({ versions } = await getHistory(opened));
  });
}

function askToRemove(name, shown) {
  document.getElementById("remove-tag-title").textContent = text("removeTagTitle", { name: shown });
  askFirst(removal, () => change(() => removeTag(name)));
}

function begin(everything) {
  return change(() => retrain(everything));
}

async function change(act) {
  if (await perform(act)) changed();
}

/** Whether it went well; what went wrong is shown. */
async function perform(act) {
  problem = await attempt(act);
  showTaught();
  return problem === null;
}
