// Inside an LMS frame: tell the LMS how high the page is, so that there is one scrollbar, not two.
// LTI's and Canvas's message are the same word; both read `height`.
(function () {
  "use strict";
  if (window.parent === window) return;
  var told = 0;
  function tell() {
    var height = Math.ceil(document.documentElement.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    // "*": a height is no secret, and Canvas frames us through hosts we cannot know.
    window.parent.postMessage({ subject: "lti.frameResize", height: height }, "*");
  }
  new ResizeObserver(tell).observe(document.body);
  window.addEventListener("load", tell);
  // A new page in the same frame starts at its top, not where the last one was scrolled to.
  window.parent.postMessage({ subject: "lti.scrollToTop" }, "*");
})();
