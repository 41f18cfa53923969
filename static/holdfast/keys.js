// Whoever works through a list by keyboard: j and k go from record to record, / to the search box.
// Keys of one letter can be switched off (WCAG 2.1.4), and stay so in this browser.
(() => {
  "use strict";
  const STORE = "holdfast.keys";
  let isOn = true;
  try { isOn = localStorage.getItem(STORE) !== "off"; } catch { /* a browser that keeps nothing */ }
  const records = () => [...document.querySelectorAll(".matters .what a:first-child")];
  const step = (by) => {
    const listed = records();
    const here = listed.findIndex((each) => each.closest(".matter").contains(document.activeElement));
    const next = listed[here < 0 ? 0 : Math.min(Math.max(here + by, 0), listed.length - 1)];
    if (next) next.focus();
  };
  const keys = { j: () => step(1), k: () => step(-1), "/": () => document.getElementById("desk-search")?.focus() };
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");
  const show = () => {
    for (const told of document.querySelectorAll(".keys")) {
      told.hidden = false;
      told.querySelector("button").setAttribute("aria-pressed", String(isOn));
    }
  };
  document.addEventListener("keydown", (event) => {
    if (!isOn || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (!keys[event.key] || isTyping(event.target)) return;
    event.preventDefault();
    keys[event.key]();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".keys button")) return;
    isOn = !isOn;
    try { localStorage.setItem(STORE, isOn ? "on" : "off"); } catch { /* then for this page only */ }
    show();
  });
  document.addEventListener("htmx:afterSettle", show);
  show();
})();
