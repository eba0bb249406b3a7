// A browser may keep no cookie of ours inside an LMS. Then the LMS keeps two values for us (LTI
// platform storage): put on the way out, fetched on the way back, compared by our server.
(function () {
  "use strict";
  var place = document.querySelector("[data-storage]");
  if (!place) return;
  var plan = JSON.parse(place.dataset.storage);
  var isFetching = place.tagName === "FORM";
  var subject = isFetching ? "lti.get_data" : "lti.put_data";
  var lms = window.opener || window.parent;
  var FRAME_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;
  // ms. An LMS that says what it can do is worth a longer wait than one that says nothing.
  var FIRST_WORD = 1500, PATIENCE = 2000, LAST_TRY = 500;
  var MOST_FRAMES = 20;
  var AGAIN = 250; // ms: the LMS's own script may still be loading

  function newId() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  // The frame of that name. What stands under a name may be something else than a frame, and a
  // browser may hide names of another host's frames: then all, for only plan.origin hears us.
  function framesOf(name) {
    if (!FRAME_NAME.test(name)) return [];
    try {
      var found = lms.frames[name];
      if (found && typeof found.postMessage === "function") return [found];
    } catch (_) { /* hidden */ }
    return Array.from({ length: Math.min(lms.length, MOST_FRAMES) }, function (_, at) { return lms[at]; });
  }

  // The platform's answer, from its own origin and to this very question, or a word for what failed.
  function ask(windows, question, patience) {
    var message = Object.assign({ message_id: newId() }, question);
    return new Promise(function (resolve, reject) {
      function send() {
        windows.forEach(function (each) { each.postMessage(message, plan.origin); });
      }
      function hear(event) {
        var said = event.data;
        if (event.origin !== plan.origin || said === null || typeof said !== "object") return;
        if (said.message_id !== message.message_id) return;
        if (said.subject !== message.subject + ".response") return;
        end();
        if (said.error) { reject("refused"); } else { resolve(said); }
      }
      function end() {
        clearInterval(repeating);
        clearTimeout(waiting);
        window.removeEventListener("message", hear);
      }
      var repeating = setInterval(send, AGAIN);
      var waiting = setTimeout(function () { end(); reject("time_out"); }, patience);
      window.addEventListener("message", hear);
      send();
    });
  }

  // Where the values are kept. A platform that names a frame at login need not name it again.
  function keeper() {
    var named = plan.frame ? framesOf(plan.frame) : [];
    var fallback = named.length ? named : [lms];
    return ask(named.concat(lms), { subject: "lti.capabilities" }, FIRST_WORD).then(function (said) {
      var all = Array.isArray(said.supported_messages) ? said.supported_messages : [];
      var ours = all.find(function (each) { return each && each.subject === subject; });
      if (!ours) throw "unsupported";
      var other = typeof ours.frame === "string" ? framesOf(ours.frame) : [];
      return { windows: other.length ? other : fallback, patience: PATIENCE };
    }, function () { return { windows: fallback, patience: LAST_TRY }; });
  }

  function both(keeping) {
    return Promise.all([["state_key", "state_value"], ["nonce_key", "nonce_value"]].map(function (names) {
      var question = { subject: subject, key: plan[names[0]] };
      if (!isFetching) question.value = plan[names[1]];
      return ask(keeping.windows, question, keeping.patience);
    }));
  }

  function goOn() {
    // The LMS's page stays behind us in the history, this one does not.
    window.location.replace(place.href);
  }

  function answer(values) {
    var texts = values.map(function (each) { return each.value; });
    if (!texts.every(function (each) { return typeof each === "string" && each !== ""; })) throw "no_value";
    place.elements.state.value = texts[0];
    place.elements.nonce.value = texts[1];
    place.submit();
  }

  function giveUp(why) {
    place.elements.problem.value = typeof why === "string" ? why : "refused";
    place.submit();
  }

  // Pressed earlier, the button would go on without the values; this script comes to its end soon.
  place.addEventListener(isFetching ? "submit" : "click", function (event) { event.preventDefault(); });
  var done = lms === window ? Promise.reject("no_window") : keeper().then(both);
  if (isFetching) { done.then(answer).catch(giveUp); } else { done.then(goOn, goOn); }
})();
