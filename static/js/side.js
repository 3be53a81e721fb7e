// The folded navigation is kept in a cookie, so that the server draws it right and nothing jumps.
import { behaviour } from "./behaviour.js";

behaviour('[data-behaviour="side"]', (button) => {
  button.addEventListener("click", () => {
    const narrow = document.documentElement.dataset.side !== "narrow";
    if (narrow) document.documentElement.dataset.side = "narrow";
    else delete document.documentElement.dataset.side;
    button.setAttribute("aria-pressed", String(narrow));
    document.cookie = `rapport_side=${narrow ? "narrow" : ""}; path=/; max-age=31536000; samesite=lax`;
  });
});
