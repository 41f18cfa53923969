/* Inside a frame: tell the page around it how high this one is, whenever that changes. */
(() => {
  "use strict";
  if (window.parent === window) return;
  const tell = () => window.parent.postMessage({ holdfast: "height", height: document.documentElement.offsetHeight }, "*");
  new ResizeObserver(tell).observe(document.documentElement);
  window.parent.postMessage({ holdfast: "page" }, "*");
  tell();
})();
