// The dialogue: a grid of illustrations of which a tag wants to know whether they have it.

import { askRound, markTag } from "/static/api.js";
import { announce, button, element, tell } from "/static/parts.js";
import { inOrder, number, text, titleOf } from "/static/text.js";

// As many as the server takes.
const MOST_SKIPPED = 200;
const card = document.getElementById("dialogue");

// The tag that is being taught, what is asked now, and what was answered: {id: true or false}.
let taught = null;
let round = null;
let verdicts = {};
let problem = null;
// What was passed over without an answer is not asked about again while there is something else.
let skipped = [];
let saving = Promise.resolve();
let learnt = () => {};

/** Ask about a tag; onLearnt is called whenever there may be a new version of it. */
export async function openDialogue(name, { onLearnt }) {
  [taught, skipped, learnt] = [name, [], onLearnt];
  card.hidden = false;
  await ask();
}

/** Draw everything anew, after the language has changed. */
export function showDialogue() {
  if (taught === null) return;
  const name = round ? inOrder(round.name, round.name_ja).main : taught;
  const title = element("h2", { id: "dialogue-title", tabindex: "-1" }, text("dialogueTitle", { name }));
  if (!round && !problem) {
    const progress = element("progress", { max: "1", "aria-label": text("asking") });
    card.replaceChildren(title, element("p", { class: "note" }, text("asking")), progress);
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

function unanswered() {
  return (round?.illustrations ?? []).map((one) => one.id).filter((id) => !(id in verdicts));
}

function actions() {
  const left = unanswered();
  const rest = () => keep(Object.fromEntries(left.map((id) => [id, false])));
  return element(
    "div",
    { class: "actions" },
    left.length ? button(text("restWrong"), "button quiet", rest) : null,
    button(text("nextRound"), "button primary", next, { id: "dialogue-next" }),
    button(text("finish"), "button quiet", finish),
  );
}

/** The same answer once more takes it back. */
function answer(id, right) {
  return keep({ [id]: verdicts[id] === right ? null : right });
}

async function keep(given) {
  const asked = round;
  const before = Object.fromEntries(Object.keys(given).map((id) => [id, verdicts[id] ?? null]));
  const marked = markTag(taught, given);
  saving = Promise.allSettled([saving, marked]);
  note(given);
  problem = null;
  redraw();
  try {
    await marked;
  } catch (error) {
    if (round === asked) note(before);
    problem = error;
    redraw();
  }
}

function note(given) {
  verdicts = Object.fromEntries(
    Object.entries({ ...verdicts, ...given }).filter(([, verdict]) => verdict !== null),
  );
}

function redraw() {
  const focused = document.activeElement?.dataset?.verdict;
  showDialogue();
  (focused ? card.querySelector(`[data-verdict="${focused}"]`) : document.getElementById("dialogue-next"))?.focus();
}

function next() {
  skipped = [...skipped, ...unanswered()].slice(-MOST_SKIPPED);
  return ask();
}

async function ask() {
  const name = taught;
  [round, verdicts, problem] = [null, {}, null];
  showDialogue();
  try {
    await saving;
    let found = await askRound(name, skipped);
    if (skipped.length && !found.illustrations.length) {
      skipped = [];
      found = await askRound(name, skipped);
    }
    if (taught !== name) return;
    round = found;
    learnt();
  } catch (error) {
    if (taught !== name) return;
    problem = error;
  }
  showDialogue();
  const title = document.getElementById("dialogue-title");
  title.focus({ preventScroll: true });
  card.scrollIntoView({ block: "start" });
  announce(title.textContent);
}

async function finish() {
  const [name, answered] = [taught, Object.keys(verdicts).length];
  taught = null;
  card.hidden = true;
  document.getElementById("tab-teaching").focus();
  if (!answered) return;
  await saving;
  await askRound(name, []).catch(() => {}); // It answers when all that was said is learnt.
  learnt();
}
