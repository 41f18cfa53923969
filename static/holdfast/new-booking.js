// A free time that is pressed goes into the form without a round trip; without a script its button is sent.
(() => {
  "use strict";
  const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  const time = () => document.getElementById("id_time");
  const buttons = () => [...document.querySelectorAll("#free-times li button")];

  // The time of the form is marked; it, or else the first, is the one stop for Tab.
  const settle = () => {
    const all = buttons();
    for (const each of all) {
      if (each.dataset.time) each.setAttribute("aria-pressed", String(each.dataset.time === time().value));
      each.tabIndex = -1;
    }
    const stop = all.find((each) => each.getAttribute("aria-pressed") === "true") || all[0];
    if (stop) stop.tabIndex = 0;
  };

  document.documentElement.classList.add("has-script");
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#free-times [data-time]");
    if (!button) return;
    event.preventDefault();
    time().value = button.dataset.time;
    settle();
    const next = ["id_phone", "id_name"].map((id) => document.getElementById(id)).find((field) => !field.value);
    if (next) next.focus();
  });
  document.addEventListener("keydown", (event) => {
    const at = event.target.closest("#free-times li button");
    if (!at || !KEYS[event.key]) return;
    event.preventDefault();
    const all = buttons();
    const to = all[all.indexOf(at) + KEYS[event.key]];
    if (!to) return;
    at.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "id_time") settle();
  });
  document.addEventListener("htmx:afterSettle", settle);
  settle();
})();
