// Jobs: what was asked for and takes longer, with how far it is.

import { cancelJob, listJobs } from "/static/api.js";
import { button, element, refill, tell } from "/static/parts.js";
import { inOrder, text, wholePercent, when } from "/static/text.js";

const WATCH_MS = 1500;
const SHOWN = 10;
const list = document.getElementById("jobs");
const underWay = (job) => job.state === "queued" || job.state === "running";

let jobs = [];
let problem = null;
let timer = null;
let ended = () => {};

/** Load the jobs, and again and again while one is under way; onEnd tells that one has ended. */
export async function openJobs({ onEnd = ended } = {}) {
  clearTimeout(timer);
  ended = onEnd;
  const before = jobs.filter(underWay).length;
  try {
    ({ jobs } = await listJobs());
    problem = null;
  } catch (error) {
    problem = error;
  }
  showJobs();
  const left = jobs.filter(underWay).length;
  if (left) timer = setTimeout(openJobs, WATCH_MS);
  if (left < before) ended();
}

/** Draw everything anew. */
export function showJobs() {
  const rows = jobs.slice(0, SHOWN).map(row);
  if (!rows.length) rows.push(element("li", { class: "note" }, text("jobsNone")));
  if (problem) rows.unshift(element("li", {}, tell(problem)));
  refill(list, ...rows);
}

function row(job) {
  const share = job.state === "running" ? wholePercent(job.progress) : null;
  const facts = [text(`state_${job.state}`), share, inOrder(job.message, job.message_ja).main, when(job.created_at)];
  return element(
    "li",
    { class: "row" },
    element(
      "div",
      { class: "row-name" },
      element("span", {}, text(`job_${job.kind}`)),
      element("span", { class: "fine" }, facts.filter(Boolean).join(" · ")),
      underWay(job)
        ? element("progress", { max: "1", value: job.progress, "aria-label": text(`job_${job.kind}`) })
        : null,
    ),
    underWay(job)
      ? button(text("cancel"), "button quiet small", () => cancel(job.id), {
          "aria-label": `${text("cancel")} ${text(`job_${job.kind}`)}`,
        })
      : null,
  );
}

async function cancel(id) {
  try {
    await cancelJob(id);
  } catch (error) {
    problem = error;
  }
  await openJobs();
}
