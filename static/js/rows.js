// In a list: j and k walk the rows, Enter opens the current one.
let current = null;

const rows = () => [...document.querySelectorAll('[data-behaviour="rows"] tr[data-row]')];

function move(step) {
  const all = rows();
  if (!all.length) return;
  const place = current?.isConnected ? all.indexOf(current) + step : step > 0 ? 0 : all.length - 1;
  current?.classList.remove("current");
  current = all[Math.max(0, Math.min(place, all.length - 1))];
  current.classList.add("current");
  current.querySelector("a")?.focus({ preventScroll: true });
  current.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.hotkeys !== "on" || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest?.("input, select, textarea")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step || !rows().length) return;
  event.preventDefault();
  move(step);
});
