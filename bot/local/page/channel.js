// The channel: posts with their replies, oldest at the top, and the illustrations being posted.

import { deletePost, listPosts, postImage } from "/static/api.js";
import { pendingCard, postCard, setStage } from "/static/cards.js";
import { announce, askFirst, element, tell } from "/static/parts.js";
import { inOrder, number, percent, text, titleOf } from "/static/text.js";

const PAGE = 20;
const RETRY_MS = 3000;
const list = document.getElementById("posts");
const older = document.getElementById("older");
const empty = document.getElementById("empty");
const confirm = document.getElementById("confirm");

// What the channel shows, oldest first. An entry is a post of the server ({post}) or an
// illustration on its way ({file, url, stage, error}); `node` is what shows it.
let entries = [];
let remaining = 0;
let queue = Promise.resolve();
let changed = () => {};

older.addEventListener("click", () => showOlder());

/** Load the newest posts, again and again until it works; onChange tells that the library changed. */
export async function openChannel(onChange) {
  changed = onChange;
  try {
    const { posts, total } = await listPosts("posted", PAGE);
    remaining = total - posts.length;
    const known = new Set(entries.map((entry) => entry.post?.id));
    const saved = posts.reverse().filter((post) => !known.has(post.id));
    entries = [...saved.map((post) => ({ post })), ...entries];
    showAll();
    window.scrollTo(0, document.documentElement.scrollHeight);
  } catch (error) {
    if (error.reading === undefined) throw error;
    // The status strip says what is wrong meanwhile.
    setTimeout(() => openChannel(onChange), RETRY_MS);
  }
}

/** Draw everything anew, after the language has changed. */
export function showAll() {
  list.replaceChildren(...entries.map(draw));
  arrange();
}

/** Post some files, one after another, in the order given. */
export function postFiles(files) {
  for (const file of files) {
    const entry = { file, url: URL.createObjectURL(file), stage: "waiting" };
    entries.push(entry);
    list.append(draw(entry));
    enqueue(entry);
  }
  arrange();
  if (files.length) reveal(entries.at(-files.length).node);
}

/** Show a post that was made elsewhere on the page. */
export function addPosted(post) {
  const entry = { post };
  entries.push(entry);
  list.append(draw(entry));
  arrange();
  changed();
}

function enqueue(entry) {
  const turn = () => (entries.includes(entry) ? send(entry) : null);
  // Whatever became of the one before, the next one has its turn.
  queue = queue.then(turn, turn);
}

async function send(entry) {
  setStage(entry, "uploading", 0);
  try {
    const post = await postImage(entry.file, (share) => {
      setStage(entry, share < 1 ? "uploading" : "reading", share);
    });
    await loaded(post.thumbnail);
    URL.revokeObjectURL(entry.url);
    Object.assign(entry, { post, file: null, url: null });
    redraw(entry);
    announce(summary(post));
    changed();
  } catch (error) {
    entry.error = error;
    redraw(entry);
    announce(text("failed", { title: entry.file.name, message: error.reading ?? error.message }));
    if (error.reading === undefined) throw error;
  }
}

/** Wait until an image can be shown at once, so that the picture does not flicker. */
async function loaded(source) {
  const image = new Image();
  image.src = source;
  await image.decode().catch(() => {});
}

function summary(post) {
  const tags = post.tags
    .slice(0, 3)
    .map((tag) => `${inOrder(tag.name, tag.name_ja).main} ${percent(tag.score)}`)
    .join(", ");
  const key = post.guesses ? "postedGuesses" : "posted";
  return text(key, { title: titleOf(post), tags, similar: number(post.similar.length) });
}

async function showOlder() {
  older.disabled = true;
  const oldest = entries.find((entry) => entry.post);
  try {
    const { posts, total } = await listPosts("posted", PAGE, oldest?.post.id);
    const known = new Set(entries.map((entry) => entry.post?.id));
    const fresh = posts.filter((post) => !known.has(post.id)).reverse().map((post) => ({ post }));
    const height = document.documentElement.scrollHeight;
    entries = [...fresh, ...entries];
    list.prepend(...fresh.map(draw));
    remaining = posts.length < PAGE ? 0 : total - entries.filter((entry) => entry.post).length;
    arrange();
    window.scrollBy(0, document.documentElement.scrollHeight - height);
    fresh.at(-1)?.node.focus({ preventScroll: true });
  } catch (error) {
    announce(error.reading ?? error.message);
  } finally {
    older.disabled = false;
  }
}

function arrange() {
  empty.hidden = entries.length > 0;
  older.hidden = remaining <= 0;
}

function redraw(entry) {
  const focused = entry.node.contains(document.activeElement);
  const previous = entry.node;
  previous.replaceWith(draw(entry));
  if (focused) entry.node.focus({ preventScroll: true });
  if (entry === entries.at(-1)) reveal(entry.node);
}

/** Scroll so that a post can be read: its end in view, but never at the cost of its beginning. */
function reveal(node) {
  const room = window.innerHeight - 220;
  node.scrollIntoView({ block: node.offsetHeight > room ? "start" : "nearest" });
}

function draw(entry) {
  const content = entry.post
    ? postCard(entry.post, () => askToDelete(entry))
    : pendingCard(entry, () => retry(entry), () => drop(entry));
  const state = entry.post ? "post" : entry.error ? "post failed" : "post pending";
  entry.node = element("li", { class: state, tabindex: "-1", "data-id": entry.post?.id }, ...content);
  return entry.node;
}

function retry(entry) {
  Object.assign(entry, { error: null, stage: "waiting" });
  redraw(entry);
  enqueue(entry);
}

function drop(entry) {
  const index = entries.indexOf(entry);
  if (index < 0) return; // deleted twice, before the first answer came
  if (entry.url) URL.revokeObjectURL(entry.url);
  entries.splice(index, 1);
  entry.node.remove();
  arrange();
  const next = entries[index] ?? entries[index - 1];
  (next?.node ?? document.getElementById("choose")).focus();
}

function askToDelete(entry) {
  askFirst(confirm, () => forget(entry));
}

async function forget(entry) {
  const { id } = entry.post;
  try {
    await deletePost(id);
  } catch (error) {
    if (error.code !== "unknown_post") {
      announce(error.reading ?? error.message);
      showProblem(entry, error);
      return;
    }
  }
  announce(text("deleted", { title: titleOf(entry.post) }));
  drop(entry);
  forgetSimilar(id);
  changed();
}

function showProblem(entry, error) {
  entry.node.querySelector(".problem")?.remove();
  entry.node.append(tell(error));
}

/** What was deleted is no longer similar to anything. */
function forgetSimilar(id) {
  for (const entry of entries) {
    if (entry.post?.similar.some((one) => one.id === id)) {
      entry.post.similar = entry.post.similar.filter((one) => one.id !== id);
      const focused = entry.node === document.activeElement;
      const previous = entry.node;
      previous.replaceWith(draw(entry));
      if (focused) entry.node.focus({ preventScroll: true });
    }
  }
}
