// Saves what is typed, as it is typed. Without it the form's own button does the same.
(function () {
  "use strict";
  var field = document.querySelector("[data-autosave]");
  if (!field) return;
  var form = field.form;
  var line = form.querySelector("[data-saved]");
  var mine = "typed:" + form.dataset.person + ":";
  var key = mine + form.getAttribute("action");
  var saved = field.value;
  var timer = 0;
  var running = false;
  var pressed = null;

  function keep() {
    var typed = { text: field.value, revision: form.elements.revision.value };
    try { sessionStorage.setItem(key, JSON.stringify(typed)); } catch (_) { /* switched off */ }
  }
  function forget() {
    try { sessionStorage.removeItem(key); } catch (_) { /* as above */ }
  }
  function say(text) { line.textContent = text; }

  // Schools share machines: what somebody else typed in this tab goes.
  function forgetOthers() {
    try {
      Object.keys(sessionStorage).forEach(function (each) {
        if (each.startsWith("typed:") && !each.startsWith(mine)) sessionStorage.removeItem(each);
      });
    } catch (_) { /* as above */ }
  }

  // What a lost connection or an ended sign-in left behind in this browser. It keeps the revision
  // it started from: if something newer has been saved meanwhile, the server will show both.
  function restore() {
    var kept = null;
    try { kept = JSON.parse(sessionStorage.getItem(key)); } catch (_) { /* as above */ }
    if (!kept) return;
    if (kept.text === saved) { forget(); return; }
    field.value = kept.text;
    form.elements.revision.value = kept.revision;
    later();
  }

  // Older browsers know no time-outs, or no way to press a button later: they do without.
  function soon() {
    return AbortSignal.timeout ? AbortSignal.timeout(15000) : undefined;
  }

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
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", signal: soon() })
      .then(function (answer) {
        if (answer.status === 409) { say(line.dataset.newerText); return null; }
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (result) {
        if (!result) return;
        saved = sent;
        form.elements.revision.value = result.revision;
        say(line.dataset.savedText + " " + result.at);
        if (field.value === sent) { forget(); } else { keep(); later(); }
      })
      .catch(function () { say(line.dataset.offlineText); })
      .finally(function () {
        running = false;
        if (pressed) form.requestSubmit(pressed);
      });
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  }

  forgetOthers();
  // Two texts are on the page: only the person can put them together, and then press the button.
  if (document.getElementById("newer")) return;
  restore();
  field.addEventListener("input", function () { keep(); later(); });
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    // The form would start from an older text than the one on its way, and meet itself.
    if (running && !pressed && form.requestSubmit) { event.preventDefault(); pressed = event.submitter; }
  });
})();
