// The tool says when its registration is done; then its frame goes.
"use strict";

const frame = document.querySelector("iframe[data-tool-origin]");

window.addEventListener("message", (event) => {
  if (event.origin !== frame.dataset.toolOrigin || event.source !== frame.contentWindow) {
    return;
  }
  if (event.data !== null && event.data.subject === "org.imsglobal.lti.close") {
    frame.remove();
    document.getElementById("done").hidden = false;
  }
});
