// Long work: how far it has come, without loading the page anew. Without it there is a link to press.
(function () {
  "use strict";
  var EVERY = 1500;
  function part() { return document.querySelector("[data-working]"); }
  if (!part()) return;
  document.querySelector("[data-by-itself]").hidden = false;
  document.querySelector("[data-by-hand]").hidden = true;

  function look() {
    fetch(location.href, { credentials: "same-origin" })
      .then(function (answer) { return answer.text(); })
      .then(function (text) {
        var next = new DOMParser().parseFromString(text, "text/html").querySelector("[data-working]");
        if (!next) { location.reload(); return; }
        // The bar and its words stay where they are: only what has changed is told.
        var now = part(), bar = now.querySelector("progress"), newBar = next.querySelector("progress");
        now.querySelector("[role=status]").textContent = next.querySelector("[role=status]").textContent;
        ["max", "value", "aria-label"].forEach(function (name) {
          if (newBar.hasAttribute(name)) bar.setAttribute(name, newBar.getAttribute(name));
          else bar.removeAttribute(name);
        });
        setTimeout(look, EVERY);
      })
      .catch(function () { setTimeout(look, 3 * EVERY); });
  }
  setTimeout(look, EVERY / 4);  // most lists are short
})();
