// The only place that talks to the server.

import { language, text } from "/static/text.js";

/** A request that failed; the message follows the language that is chosen when it is read. */
export class RequestError extends Error {
  constructor(code, sayings) {
    super(code);
    this.code = code;
    this.sayings = sayings;
  }

  get worthRetrying() {
    return ["busy", "unavailable", "network", "internal"].includes(this.code);
  }

  /** What to tell the reader. */
  get reading() {
    return this.sayings ? this.sayings()[language()] : text(this.code);
  }
}

export const getStatus = () => request("GET", "/api/v1/status");

export const getPost = (id) => request("GET", `/api/v1/posts/${id}`);

export const deletePost = (id) => request("DELETE", `/api/v1/posts/${id}`);

/** A page of illustrations, newest first: {posts, total}. */
export function listPosts(origin, limit, before) {
  const query = new URLSearchParams({ origin, limit });
  if (before) query.set("before", before);
  return request("GET", `/api/v1/posts?${query}`);
}

const named = (path, name) => `${path}?${new URLSearchParams({ name })}`;

export const listTaught = () => request("GET", "/api/v1/taught");

/** Begin to teach a tag from posts that have it: {job, likeness, close, distinct, …}. */
export const teachTag = (tag) => request("POST", "/api/v1/tags", tag);

export const removeTag = (name) => request("DELETE", named("/api/v1/taught", name));

export const getHistory = (name) => request("GET", named("/api/v1/taught/history", name));

/** What to ask next about a tag, once all that was marked is learnt; skip: ids not to ask about. */
export const askRound = (name, skip) =>
  request("GET", `/api/v1/taught/round?${new URLSearchParams({ name, skip: skip.join(",") })}`);

/** Keep verdicts, {id: true, false or null}. */
export const markTag = (name, verdicts) => request("POST", "/api/v1/taught/marks", { name, verdicts });

export const rollBackTag = (name, version) => request("POST", "/api/v1/taught/rollback", { name, version });

export const promoteTag = (name, promoted) => request("POST", "/api/v1/taught/promotion", { name, promoted });

export const listRules = () => request("GET", "/api/v1/tags/rules");

/** Hide a tag or show it ({hidden}), or call it otherwise ({alias}). */
export const setRule = (name, rule) => request("POST", "/api/v1/tags/rules", { name, ...rule });

export const retrain = (everything) => request("POST", "/api/v1/retrain", { everything });

export const listJobs = () => request("GET", "/api/v1/jobs");

export const getJob = (id) => request("GET", `/api/v1/jobs/${id}`);

export const cancelJob = (id) => request("DELETE", `/api/v1/jobs/${id}`);

/**
 * Post an image file.
 *
 * XMLHttpRequest, because fetch cannot tell how much has been sent.
 * onProgress gets the share that has been sent, from 0 to 1.
 */
export function postImage(file, onProgress) {
  return new Promise((resolve, reject) => {
    const upload = new XMLHttpRequest();
    let share = 0;
    upload.open("POST", "/api/v1/posts");
    upload.upload.addEventListener("progress", (event) => {
      share = event.total ? event.loaded / event.total : 0;
      onProgress(share);
    });
    upload.addEventListener("load", () => {
      const answer = parsed(upload.responseText);
      if (upload.status === 201 && answer) resolve(answer);
      else reject(refusal(upload.status, answer));
    });
    upload.addEventListener("error", () => reject(share > 0 ? broken(file) : network()));
    const form = new FormData();
    form.append("image", file, file.name || "image.png");
    upload.send(form);
  });
}

async function request(method, path, content) {
  let response;
  const headers = content ? { "Content-Type": "application/json" } : {};
  try {
    response = await fetch(path, { method, headers, body: content && JSON.stringify(content) });
  } catch {
    throw network();
  }
  if (response.status === 204) return null;
  const answer = parsed(await response.text().catch(() => ""));
  if (!response.ok || !answer) throw refusal(response.status, answer);
  return answer;
}

function refusal(status, answer) {
  const error = answer?.error;
  if (error?.code === "busy") return new RequestError("busy");
  if (error?.message) {
    const sayings = { en: error.message, ja: error.message_ja || error.message };
    return new RequestError(error.code, () => sayings);
  }
  return status === 503 ? new RequestError("busy") : network();
}

const network = () => new RequestError("network");

function broken(file) {
  // A server that refuses a huge file may hang up before the browser has sent all of it.
  const size = Math.ceil(file.size / 1e6);
  if (size < 10) return network();
  return new RequestError("too_large", () => ({
    en: text("brokenUpload", { size }),
    ja: text("brokenUpload", { size }),
  }));
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
