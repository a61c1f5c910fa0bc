// What was decided about single tags here: hidden ones, and aliases.

import { listRules, setRule } from "/static/api.js";
import { attempt, button, element, field, refill, tell } from "/static/parts.js";
import { text } from "/static/text.js";

const form = document.getElementById("rule");
const list = document.getElementById("rules");

let rules = [];
let problem = null;
let changed = () => {};

/** Load what was decided. */
export async function openRules({ onChange }) {
  changed = onChange;
  await perform(async () => ({ rules } = await listRules()));
}

/** Draw everything anew. */
export function showRules() {
  const written = [form.elements.tag?.value ?? "", form.elements.alias?.value ?? ""];
  refill(
    form,
    field("tag", text("anyTag")),
    field("alias", text("alias")),
    element(
      "div",
      { class: "actions" },
      button(text("hide"), "button quiet small", () => decide(form.elements.tag.value, { hidden: true })),
      element("button", { type: "submit", class: "button quiet small" }, text("setAlias")),
    ),
  );
  [form.elements.tag.value, form.elements.alias.value] = written;
  const rows = rules.map(row);
  if (!rows.length) rows.push(element("li", { class: "note" }, text("rulesNone")));
  if (problem) rows.unshift(element("li", {}, tell(problem)));
  refill(list, ...rows);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  decide(form.elements.tag.value, { alias: form.elements.alias.value });
});

function row({ name, hidden, alias }) {
  const facts = [hidden ? text("isHidden") : null, alias ? text("isCalled", { alias }) : null];
  return element(
    "li",
    { class: "row" },
    element(
      "div",
      { class: "row-name" },
      element("span", { class: "tag-main" }, name),
      element("span", { class: "fine" }, facts.filter(Boolean).join(" · ")),
    ),
    hidden
      ? button(text("show"), "button quiet small", () => decide(name, { hidden: false }), {
          "aria-label": `${text("show")} ${name}`,
        })
      : null,
  );
}

async function decide(name, rule) {
  if (await perform(() => setRule(name, rule))) changed();
}

/** Whether it went well; what went wrong is shown. */
async function perform(act) {
  problem = await attempt(act);
  showRules();
  return problem === null;
}
