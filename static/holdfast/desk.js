// The overview renews itself; whoever moves about in it by keyboard stays where they were.
(() => {
  "use strict";
  let kept = "";
  const inside = (event) => event.detail.target.id === "overview";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const focused = document.activeElement;
    kept = inside(event) && event.detail.target.contains(focused) ? focused.getAttribute("href") || "" : "";
  });
  document.addEventListener("htmx:afterSettle", () => {
    const again = kept && document.querySelector(`#overview a[href="${CSS.escape(kept)}"]`);
    kept = "";
    if (again) again.focus({ preventScroll: true });
  });
})();
