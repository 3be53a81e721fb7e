// Working through a list: Ctrl+Enter finishes and goes on, wherever the focus is; the first answer is at hand at once.
const form = document.getElementById("work-form");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
  if (event.target.closest?.("form, dialog")) return;
  event.preventDefault();
  form.requestSubmit();
});

// Without a click or Tab: numbers choose the outcome, letters act. The first mistake is where one goes on.
(form?.querySelector("[aria-invalid=true]") ?? form?.querySelector("input[type=radio]") ?? form?.querySelector("textarea"))?.focus({
  preventScroll: true,
});

// A day for what is next by one click; a second one takes it back.
document.querySelectorAll(".work-days [data-day]").forEach((chip) =>
  chip.addEventListener("click", () => {
    const { next_on: on } = form.elements;
    on.value = on.value === chip.dataset.day ? "" : chip.dataset.day;
    on.dispatchEvent(new Event("input", { bubbles: true }));
  }),
);

// The menu of days opens with its first entry focused, so that S and Enter are enough.
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches(".work-head details")) target.querySelector("button")?.focus();
}, true);
