// Whoever chose a device once meets its variant first the next time. The choice stays in the browser.
(function () {
  "use strict";
  var KEY = "tracks-device";
  var buttons = Array.from(document.querySelectorAll(".device-picker input"));
  if (!buttons.length) return;
  function choose(device) {
    buttons.forEach(function (button) {
      if (button.value === device) button.checked = true;
    });
  }
  try {
    choose(window.localStorage.getItem(KEY));
  } catch (_) { /* a browser that keeps nothing here */ }
  buttons.forEach(function (button) {
    button.addEventListener("change", function () {
      var before = button.getBoundingClientRect().top;
      choose(button.value);
      // variants further up have other heights: what is being read stays where it is
      window.scrollBy(0, button.getBoundingClientRect().top - before);
      try {
        window.localStorage.setItem(KEY, button.value);
      } catch (_) { /* as above */ }
    });
  });
})();
