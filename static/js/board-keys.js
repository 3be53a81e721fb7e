// On a board: arrow keys go from card to card, Shift with arrows moves the card; it is sent when the keys rest.
import { columnOf, placeOf, say } from "./board-card.js";
import { move } from "./board-move.js";

const REST = 450;
const resting = new Map();

const cardsOf = (column) => [...column.querySelectorAll("[data-card]")];

function neighbour(column, step) {
  const columns = [...column.closest("[data-board]").querySelectorAll("[data-column]")];
  return columns[columns.indexOf(column) + step];
}

function focus(card) {
  card?.querySelector(".title").focus({ preventScroll: true });
  card?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function walk(card, step, sideways) {
  const column = columnOf(card);
  const cards = cardsOf(column);
  const place = cards.indexOf(card);
  if (!sideways) return focus(cards[place + step]);
  let next = neighbour(column, step);
  while (next && !cardsOf(next).length) next = neighbour(next, step);
  if (next) focus(cardsOf(next)[Math.min(place, cardsOf(next).length - 1)]);
}

function shift(card, step, sideways) {
  const column = columnOf(card);
  const board = card.closest("[data-board]");
  if (!card.dataset.moveUrl || card.hasAttribute("aria-busy")) return;
  if (!sideways && board.dataset.manual !== "on") return say(board, "sorted", card, column);
  const before = placeOf(card);
  const cards = cardsOf(column);
  const place = cards.indexOf(card);
  if (sideways) {
    const next = neighbour(column, step);
    if (!next) return;
    next.querySelector("[data-cards]").insertBefore(card, cardsOf(next)[place] ?? null);
  } else {
    const other = cards[place + step];
    if (!other) return;
    if (step > 0) other.after(card);
    else other.before(card);
  }
  focus(card);
  say(board, "placed", card, columnOf(card));
  rest(card, before);
}

// Somebody on the way to the fourth column passes three: only where the card comes to rest is told.
function rest(card, before) {
  const known = resting.get(card);
  clearTimeout(known?.timer);
  const from = known?.from ?? before;
  card.dataset.resting = "";
  const timer = setTimeout(() => {
    resting.delete(card);
    delete card.dataset.resting;
    if (card.isConnected) move(card, { from });
  }, REST);
  resting.set(card, { from, timer });
}

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-board] [data-card]");
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const forward = getComputedStyle(card).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const steps = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: forward === "ArrowLeft" ? 1 : -1, ArrowRight: forward === "ArrowRight" ? 1 : -1 };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  const sideways = event.key === "ArrowLeft" || event.key === "ArrowRight";
  (event.shiftKey ? shift : walk)(card, step, sideways);
});

// Enter opens the card: by then it is where it was put.
addEventListener("pagehide", () => {
  for (const [card, { from, timer }] of resting) {
    clearTimeout(timer);
    move(card, { from });
  }
});
