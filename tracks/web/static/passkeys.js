// Passkeys: asks the browser to make or use one, and sends what it says with the form.
(function () {
  "use strict";
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (sign) { return sign.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function named(list) {
    return (list || []).map(function (each) {
      return Object.assign({}, each, { id: bytes(each.id) });
    });
  }
  function options(given) {
    var asked = Object.assign({}, given.publicKey);
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user = Object.assign({}, asked.user, { id: bytes(asked.user.id) });
    if (asked.excludeCredentials) asked.excludeCredentials = named(asked.excludeCredentials);
    if (asked.allowCredentials) asked.allowCredentials = named(asked.allowCredentials);
    return { publicKey: asked };
  }
  function answer(made) {
    var said = made.response;
    var response = { clientDataJSON: text(said.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (said[name]) response[name] = text(said[name]);
    });
    return JSON.stringify({
      id: made.id, rawId: text(made.rawId), type: made.type, response: response,
      clientExtensionResults: {}
    });
  }
  document.querySelectorAll("form[data-passkey]").forEach(function (form) {
    var button = form.querySelector("[data-passkey-button]");
    if (!button || !window.PublicKeyCredential || !navigator.credentials) return;
    var failed = form.querySelector("[data-passkey-failed]");
    form.querySelector("[data-without-passkeys]").hidden = true;
    button.disabled = false;
    button.addEventListener("click", function (event) {
      if (form.elements.answer.value) return;
      event.preventDefault();
      failed.hidden = true;
      var asked = options(JSON.parse(form.dataset.options));
      var act = form.dataset.passkey === "new" ? "create" : "get";
      navigator.credentials[act](asked).then(function (made) {
        form.elements.answer.value = answer(made);
        form.requestSubmit(button);
      }).catch(function () { failed.hidden = false; });
    });
  });
})();
