// A <details> used as a menu closes on Esc and on a click elsewhere; popovers do that by themselves.
const open = () => document.querySelectorAll('details[data-behaviour~="disclosure"][open]');

document.addEventListener("click", (event) => {
  for (const details of open()) {
    const outside = !details.contains(event.target);
    const curtain = event.target === details.querySelector("summary");
    if (outside && !curtain) details.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const details of open()) {
    details.open = false;
    details.querySelector("summary").focus();
  }
});

// The New menu opened by a key has its first entry focused, so that Enter is enough.
document.addEventListener("toggle", (event) => {
  if (event.newState === "open" && event.target.matches("[popover]")) event.target.querySelector("a, button")?.focus();
}, true);
