// On a phone one column is seen at a time: the tab of it is marked, and a tab brings its column.
import { behaviour } from "./behaviour.js";

const tabOf = (column) => document.getElementById(`tab-${column.dataset.column}`);

behaviour(".kanban-columns", (frame) => {
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const tab = tabOf(target);
        if (!isIntersecting) {
          tab?.removeAttribute("aria-current");
          continue;
        }
        tab?.setAttribute("aria-current", "true");
        const row = tab?.parentElement;
        if (row) row.scrollTo({ left: tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2 });
      }
    },
    { root: frame, threshold: 0.6 },
  );
  const watch = () => {
    watcher.disconnect();
    for (const column of frame.querySelectorAll("[data-column]")) watcher.observe(column);
  };
  watch();
  document.addEventListener("htmx:load", ({ target }) => frame.contains(target) && target.matches?.("[data-column]") && watch());
});

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-board-tab]");
  if (!tab) return;
  const column = document.getElementById(`column-${tab.dataset.boardTab}`);
  event.preventDefault();
  column?.scrollIntoView({ block: "nearest", inline: "start", behavior: "smooth" });
});
