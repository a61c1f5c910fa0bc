// Which language is chosen, and how things are said in it.

import { TEXTS } from "/static/texts.js";

const REMEMBERED = "hoshizora.language";

let chosen = remembered() ?? (navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en");

export const language = () => chosen;

export function chooseLanguage(next) {
  chosen = next;
  try {
    localStorage.setItem(REMEMBERED, next);
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}

/** The text of a key in the chosen language, with {names} filled in. */
export function text(key, values = {}) {
  return TEXTS[chosen][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A pair of names as the reader wants it: {main, lang} and, if it says more, {other, otherLang}. */
export function inOrder(name, nameJa) {
  if (!nameJa || nameJa === name) return { main: name, lang: null };
  if (!name) return { main: nameJa, lang: "ja" };
  return chosen === "ja"
    ? { main: nameJa, lang: "ja", other: name, otherLang: "en" }
    : { main: name, lang: "en", other: nameJa, otherLang: "ja" };
}

export function titleOf(illustration) {
  const title = inOrder(illustration.title, illustration.title_ja).main;
  return title || text("untitled");
}

/** A score as a percentage that never claims certainty: 0.998 is "> 99%", 0.004 is "< 1%". */
export function percent(score) {
  const format = new Intl.NumberFormat(chosen, { style: "percent", maximumFractionDigits: 0 });
  if (score > 0 && score < 0.01) return `< ${format.format(0.01)}`;
  if (score < 1 && score > 0.99) return `> ${format.format(0.99)}`;
  return format.format(score);
}

export const wholePercent = (share) =>
  new Intl.NumberFormat(chosen, { style: "percent", maximumFractionDigits: 0 }).format(share);

export const number = (value) => new Intl.NumberFormat(chosen).format(value);

export const distance = (value) =>
  new Intl.NumberFormat(chosen, { minimumSignificantDigits: 3, maximumSignificantDigits: 3 }).format(value);

/** Today's times as 14:02, older ones with their date. */
export function when(iso) {
  const at = new Date(iso);
  const today = at.toDateString() === new Date().toDateString();
  const options = today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(chosen, options).format(at);
}

/** Put the chosen language into everything that is marked with data-text or data-label. */
export function translatePage() {
  document.documentElement.lang = chosen;
  for (const node of document.querySelectorAll("[data-text]")) {
    node.textContent = text(node.dataset.text);
  }
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", text(node.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
}

function remembered() {
  try {
    const value = localStorage.getItem(REMEMBERED);
    return value in TEXTS ? value : null;
  } catch {
    return null;
  }
}
