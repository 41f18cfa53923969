/* Comfort on top of pages that work without it: one number per form, no double press, the visitor's own
   clock, and an honest page when the connection is gone. */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const PREFIX = "holdfast request ", TYPED = "holdfast typed ", TYPED_MILLISECONDS = 30 * 60_000;
  const locale = document.body.dataset.locale;
  const store = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return { getItem: () => null, setItem() {}, removeItem() {} };
    }
  })();

  // The visitor's own time beside the place's where their clocks differ, with the day where the days differ.
  function addYourTime(element) {
    const iso = element.dateTime, moment = new Date(iso);
    const parts = iso.match(/^(\d+-\d\d-\d\d)T.*(?:([+-])(\d\d):(\d\d)|Z)/);
    if (!parts || isNaN(moment)) return;
    const placeMinutes = parts[2] ? Number(parts[2] + "1") * (Number(parts[3]) * 60 + Number(parts[4])) : 0;
    if (placeMinutes === -moment.getTimezoneOffset()) return;
    const clock = { hour: "numeric", minute: "2-digit" };
    const isSameDay = parts[1] === moment.toLocaleDateString("sv-SE");
    const isBrief = element.dataset.placeTime === "brief";
    const day = isSameDay ? {} : { weekday: "short", ...(isBrief ? {} : { day: "numeric", month: "short" }) };
    const note = document.createElement("span"), label = document.createElement("span");
    note.className = "your-time";
    note.textContent = `${moment.toLocaleString(locale, { ...day, ...clock })} `;
    label.textContent = document.body.dataset.yourTime;
    label.className = isBrief ? "hidden" : "";
    note.append(label);
    element.append(isBrief ? hidden(", ") : "", note);
    all("[data-your-time-note][hidden]").forEach((each) => sayZone(each, moment));
  }

  // What the visitor's zone is called; an older browser does not know, and keeps the plain sentence.
  function sayZone(note, moment) {
    note.hidden = false;
    try {
      const parts = new Intl.DateTimeFormat(locale, { timeZoneName: "longGeneric" }).formatToParts(moment);
      const zone = parts.find((part) => part.type === "timeZoneName").value;
      note.textContent = note.dataset.yourTimeNote.replace("%s", zone);
    } catch {}
  }

  function hidden(text) { // for who listens
    const element = document.createElement("span");
    element.className = "hidden";
    element.textContent = text;
    return element;
  }

  // One number per form: a page that is loaded again sends the number of the first time.
  function keepNumber(form) {
    const field = form.elements.request_id, key = PREFIX + form.dataset.requestKey;
    const kept = store.getItem(key);
    if (kept && !("fresh" in form.dataset)) field.value = kept;
    else store.setItem(key, field.value);
  }
  function forgetNumbers() {
    const ours = (key) => key.startsWith(PREFIX) || key.startsWith(TYPED);
    Object.keys(store).filter(ours).forEach((key) => store.removeItem(key));
  }

  // What was typed comes back with another time, a reload or another language: in this tab, until it is booked.
  function keepTyped(form) {
    const key = TYPED + form.dataset.typed, isFilled = form.elements.name?.defaultValue;
    const address = new URLSearchParams(location.search); // what it says is asked now
    const fields = [...form.elements].filter((each) => each.closest(".field") && each.name && !address.has(each.name));
    const isTicked = (each) => each.type === "checkbox" || each.type === "radio";
    const write = () => {
      const said = fields.filter((each) => !isTicked(each) || each.checked).map((each) => [each.name, each.value]);
      store.setItem(key, JSON.stringify({ at: Date.now(), said }));
    };
    const read = (said) => fields.forEach((each) => {
      const values = said.filter(([name]) => name === each.name).map(([, value]) => value);
      if (isTicked(each)) each.checked = values.includes(each.value);
      else if (values.length) each.value = values[0];
    });
    const kept = JSON.parse(store.getItem(key));
    if (kept && Date.now() - kept.at > TYPED_MILLISECONDS) store.removeItem(key); // perhaps somebody else's by now
    else if (kept && !isFilled) read(kept.said);
    ["input", "change"].forEach((name) => form.addEventListener(name, write));
  }

  const buttons = (form) => [...form.elements].filter((each) => each.tagName === "BUTTON"); // also those outside it

  // No double press; nothing is lost by pressing while offline.
  function sendOnce(event) {
    const form = event.target, offline = form.querySelector("[data-offline-form]");
    if (offline) offline.hidden = navigator.onLine;
    if (form.dataset.sent || (offline && !navigator.onLine)) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => buttons(form).forEach((button) => button.setAttribute("aria-disabled", "true")));
  }
  function release() {
    all("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      buttons(form).forEach((button) => button.removeAttribute("aria-disabled"));
    });
  }

  // Another time for the same form: what was typed stays.
  function chooseInstead(event) {
    const link = event.target.closest("a[data-start]"), form = document.querySelector("form[data-request-key]");
    if (!link || !form) return;
    event.preventDefault();
    form.elements.start.value = link.dataset.start;
    all("[data-alternatives] a").forEach((each) => each.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    const shown = form.querySelector("time");
    shown.dateTime = link.dataset.start;
    shown.textContent = link.dataset.words;
    addYourTime(shown);
    all("s, [data-gone]", form).forEach((each) => each.replaceWith(...all("time", each)));
    form.querySelector("button").focus();
  }

  // The booking's page: asks again, knows the last answer's tag, and says when it cannot ask.
  function follow(holder) {
    const note = document.querySelector("[data-offline]"), said = document.querySelector("[data-announce]");
    const now = () => new Date().toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
    let etag = holder.dataset.live, asOf = now();
    const away = (isAway) => {
      if (isAway && note.hidden) note.textContent = note.dataset.offline.replace("%s", asOf);
      note.hidden = !isAway;
    };
    const refresh = () => window.htmx.trigger("#live", "refresh");
    holder.addEventListener("htmx:configRequest", (event) => { event.detail.headers["If-None-Match"] = etag; });
    holder.addEventListener("htmx:beforeRequest", (event) => { if (document.hidden || !navigator.onLine) event.preventDefault(); });
    document.body.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
      const answered = xhr.status === 200 || xhr.status === 304;
      if (answered) [etag, asOf] = [xhr.getResponseHeader("ETag") || etag, now()];
      away(!answered);
    });
    document.body.addEventListener("htmx:afterSettle", () => {
      all("#live [data-place-time]").forEach(addYourTime);
      const headline = document.querySelector("#live h1").textContent;
      if (said.textContent === headline) return;
      document.title = document.title.replace(said.textContent, () => headline);
      said.textContent = headline;
    });
    window.addEventListener("offline", () => away(true));
    window.addEventListener("online", refresh);
    document.addEventListener("visibilitychange", () => document.hidden || refresh());
    if (!navigator.onLine) away(true);
  }

  // Whoever really reads the page from a message's link says so; a scanner that only fetches it does not.
  function tellSeen({ dataset: { seen } }) {
    const message = new URLSearchParams(location.search).get("m");
    if (!message) return;
    navigator.sendBeacon(seen, new URLSearchParams({ m: message }));
    history.replaceState(null, "", location.pathname);
  }

  all("[data-place-time]").forEach(addYourTime);
  all("[data-clear-requests]").forEach(forgetNumbers);
  all("form[data-request-key]").forEach(keepNumber);
  all("form[data-typed]").forEach(keepTyped);
  all("form[data-once]").forEach((form) => form.addEventListener("submit", sendOnce));
  all("[data-alternatives]").forEach((list) => list.addEventListener("click", chooseInstead));
  all("form[data-ask-again]").forEach((form) => setTimeout(() => form.requestSubmit(), Number(form.dataset.askAgain)));
  all("[data-live]").forEach(follow);
  all("[data-seen]").forEach(tellSeen);
  document.querySelector("[data-focus]")?.focus();
  window.addEventListener("pageshow", release);
})();
