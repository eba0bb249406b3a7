// Says what is chosen and how many, as it is ticked. Without it the page says so after a search.
(function () {
  "use strict";
  var form = document.querySelector("[data-picker]");
  var line = form.querySelector("[data-picked]");
  var button = form.querySelector("[data-add]");
  var problem = document.querySelector("[data-problem]");

  function said(text, kind, language) {
    var part = document.createElement("span");
    part.textContent = text;
    if (kind) part.className = kind;
    if (language) part.lang = language;
    return part;
  }
  function show() {
    var picked = Array.from(form.querySelectorAll("[name=pick]:checked"));
    button.textContent = button.dataset.add + (picked.length ? " (" + picked.length + ")" : "");
    line.replaceChildren(said(picked.length ? line.dataset.some : line.dataset.none));
    picked.forEach(function (one) {
      var title = form.querySelector("label[for='" + one.id + "'] [lang]");
      line.append(" ", said(one.dataset.title, "picked-one", title ? title.lang : ""));
    });
  }
  form.addEventListener("change", function (event) {
    if (event.target.name !== "pick") return;
    if (problem) problem.remove(); // it is about what was ticked before
    show();
  });
  // A browser that comes back to the page keeps the ticks: the words must agree with them.
  window.addEventListener("pageshow", show);
})();
