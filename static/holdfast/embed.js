/* For other websites: <script src="https://…/embed.js" data-location="salon" async></script> puts the booking
   pages of a place where the script stands, as high as they are. The place lists the websites it allows. */
(() => {
  "use strict";
  const script = document.currentScript, { location: place, service, title } = script.dataset;
  const frame = document.createElement("iframe"), home = new URL(".", script.src);
  frame.src = new URL(`embed/${place}/${service ? `${service}/` : ""}`, home);
  frame.title = title || place;
  Object.assign(frame.style, { width: "100%", height: "40rem", border: "0" });
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home.origin) return;
    if (data.holdfast === "height") frame.style.height = `${Math.ceil(data.height)}px`;
    if (data.holdfast === "page" && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
  script.after(frame);
})();
