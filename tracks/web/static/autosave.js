// Saves what is typed, as it is typed. Without it the form's own button does the same.
(function () {
  "use strict";
  var field = document.querySelector("[data-autosave]");
  if (!field) return;
  var form = field.form;
  var line = form.querySelector("[data-saved]");
  var key = "typed:" + form.getAttribute("action");
  var saved = field.value;
  var timer = 0;
  var running = false;

  // What a lost connection or an ended sign-in left behind in this browser.
  try {
    var kept = sessionStorage.getItem(key);
    if (kept !== null && kept !== saved && saved === "") field.value = kept;
  } catch (_) { /* storage is switched off */ }

  function keep() {
    try { sessionStorage.setItem(key, field.value); } catch (_) { /* as above */ }
  }
  function forget() {
    try { sessionStorage.removeItem(key); } catch (_) { /* as above */ }
  }
  function say(text) { line.textContent = text; }

  function save() {
    if (running || field.value === saved || field.value.trim() === "") return;
    running = true;
    var sent = field.value;
    say(line.dataset.savingText);
    var body = new URLSearchParams();
    body.set("form_token", form.elements.form_token.value);
    body.set("revision", form.elements.revision.value);
    body.set("text", sent);
    body.set("go", "autosave");
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status === 409) { say(line.dataset.newerText); return null; }
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (result) {
        running = false;
        if (!result) return;
        saved = sent;
        form.elements.revision.value = result.revision;
        if (field.value === sent) forget();
        say(line.dataset.savedText + " " + result.at);
        if (field.value !== sent) later();
      })
      .catch(function () {
        running = false;
        say(line.dataset.offlineText);
      });
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  }
  field.addEventListener("input", function () { keep(); later(); });
  form.addEventListener("submit", function () { clearTimeout(timer); });
})();
