// A page whose one form goes on by itself. Without it the form's button does the same.
(function () {
  "use strict";
  document.querySelector("form[data-auto-post]").submit();
})();
