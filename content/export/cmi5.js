// What a cmi5 page says to the record store that launched it (cmi5, sections 8 to 11). Opened on its
// own it is an ordinary page, and says nothing to anybody.
(async () => {
  const ask = new URLSearchParams(location.search);
  const endpoint = (ask.get("endpoint") || "").replace(/\/?$/, "/");
  const main = document.querySelector("main");
  const told = document.getElementById("told");
  const done = document.getElementById("done");
  const began = Date.now();
  const say = (name) => { told.textContent = main.dataset[name]; };
  const category = (name) => ({ id: `https://w3id.org/xapi/cmi5/context/categories/${name}` });
  let token = "", launch = null, isOver = false;

  const call = async (path, options = {}) => {
    const headers = { Authorization: `Basic ${token}`, "X-Experience-API-Version": "1.0.3" };
    if (options.body) headers["Content-Type"] = "application/json";
    const answer = await fetch(endpoint + path, { ...options, headers, keepalive: true });
    if (!answer.ok && !(answer.status === 404 && !options.method)) throw new Error(answer.status);
    return answer;
  };
  const state = (id) => "activities/state?" + new URLSearchParams({
    stateId: id, activityId: ask.get("activityId"), agent: ask.get("actor"),
    registration: ask.get("registration"),
  });
  const send = (verb, result, countsAsProgress) => {
    const context = structuredClone(launch.contextTemplate);
    context.registration = ask.get("registration");
    // What says that this is cmi5's own word is the page's to add (9.6.2): not every LMS does it.
    const kinds = [category("cmi5"), ...(countsAsProgress ? [category("moveon")] : [])];
    const given = context.contextActivities?.category || [];
    const added = kinds.filter((kind) => !given.some((one) => one.id === kind.id));
    context.contextActivities = { ...context.contextActivities, category: [...given, ...added] };
    const seconds = `PT${((Date.now() - began) / 1000).toFixed(2)}S`;
    if (verb !== "initialized") result = { ...result, duration: seconds };
    const statement = {
      id: crypto.randomUUID(), actor: JSON.parse(ask.get("actor")),
      // Open edX reads the word, not the id
      verb: { id: `http://adlnet.gov/expapi/verbs/${verb}`, display: { en: verb } },
      object: { objectType: "Activity", id: ask.get("activityId") },
      context, timestamp: new Date().toISOString(), ...(result && { result }),
    };
    // One by one: Open edX takes no list, and says yes to it all the same.
    const where = `statements?${new URLSearchParams({ statementId: statement.id })}`;
    return call(where, { method: "PUT", body: JSON.stringify(statement) });
  };

  // a page may say "completed" and "passed" once for each registration
  let before = {};
  const remember = async (word) => {
    before[word] = true;
    await call(state("tracks.done"), { method: "PUT", body: JSON.stringify(before) });
  };
  const moves = async (score) => {
    if (!launch || isOver) return;
    if (launch.launchMode === "Normal") {
      if (!before.completed) {
        await send("completed", { completion: true }, true);
        await remember("completed");
      }
      if (score !== undefined && !before.passed) {
        const isPassed = score >= (launch.masteryScore ?? 1);
        const result = { success: isPassed, score: { scaled: score } };
        await send(isPassed ? "passed" : "failed", result, true);
        if (isPassed) await remember("passed");
      }
    }
    await send("terminated");
    isOver = true;
  };

  const quiz = document.getElementById("quiz");
  // As content.grading has it: capitals, spaces and a full stop at the end are not asked about.
  const folded = (text) => text.normalize("NFC").toUpperCase().toLowerCase().normalize("NFC")
    .trim().split(/\s+/).join(" ").replace(/\.$/, "").trimEnd();
  const isNear = (given, [value, tolerance, mayBePercent]) => {
    const found = /^([-+\u2212]?)([0-9]{1,15}(?:[.,][0-9]{1,15})?)(%?)$/
      .exec(given.replace(/\s+/g, ""));
    if (!found || (found[3] && !mayBePercent)) return false;
    const number = Number(found[2].replace(",", ".")) * (/[-\u2212]/.test(found[1]) ? -1 : 1);
    return Math.abs(number - value) <= tolerance + 1e-9 * Math.max(1, Math.abs(value));
  };
  const isRight = (field) => {
    const { texts, numbers, places } = JSON.parse(field.dataset.right);
    if (numbers) return numbers.some((number) => isNear(field.value, number));
    if (places) return field.value !== "" && places.includes(Number(field.value));
    return folded(field.value) !== "" && texts.map(folded).includes(folded(field.value));
  };
  const score = () => {
    const fields = [...quiz.querySelectorAll("[data-right]")];
    if (fields.length) return fields.every(isRight) ? 1 : 0;
    const right = JSON.parse(quiz.dataset.right);
    const chosen = [...quiz.querySelectorAll("input:checked")].map((one) => Number(one.value));
    const hits = chosen.filter((one) => right.includes(one)).length;
    const isWhole = hits === right.length && chosen.length === right.length;
    if (isWhole || quiz.dataset.form === "one") return isWhole ? 1 : 0;
    return Math.max(0, 2 * hits - chosen.length) / right.length;
  };
  done.addEventListener("click", async () => {
    done.disabled = true;
    const reached = quiz ? score() : undefined;
    try {
      await moves(reached);
    } catch {
      say("unsaved");
      done.disabled = false;
      return;
    }
    if (quiz) {
      quiz.querySelectorAll("input, select").forEach((one) => { one.disabled = true; });
      quiz.querySelectorAll("[hidden]").forEach((one) => { one.hidden = false; });
    }
    say(!quiz ? "saved" : reached === 1 ? "right" : "wrong");
    if (launch?.returnURL && !quiz) location.href = launch.returnURL;
  });

  if (ask.get("fetch") && ask.get("endpoint")) {
    try {
      token = (await (await fetch(ask.get("fetch"), { method: "POST" })).json())["auth-token"];
      const found = await (await call(state("LMS.LaunchData"))).json();
      await call("agents/profile?" + new URLSearchParams({
        profileId: "cmi5LearnerPreferences", agent: ask.get("actor"),
      }));
      const earlier = await call(state("tracks.done"));
      before = earlier.ok ? await earlier.json() : {};
      launch = found;
      await send("initialized");
    } catch {
      launch = null;
      say("unsaved");
      return;
    }
  }
  done.disabled = false;
})();
