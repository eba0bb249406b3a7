// Keeps values for the tool while this page is open (LTI platform storage), and for nobody else.
"use strict";

const toolOrigin = document.currentScript.dataset.toolOrigin;
const kept = new Map();
const MOST_KEYS = 500;
const LONGEST = 4096;

function isText(value) {
  return typeof value === "string" && value !== "" && value.length <= LONGEST;
}

function put({ key, value }) {
  if (!isText(key)) {
    return { error: { code: "bad_request", message: "no key, or too long a key" } };
  }
  if (value === undefined || value === null) {
    kept.delete(key);
    return { key };
  }
  if (!isText(value) || (kept.size >= MOST_KEYS && !kept.has(key))) {
    return { error: { code: "storage_exhaustion", message: "too long, or too many" } };
  }
  kept.set(key, value);
  return { key, value };
}

function get({ key }) {
  return { key, value: kept.get(key) ?? null };
}

window.addEventListener("message", (event) => {
  const message = event.data;
  if (event.origin !== toolOrigin || message === null || typeof message !== "object") {
    return;
  }
  const act = { "lti.put_data": put, "lti.get_data": get }[message.subject];
  if (act) {
    const { subject, message_id } = message;
    event.source.postMessage(
      { subject: `${subject}.response`, message_id, ...act(message) },
      toolOrigin,
    );
  }
});
