// The dialogue: a grid of illustrations of which a tag wants to know whether they have it.

import { askRound, markTag } from "/static/api.js";
import { announce, button, element, tell } from "/static/parts.js";
import { inOrder, number, text, titleOf } from "/static/text.js";

const card = document.getElementById("dialogue");

// The tag that is being taught, what is asked now, and what was answered: {id: true or false}.
let taught = null;
let round = null;
let verdicts = {};
let problem = null;

/** Ask about a tag. */
export async function openDialogue(name) {
  taught = name;
  card.hidden = false;
  await ask();
  card.scrollIntoView({ block: "nearest" });
}

/** Draw everything anew, after the language has changed. */
export function showDialogue() {
  if (taught === null) return;
  const name = round ? inOrder(round.name, round.name_ja).main : taught;
  const title = element("h2", { id: "dialogue-title", tabindex: "-1" }, text("dialogueTitle", { name }));
  if (!round && !problem) {
    card.replaceChildren(title, element("p", { class: "note" }, text("asking")), element("progress", { max: "1" }));
    return;
  }
  card.replaceChildren(title, ...(round ? asked(name) : []), ...(problem ? [tell(problem)] : []), actions());
}

function asked(name) {
  if (!round.illustrations.length) return [element("p", { class: "note" }, text("nothingToAsk"))];
  const facts = Object.fromEntries(
    ["version", "positives", "negatives"].map((key) => [key, number(round[key])]),
  );
  const grid = element("ol", { class: "tiles questions" });
  grid.append(...round.illustrations.map(question));
  const lead = round.version ? text("dialogueLead", facts) : text("dialogueFirst", { name });
  return [element("p", { class: "note" }, lead), grid];
}

function question(one, place) {
  const title = titleOf(one);
  const values = { number: place + 1, title };
  const node = element(
    "li",
    { class: "question" },
    element(
      "div",
      { class: "tile" },
      element("img", { src: one.thumbnail, alt: "", decoding: "async" }),
      element("span", { class: "tile-number", "aria-hidden": "true" }, String(place + 1)),
      element("span", { class: "tile-title" }, title),
    ),
    element(
      "div",
      { class: "verdict" },
      verdict("✓", text("has"), text("hasNamed", values), true),
      verdict("✗", text("hasNot"), text("hasNotNamed", values), false),
    ),
  );
  return node;

  function verdict(sign, label, named, right) {
    return button(`${sign} ${label}`, "button quiet small", () => answer(one.id, right), {
      "aria-label": named,
      "aria-pressed": String(verdicts[one.id] === right),
      "data-verdict": `${one.id} ${right}`,
    });
  }
}

function actions() {
  const left = round?.illustrations.filter((one) => !(one.id in verdicts)) ?? [];
  const rest = () => keep(Object.fromEntries(left.map((one) => [one.id, false])));
  return element(
    "div",
    { class: "actions" },
    left.length ? button(text("restWrong"), "button quiet", rest) : null,
    button(text("nextRound"), "button primary", ask, { id: "dialogue-next" }),
    button(text("finish"), "button quiet", finish),
  );
}

/** The same answer once more takes it back. */
function answer(id, right) {
  return keep({ [id]: verdicts[id] === right ? null : right });
}

async function keep(given) {
  const before = verdicts;
  verdicts = Object.fromEntries(
    Object.entries({ ...verdicts, ...given }).filter(([, verdict]) => verdict !== null),
  );
  problem = null;
  redraw();
  try {
    await markTag(taught, given);
  } catch (error) {
    verdicts = before;
    problem = error;
    redraw();
  }
}

function redraw() {
  const focused = document.activeElement?.dataset?.verdict;
  showDialogue();
  (focused ? card.querySelector(`[data-verdict="${focused}"]`) : document.getElementById("dialogue-next"))?.focus();
}

async function ask() {
  const name = taught;
  [round, verdicts, problem] = [null, {}, null];
  showDialogue();
  try {
    const found = await askRound(name);
    if (taught !== name) return;
    round = found;
  } catch (error) {
    if (taught !== name) return;
    problem = error;
  }
  showDialogue();
  const title = document.getElementById("dialogue-title");
  title.focus({ preventScroll: true });
  announce(title.textContent);
}

function finish() {
  taught = null;
  card.hidden = true;
  document.getElementById("tab-teaching").focus();
}
