// Others change a board too. It is fetched again, unless somebody has come far down a column: then it says so.
const hasGrown = (board) =>
  [...board.querySelectorAll("[data-cards]")].some(
    (list) => list.querySelectorAll("[data-card]").length > Number(board.dataset.first),
  );

const fetchAgain = (board) => board.dispatchEvent(new Event("board:stale"));

// It does not bubble.
document.addEventListener("live:change", ({ target }) => {
  if (!target.matches("[data-board]")) return;
  if (hasGrown(target)) target.querySelector("[data-board-news]").hidden = false;
  else fetchAgain(target);
}, true);

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-board-again]")) fetchAgain(target.closest("[data-board]"));
});
