// In a list with boxes: x chooses the current row, Shift and a click a range, the box above all of the page, and then
// all that the list holds. The bar counts; Esc chooses none. Without it the boxes and the buttons of the bar work alone.
let last = null;

const boxes = () => [...document.querySelectorAll('td input[name="chosen"]')];
const bar = () => document.getElementById("bulk");

function count() {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const above = document.querySelector("[data-choose-all]");
  const whole = bar()?.elements.namedItem("everything");
  if (!above || !bar()) return;
  above.checked = chosen > 0 && chosen === all.length;
  above.indeterminate = chosen > 0 && chosen < all.length;
  const more = bar().querySelector("[data-choose-everything]");
  if (more) more.hidden = !above.checked || Boolean(whole?.value);
  if (whole && !above.checked) whole.value = "";
  const shown = bar().querySelector("[data-count]");
  shown.textContent = whole?.value ? shown.dataset.everything : shown.dataset.words.replace("{count}", chosen);
  for (const box of all) box.closest("tr").setAttribute("aria-selected", String(box.checked));
}

function choose(from, to, checked) {
  const all = boxes();
  const [start, end] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const box of all.slice(Math.max(0, start), end + 1)) box.checked = checked;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.('input[name="chosen"]');
  if (box) {
    if (event.shiftKey && last?.isConnected) choose(last, box, box.checked);
    last = box;
    count();
  }
  const above = event.target.closest?.("[data-choose-all]");
  if (above) {
    for (const other of boxes()) other.checked = above.checked;
    count();
  }
  if (event.target.closest?.("[data-choose-everything]")) {
    bar().elements.namedItem("everything").value = "1";
    count();
  }
  if (event.target.closest?.("[data-choose-none]")) none();
});

function none() {
  for (const box of boxes()) box.checked = false;
  count();
}

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.hotkeys !== "on" || event.defaultPrevented || !boxes().length) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.('input:not([type="checkbox"]), select, textarea')) return;
  if (event.key === "x") {
    const box = document.querySelector('tr.current input[name="chosen"]');
    if (box) box.checked = !box.checked;
    count();
  } else if (event.key === "Escape" && boxes().some((box) => box.checked) && !document.querySelector("details[open]")) none();
});

// The boxes that Back brings back, and the rows of another page.
window.addEventListener("pageshow", count);
document.addEventListener("htmx:afterSettle", count);
