// Tells the LMS's page that opened us that the registration is done, so that it can close us.
(function () {
  "use strict";
  var said = document.querySelector("[data-close-origins]");
  var lms = window.opener || (window.parent === window ? null : window.parent);
  if (!said || !lms) return;
  // The word is no secret, and goes to the LMS's own origins only.
  said.dataset.closeOrigins.split(" ").forEach(function (origin) {
    if (origin) lms.postMessage({ subject: "org.imsglobal.lti.close" }, origin);
  });
})();
