// The tab "Teaching": a form for a new tag, the dialogue, and what was taught, decided and asked for.

import { getJob, teachTag } from "/static/api.js";
import { openDialogue, showDialogue } from "/static/dialogue.js";
import { openJobs, showJobs } from "/static/jobs.js";
import { announce, element, field, tell } from "/static/parts.js";
import { chosenExamples, clearPicker, openPicker, showPicker } from "/static/picker.js";
import { openRules, showRules } from "/static/rules.js";
import { openTaught, showTaught } from "/static/taught.js";
import { inOrder, percent, text } from "/static/text.js";

const POLL_MS = 250;
const form = document.getElementById("teach");

/** Load what the tab shows, unless somebody is at work with it. */
export function openTeaching() {
  if (!form.childElementCount) drawForm();
  openPicker();
  refresh();
}

/** Draw everything anew, after the language has changed. */
export function showTeaching() {
  if (!form.childElementCount) return;
  const written = ["name", "name_ja"].map((name) => form.elements[name].value);
  drawForm();
  ["name", "name_ja"].forEach((name, place) => (form.elements[name].value = written[place]));
  showPicker();
  showDialogue();
  showTaught();
  showRules();
  showJobs();
}

function refresh() {
  openTaught({ onTeach: teach, onChange: refresh });
  openRules({ onChange: refresh });
  openJobs({ onEnd: refresh });
}

const teach = (name) => openDialogue(name, { onLearnt: refresh });

function drawForm() {
  const picker = document.getElementById("picker") ?? element("div", { id: "picker" });
  form.replaceChildren(
    element("h2", { id: "teach-title" }, text("teachTitle")),
    element("div", { class: "fields" }, field("name", text("tagName")), field("name_ja", text("tagNameJa"))),
    picker,
    element(
      "div",
      { class: "actions" },
      element("button", { type: "submit", class: "button primary", id: "teach-submit" }, text("teachIt")),
    ),
    element("div", { id: "teach-outcome" }),
  );
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const submit = document.getElementById("teach-submit");
  const outcome = document.getElementById("teach-outcome");
  const wish = {
    name: form.elements.name.value,
    name_ja: form.elements.name_ja.value,
    examples: chosenExamples(),
  };
  submit.disabled = true;
  outcome.replaceChildren(element("p", { class: "note" }, text("teachingNow", { name: wish.name })));
  try {
    const registered = await teachTag(wish);
    openJobs();
    const job = await finished(registered.job);
    if (job.state === "failed") throw refusal(job);
    form.reset();
    clearPicker();
    outcome.replaceChildren(...hints(registered).map((hint) => element("p", { class: "note" }, hint)));
    announce(text("learnt", { name: registered.name }));
    refresh();
    teach(registered.name);
  } catch (error) {
    outcome.replaceChildren(tell(error));
  } finally {
    submit.disabled = false;
  }
});

async function finished(id) {
  for (;;) {
    const job = await getJob(id);
    if (job.state === "done" || job.state === "failed") return job;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function refusal(job) {
  return { reading: inOrder(job.message, job.message_ja).main };
}

/** What else there is to say about a new tag. */
function hints({ name, name_ja, examples, distinct, close, likeness }) {
  const called = ({ name, name_ja }) => inOrder(name, name_ja).main;
  const said = [text("learnt", { name: called({ name, name_ja }) })];
  if (examples > 1 && distinct === 1) said.push(text("samePicture"));
  else if (distinct < examples) said.push(text("someSame"));
  if (likeness) {
    said.push(text("looksLike", { name: called(likeness), percent: percent(likeness.share) }));
  }
  if (close.length) said.push(text("closeTo", { names: close.map(called).join(", ") }));
  return said;
}
