// The tool in the frame says how high it is; nobody else is listened to.
"use strict";

const frame = document.querySelector("iframe[data-tool-origin]");
const SUBJECTS = ["lti.capabilities", "lti.frameResize"].map((subject) => ({ subject }));
// storage.js does these, here or in the frame of that name
const storage = frame.dataset.storage;
for (const subject of storage ? ["lti.put_data", "lti.get_data"] : []) {
  SUBJECTS.push(storage === "_parent" ? { subject } : { subject, frame: storage });
}
const LOWEST = 150;
const HIGHEST = 20000;

// Canvas's own examples send the same message as a JSON string
function read(data) {
  if (typeof data !== "string") {
    return data;
  }
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function answer(message, fields) {
  const reply = { subject: `${message.subject}.response`, ...fields };
  if (message.message_id !== undefined) {
    reply.message_id = message.message_id;
  }
  frame.contentWindow.postMessage(reply, frame.dataset.toolOrigin);
}

window.addEventListener("message", (event) => {
  if (event.origin !== frame.dataset.toolOrigin || event.source !== frame.contentWindow) {
    return;
  }
  const message = read(event.data);
  if (message === null || typeof message !== "object") {
    return;
  }
  if (message.subject === "lti.capabilities") {
    answer(message, { supported_messages: SUBJECTS });
  } else if (message.subject === "lti.frameResize") {
    const wanted = Math.ceil(Number.parseFloat(message.height));
    if (Number.isFinite(wanted)) {
      const height = Math.min(Math.max(wanted, LOWEST), HIGHEST);
      frame.style.height = `${height}px`;
      answer(message, { height });
    }
  }
});
