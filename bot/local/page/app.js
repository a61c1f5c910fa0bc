// The local channel's page: puts its parts together.

import { getStatus } from "/static/api.js";
import { openChannel, postFiles, showAll } from "/static/channel.js";
import { openGallery, outdateGallery, showGallery } from "/static/gallery.js";
import { addExamples } from "/static/picker.js";
import { chooseLanguage, number, text, translatePage } from "/static/text.js";
import { openTeaching, showTeaching } from "/static/teaching.js";
import { redrawViewer } from "/static/viewer.js";

const BUSY_SECONDS = 1;
const QUIET_SECONDS = 15;
const byId = (id) => document.getElementById(id);

let status = null;
let reachable = true;
let timer = null;

function showStatus() {
  const importing = status?.import ?? null;
  let message = "";
  if (!reachable) message = text("unreachable");
  else if (status && status.state !== "ready") message = text(status.state === "starting" ? "starting" : "degraded");
  else if (importing) {
    message = text("filling", { done: number(importing.done), total: number(importing.total) });
  }
  byId("strip").hidden = !message;
  byId("strip-text").textContent = message;
  const meter = byId("strip-progress");
  meter.hidden = !(reachable && importing);
  if (importing) meter.value = importing.total ? importing.done / importing.total : 0;
  if (status) {
    const key = status.library === 1 ? "libraryOne" : "library";
    byId("library").textContent = text(key, { count: number(status.library) });
  }
}

async function watchStatus() {
  clearTimeout(timer);
  const before = status;
  try {
    status = await getStatus();
    reachable = true;
  } catch {
    reachable = false;
  }
  showStatus();
  if (before?.import && status?.import?.done !== before.import.done) outdateGallery();
  if (!byId("gallery").hidden) openGallery();
  const calm = reachable && status.state === "ready" && !status.import;
  timer = setTimeout(watchStatus, (calm ? QUIET_SECONDS : BUSY_SECONDS) * 1000);
}

function showTab(name, { focus = false } = {}) {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.id === `tab-${name}`;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    byId(tab.getAttribute("aria-controls")).hidden = !chosen;
    if (chosen && focus) tab.focus();
  }
  if (name === "gallery") openGallery();
  if (name === "teaching") openTeaching();
}

function takeFiles(files) {
  const chosen = [...files];
  if (!chosen.length) return;
  if (!byId("teaching").hidden) {
    addExamples(chosen);
    return;
  }
  showTab("channel");
  postFiles(chosen);
}

function listenToTabs() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  const nameOf = (tab) => tab.id.replace("tab-", "");
  tabs.forEach((tab, place) => {
    tab.addEventListener("click", () => showTab(nameOf(tab)));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) showTab(nameOf(tabs.at((place + step) % tabs.length)), { focus: true });
    });
  });
}

function listenToFiles() {
  const input = byId("file");
  byId("choose").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    takeFiles(input.files);
    input.value = "";
  });
  document.addEventListener("paste", (event) => takeFiles(event.clipboardData?.files ?? []));
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const overlay = byId("drop");
  // Entering a child leaves its parent, so only leaving the window hides the overlay.
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    overlay.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) overlay.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    overlay.hidden = true;
    if (!carriesFiles(event)) return;
    event.preventDefault();
    takeFiles(event.dataTransfer.files);
  });
}

function listenToLanguage() {
  for (const choice of document.querySelectorAll("[data-language]")) {
    choice.addEventListener("click", () => {
      chooseLanguage(choice.dataset.language);
      translatePage();
      showStatus();
      showAll();
      showGallery();
      showTeaching();
      redrawViewer();
    });
  }
}

translatePage();
listenToTabs();
listenToFiles();
listenToLanguage();
showTab("channel");
watchStatus();
openChannel(watchStatus);
