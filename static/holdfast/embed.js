/* For other websites: <script src="https://…/embed.js" data-location="salon" async></script> puts the booking
   pages of a place where the script stands, as high as they are. The place lists the websites it allows; on
   another, and while the pages cannot be reached, a link to them stands there. */
(() => {
  "use strict";
  const script = document.currentScript, { location: place, service, title, language, theme } = script.dataset;
  const PATIENCE_MILLISECONDS = 3000;
  const frame = document.createElement("iframe"), home = new URL(".", script.src);
  const link = document.createElement("a");
  const wishes = [language, theme].filter(Boolean).map((wish) => `~${wish}`).join("");
  frame.src = new URL(`embed/${wishes}${wishes && "/"}${place}/${service ? `${service}/` : ""}`, home);
  frame.title = link.textContent = title || place;
  link.href = new URL(`${place}/${service ? `${service}/` : ""}`, home);
  let isThere = false;
  const offerLink = () => {
    if (isThere) return;
    frame.replaceWith(link);
    console.warn(`The booking page cannot be shown here. Is ${location.origin} among the websites that may show it?`);
  };
  frame.addEventListener("load", () => setTimeout(offerLink, PATIENCE_MILLISECONDS));
  Object.assign(frame.style, { width: "100%", height: "40rem", border: "0" });
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== home.origin) return;
    isThere = true;
    if (data.holdfast === "height") frame.style.height = `${Math.ceil(data.height)}px`;
    if (data.holdfast === "page" && frame.getBoundingClientRect().top < 0) frame.scrollIntoView();
  });
  script.after(frame);
})();
