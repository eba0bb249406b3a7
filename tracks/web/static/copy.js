// A button beside each value that is to be copied. Without it the value can be marked and copied.
(function () {
  "use strict";
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.hidden = false;
    var field = document.getElementById(button.dataset.copy);
    var said = button.parentElement.querySelector("[role=status]");
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(field.value).then(
        function () { said.textContent = button.dataset.copied; },
        function () { field.focus(); field.select(); }
      );
    });
  });
})();
