// Saves the draft as it is typed, checks it, marks the lines, draws the preview anew.
// Without it the form's buttons do the same.
(function () {
  "use strict";
  var form = document.getElementById("editor");
  if (!form) return;
  var field = form.elements.text;
  var line = form.querySelector("[data-saved]");
  var list = document.getElementById("problem-list");
  var preview = document.getElementById("preview");
  var mine = "draft:" + form.dataset.person + ":";
  var key = mine + form.getAttribute("action");
  var saved = field.value;
  var timer = 0;
  var running = false;
  var pressed = null;
  var waits = 900;
  var unchecked = false;
  var marks = {};

  document.body.classList.add("has-script");

  // ---- what a lost connection must not take: the text stays in this browser
  function keep() {
    var typed = { text: field.value, revision: form.elements.revision.value, begun: form.elements.begun.value };
    try { localStorage.setItem(key, JSON.stringify(typed)); } catch (_) { /* full or switched off */ }
  }
  function forget() {
    try { localStorage.removeItem(key); } catch (_) { /* as above */ }
  }
  function forgetOthers() {
    try {
      Object.keys(localStorage).forEach(function (each) {
        if (each.startsWith("draft:") && !each.startsWith(mine)) localStorage.removeItem(each);
      });
    } catch (_) { /* as above */ }
  }
  function restore() {
    var kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch (_) { /* as above */ }
    if (!kept) return;
    if (kept.text === saved) { forget(); return; }
    // It keeps what it started from: if something newer has been saved, the server shows both.
    field.value = kept.text;
    form.elements.revision.value = kept.revision;
    form.elements.begun.value = kept.begun;
    later();
  }

  // ---- line numbers: the same text behind the field, in the same lines
  var behind = document.createElement("div");
  behind.className = "lines";
  behind.setAttribute("aria-hidden", "true");
  field.parentNode.insertBefore(behind, field);
  var drawn = [];
  function drawLines() {
    var texts = field.value.split("\n");
    for (var n = 0; n < texts.length; n += 1) {
      var level = marks[n + 1] || "";
      var had = drawn[n];
      if (!had) {
        had = { node: document.createElement("div"), text: null, level: null };
        had.node.className = "line";
        had.node.dataset.n = String(n + 1);
        behind.appendChild(had.node);
        drawn.push(had);
      }
      if (had.text !== texts[n]) { had.text = texts[n]; had.node.textContent = texts[n] || "\u200b"; }
      if (had.level !== level) { had.level = level; had.node.className = level ? "line is-" + level : "line"; }
    }
    while (drawn.length > texts.length) behind.removeChild(drawn.pop().node);
    fit();
  }
  function fit() {
    var style = getComputedStyle(field);
    ["paddingTop", "paddingBottom", "paddingLeft", "paddingRight", "fontSize", "lineHeight", "fontFamily", "letterSpacing"].forEach(function (name) { behind.style[name] = style[name]; });
    behind.style.borderStyle = "solid";
    behind.style.borderColor = "transparent";
    behind.style.borderWidth = style.borderTopWidth;
    // the field's scroll bar takes room that the lines must not have either
    behind.style.right = (field.offsetWidth - field.clientWidth - 2 * parseFloat(style.borderTopWidth)) + "px";
    behind.scrollTop = field.scrollTop;
  }
  function goTo(number) {
    var texts = field.value.split("\n");
    var start = texts.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
    field.focus();
    field.setSelectionRange(start, start + (texts[number - 1] || "").length);
    var node = drawn[number - 1] && drawn[number - 1].node;
    if (node) field.scrollTop = Math.max(0, node.offsetTop - field.clientHeight / 3);
    field.scrollIntoView({ block: "nearest" });
  }
  function readMarks() {
    marks = {};
    list.querySelectorAll("[data-line]").forEach(function (link) {
      var n = link.dataset.line;
      var level = link.closest(".is-warning") ? "warning" : "error";
      if (marks[n] !== "error") marks[n] = level;
    });
  }

  // ---- saving and checking
  function say(text, isTrouble) {
    line.textContent = text;
    line.classList.toggle("meta", !isTrouble);
    line.classList.toggle("ds-alert", !!isTrouble);
    line.dataset.color = "warning";
  }
  function soon() { return AbortSignal.timeout ? AbortSignal.timeout(20000) : undefined; }
  function save() {
    if (running || (field.value === saved && !unchecked)) return;
    running = true;
    var sent = field.value;
    say(line.dataset.savingText);
    var body = new FormData();
    body.set("form_token", form.elements.form_token.value);
    body.set("revision", form.elements.revision.value);
    body.set("begun", form.elements.begun.value);
    body.set("text", sent);
    body.set("go", "autosave");
    fetch(form.getAttribute("action"), { method: "POST", body: body, credentials: "same-origin", signal: soon() })
      .then(function (answer) {
        if (answer.status === 409) { say(line.dataset.newerText, true); return null; }
        if (answer.status === 401 || answer.status === 403) { say(line.dataset.signinText, true); return null; }
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (result) {
        if (!result) return;
        waits = 900;
        saved = sent;
        form.elements.revision.value = result.revision;
        if (result.begun) form.elements.begun.value = result.begun;
        say(result.at ? line.dataset.savedText + " " + result.at : "");
        if (result.isChecked) {
          list.innerHTML = result.html;
          readMarks();
          drawLines();
          show();
        } else { waits = 5000; }
        // what was not checked, as there was no time, is sent once more: the list is never an old one
        unchecked = !result.isChecked;
        if (field.value === sent) { forget(); } else { keep(); }
        if (unchecked || field.value !== sent) later();
      })
      .catch(function () { say(line.dataset.offlineText, true); waits = 5000; later(); })
      .finally(function () {
        running = false;
        if (pressed) form.requestSubmit(pressed);
      });
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(save, waits);
  }
  function show() {
    var at = 0;
    try { at = preview.contentWindow.scrollY; } catch (_) { /* not there yet */ }
    preview.addEventListener("load", function () {
      try { preview.contentWindow.scrollTo(0, at); } catch (_) { /* as above */ }
    }, { once: true });
    preview.src = preview.getAttribute("src");
  }

  form.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (button && button.name === "view" && field.value === saved) {
      event.preventDefault();
      preview.className = "preview is-" + button.value;
      preview.src = form.getAttribute("action") + "/preview?view=" + button.value;
      form.querySelectorAll("button[name=view]").forEach(function (each) {
        each.setAttribute("aria-pressed", String(each === button));
        each.dataset.variant = each === button ? "secondary" : "tertiary";
      });
    }
    if (button && button.value === "insert") {
      event.preventDefault();
      putIn(form.elements.piece.selectedOptions[0].dataset.piece);
    }
  });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-line]");
    if (!link) return;
    event.preventDefault();
    goTo(Number(link.dataset.line));
  });
  // In front of the line after the one the cursor stands in, with an empty line on both sides.
  function putIn(text) {
    var at = field.value.indexOf("\n", field.selectionEnd);
    if (at < 0) at = field.value.length;
    var before = field.value.slice(0, at).replace(/\n+$/, "");
    var after = field.value.slice(at).replace(/^\n+/, "");
    var id = /#([a-z-]+-)(\d+)/.exec(text);
    if (id) {
      var n = 1;
      while (field.value.indexOf("#" + id[1] + n) >= 0) n += 1;
      text = text.replace(id[0], "#" + id[1] + n);
    }
    var lead = before ? before + "\n\n" : "";
    field.value = lead + text + (after ? "\n" + after : "");
    field.focus();
    field.setSelectionRange(lead.length, lead.length + text.length - 1);
    changed();
  }
  function changed() { keep(); drawLines(); later(); }

  // A picture is put in where the cursor stands; without scripts its page says which line to write.
  var upload = document.getElementById("upload");
  if (upload) upload.addEventListener("submit", function (event) {
    event.preventDefault();
    var told = upload.querySelector("[data-upload]");
    var body = new FormData(upload);
    body.set("go", "json");
    function tell(words, color) {
      told.textContent = words;
      told.hidden = !words;
      told.dataset.color = color;
    }
    tell(told.dataset.sendingText, "info");
    fetch(upload.getAttribute("action"), { method: "POST", body: body, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
        return answer.json();
      })
      .then(function (result) {
        if (result.problem) { tell(result.problem, "danger"); return; }
        upload.reset();
        if (result.markdown) putIn(result.markdown + "\n");
        tell([result.told, result.taken_out].filter(Boolean).join(" "), "info");
      })
      .catch(function () { tell(line.dataset.offlineText, "danger"); });
  });
  forgetOthers();
  // The server has said that it has the text; what is typed from now on is new.
  if (form.hasAttribute("data-kept")) forget();
  if (/[?&]said=/.test(location.search)) {
    forget();
    history.replaceState(null, "", location.pathname + location.hash);
  }
  readMarks();
  drawLines();
  field.addEventListener("scroll", function () { behind.scrollTop = field.scrollTop; });
  window.addEventListener("resize", fit);
  if (window.ResizeObserver) new ResizeObserver(fit).observe(field);
  field.addEventListener("input", changed);
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    if (running && !pressed && form.requestSubmit) { event.preventDefault(); pressed = event.submitter; }
  });
  var wanted = /^#line-(\d+)$/.exec(location.hash);
  if (wanted) goTo(Number(wanted[1]));
  // Two texts are on the page: only the person can put them together, and then press the button.
  if (document.getElementById("newer")) { timer = 0; field.removeEventListener("input", changed); field.addEventListener("input", function () { keep(); drawLines(); }); return; }
  restore();
  drawLines();
})();
