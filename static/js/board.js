// A board: cards are dragged from column to column. Keys and the menu of a card do the same (board-keys.js, board-menu.js).
import { behaviour } from "./behaviour.js";
import { placeOf } from "./board-card.js";
import { move } from "./board-move.js";
import "./board-live.js";
import "./board-keys.js";
import "./board-menu.js";
import "./board-tabs.js";

let from = null;

const options = (board) => ({
  group: "board",
  draggable: "[data-card]",
  filter: "[aria-busy], [data-card]:not([data-move-url])",
  preventOnFilter: false,
  sort: board.dataset.manual === "on",
  animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
  // On a touch screen a card is taken up by resting on it: a swipe scrolls.
  delay: 180,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
  emptyInsertThreshold: 40,
  // Drawn by us, not by the browser: it looks and scrolls the same everywhere.
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 4,
  scrollSensitivity: 70,
  scrollSpeed: 14,
  bubbleScroll: true,
  ghostClass: "ghost",
  dragClass: "held",
  chosenClass: "chosen",
  onStart({ item }) {
    from = placeOf(item);
    board.classList.add("dragging");
  },
  onEnd({ item, to }) {
    board.classList.remove("dragging");
    const zone = to.closest("[data-zone]");
    if (zone) drop(item, zone.dataset.zone);
    else move(item, { from });
  },
});

function drop(card, key) {
  // A zone is a door, not a place: the card goes to the column behind it, or waits where it was if there is none.
  const list = document.querySelector(`[data-column="${CSS.escape(key)}"] [data-cards]`);
  if (list) list.prepend(card);
  else from.list.insertBefore(card, from.next?.isConnected ? from.next : null);
  move(card, { from, to: key });
}

behaviour("[data-cards], [data-zone]", (list) => {
  const board = list.closest("[data-board]");
  if (board && !Sortable.get(list)) new Sortable(list, options(board));
});

// A card that was moved to the end of what is loaded comes again with the next cards.
behaviour("[data-card]", (card) => {
  for (const twin of document.querySelectorAll(`[data-card="${card.dataset.card}"]`)) {
    if (twin !== card && !twin.contains(card)) twin.remove();
  }
});
