// data-behaviour="chosen-in-view": a row of links that scrolls sideways shows the chosen one, and the page stays put.
import { behaviour } from "./behaviour.js";

behaviour('[data-behaviour~="chosen-in-view"]', (row) => {
  const chosen = row.querySelector("[aria-current]");
  if (!chosen) return;
  const [outer, inner] = [row.getBoundingClientRect(), chosen.getBoundingClientRect()];
  row.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
});
