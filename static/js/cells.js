// A value of a list as a form in its cell: the focus goes into it, Esc brings the value back.
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (!target.matches?.("td.in-place")) return;
  target.querySelector(".cell-form select, .cell-form input:not([type=hidden]), :scope > a")?.focus();
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".cell-form");
  if (!form || event.key !== "Escape") return;
  event.preventDefault();
  form.querySelector("[data-cell-cancel]").click();
});
