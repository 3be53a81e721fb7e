// Where a card of a board is, and what is said about it to those who do not see it.

// As the page shows it now: the board may have been drawn anew since the card was taken up.
export const current = (card) => document.getElementById(card.id) ?? card;

export const sibling = (card, side) => {
  let other = card[side];
  while (other && !other.matches("[data-card]")) other = other[side];
  return other;
};

export const placeOf = (card) => ({ list: card.parentElement, next: sibling(card, "nextElementSibling") });

export const columnOf = (element) => element?.closest("[data-column]");

export function say(board, name, card, column, more = {}) {
  const cards = [...(column?.querySelectorAll("[data-card]") ?? [])];
  const words = {
    card: card.querySelector(".title").textContent,
    column: column?.dataset.name ?? "",
    place: cards.indexOf(card) + 1,
    count: cards.length,
    ...more,
  };
  const sentence = board.dataset[name].replace(/\{(\w+)\}/g, (whole, word) => words[word] ?? whole);
  board.querySelector("[data-board-status]").textContent = sentence;
}
