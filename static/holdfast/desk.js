// The overview renews itself; whoever moves about in it by keyboard stays where they were.
(() => {
  "use strict";
  let kept = "";
  let unfolded = [];
  const inside = (event) => event.detail.target.id === "overview";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const focused = document.activeElement;
    if (inside(event)) unfolded = [...document.querySelectorAll("#overview details[open]")].map((each) => each.id);
    kept = inside(event) && event.detail.target.contains(focused) ? focused.getAttribute("href") || "" : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of unfolded) if (id) document.getElementById(id)?.setAttribute("open", "");
    unfolded = [];
    const again = kept && document.querySelector(`#overview a[href="${CSS.escape(kept)}"]`);
    kept = "";
    if (again) again.focus({ preventScroll: true });
  });
})();
