// The calendar by arrow keys and by drag. Both lead to the page that shows the old and the new time; a form does too.
(() => {
  "use strict";
  const ITEMS = "[data-grid] td a, [data-grid] td[data-start]:not(:has(a))";
  const RENEW_AFTER = 60000;
  let moved = null;

  const items = () => [...document.querySelectorAll(ITEMS)];
  const places = () => items().filter((each) => each.closest("[data-start]"));
  const say = (text) => { document.getElementById("said").textContent = text; };
  const mayMove = () => document.querySelector("#calendar[data-may-move]");

  // One stop for Tab: the entry that had the focus last, else the first.
  const rove = (to) => {
    for (const each of items()) each.tabIndex = -1;
    const stop = to || items()[0];
    if (stop) stop.tabIndex = 0;
  };

  const settle = () => {
    for (const each of document.querySelectorAll("[data-move]")) each.draggable = Boolean(mayMove());
    rove();
  };

  const begin = (link) => {
    moved = link;
    link.closest(".entry").classList.add("is-moving");
    document.getElementById("calendar").classList.add("dropping");
  };

  const end = () => {
    if (!moved) return;
    moved.closest(".entry").classList.remove("is-moving");
    document.getElementById("calendar").classList.remove("dropping");
    for (const each of document.querySelectorAll(".over-here")) each.classList.remove("over-here");
    moved = null;
  };

  const drop = (place) => {
    const form = document.getElementById("moving");
    form.action = moved.dataset.move;
    form.elements.start.value = place.dataset.start;
    form.elements.resource.value = place.dataset.resource;
    form.elements.version.value = moved.dataset.version;
    end();
    form.submit();
  };

  // The nearest entry in a direction, as it is seen: rows and columns may span.
  const beside = (from, key) => {
    const box = from.getBoundingClientRect();
    const across = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowUp" || key === "ArrowLeft" ? -1 : 1;
    let best = null;
    let least = Infinity;
    for (const each of moved ? places() : items()) {
      if (each === from) continue;
      const other = each.getBoundingClientRect();
      const along = across ? (other.left - box.left) * sign : (other.top - box.top) * sign;
      if (along <= 1) continue;
      const aside = across ? Math.abs(other.top - box.top) : Math.abs(other.left - box.left);
      const distance = along + aside * 10;
      if (distance < least) [best, least] = [each, distance];
    }
    return best;
  };

  const go = (to) => {
    if (!to) return;
    rove(to);
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const pressed = (event) => {
    const at = event.target.closest(ITEMS);
    if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
    const form = document.getElementById("moving");
    if (event.key.startsWith("Arrow")) go(beside(at, event.key));
    else if (event.key === "Home") go((moved ? places() : items())[0]);
    else if (event.key === "End") go((moved ? places() : items()).at(-1));
    else if (event.key === "Escape" && moved) {
      const back = moved;
      end();
      go(back);
      say(form.dataset.saidEnd);
    } else if (event.key === "Enter" && moved && at.closest("[data-start]")) drop(at.closest("[data-start]"));
    else if (event.key === "m" && at.dataset.move && mayMove()) {
      end();
      begin(at);
      say(form.dataset.saidBegin);
    } else {
      const way = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
      if (!way) return;
      way.click();
    }
    event.preventDefault();
  };

  document.addEventListener("keydown", pressed);
  document.addEventListener("dragstart", (event) => {
    const link = event.target.closest("[data-move]");
    if (!link || !mayMove()) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", link.textContent);
    begin(link);
  });
  document.addEventListener("dragover", (event) => {
    const place = moved && event.target.closest("[data-start]");
    for (const each of document.querySelectorAll(".over-here")) if (each !== place) each.classList.remove("over-here");
    if (!place) return;
    event.preventDefault();
    place.classList.add("over-here");
  });
  document.addEventListener("drop", (event) => {
    const place = moved && event.target.closest("[data-start]");
    if (!place) return;
    event.preventDefault();
    drop(place);
  });
  document.addEventListener("dragend", end);
  document.addEventListener("focusin", (event) => {
    const at = event.target.closest(ITEMS);
    if (at) rove(at);
  });

  // Whoever works in the table is not disturbed; otherwise it shows within a minute what has changed.
  setInterval(() => {
    const calendar = document.getElementById("calendar");
    if (!moved && !document.hidden && !calendar.contains(document.activeElement)) {
      window.htmx.trigger("#calendar", "refresh");
    }
  }, RENEW_AFTER);
  document.addEventListener("htmx:afterSettle", settle);
  settle();
})();
