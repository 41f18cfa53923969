// The form of a place: the computer's own clock as a first guess, and a palette beside the colour's digits.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const clock = document.querySelector("select[data-guess]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (clock && !clock.value && [...clock.options].some((each) => each.value === zone)) {
    clock.value = zone;
    const told = document.createElement("p");
    told.className = "help guess";
    told.setAttribute("role", "status");
    told.textContent = clock.dataset.guess;
    clock.after(told);
    clock.addEventListener("change", () => told.remove());
  }

  const typed = document.querySelector("input[data-picker]");
  if (typed) {
    const palette = document.createElement("input");
    palette.type = "color";
    palette.className = "palette";
    palette.setAttribute("aria-label", typed.dataset.picker);
    const follow = () => { palette.value = /^#[0-9a-f]{6}$/i.test(typed.value) ? typed.value : "#1f6b4f"; };
    palette.addEventListener("input", () => { typed.value = palette.value; });
    typed.addEventListener("input", follow);
    follow();
    typed.after(palette);
  }
});
