// Sends a move that the page shows already, and takes it back when the server does not agree.
const sent = new WeakMap();

const sibling = (card, side) => {
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

function focus(card) {
  if (document.activeElement === document.body) card.querySelector(".title")?.focus({ preventScroll: true });
}

function putBack(card, from) {
  if (!card.isConnected || !from.list.isConnected) return;
  from.list.insertBefore(card, from.next?.parentElement === from.list ? from.next : null);
}

// `from` is where the card was; `to` the key of a column if it is not the one that the card is in now.
export function move(card, { from, to = "" }) {
  const board = card.closest("[data-board]");
  const here = placeOf(card);
  if (!to && here.list === from.list && here.next === from.next) return;
  const column = columnOf(card);
  const key = to || column.dataset.column;
  const arranged = column.dataset.column === key && board.dataset.manual === "on";
  // Above the one it is put before, below the one it is put after.
  const before = arranged ? here.next?.dataset.card : "";
  const after = arranged ? sibling(card, "previousElementSibling")?.dataset.card : "";
  sent.set(card, { board, from, to, key, focused: card.contains(document.activeElement) });
  card.setAttribute("aria-busy", "true");
  const values = { to: key, left: columnOf(from.list)?.dataset.column ?? "", moves: card.dataset.moves, before: before ?? "", after: after ?? "" };
  // The event lets a failed request be sent again from its toast.
  htmx.ajax("POST", card.dataset.moveUrl, { source: card, values, swap: "none", event: new CustomEvent("board:again") }).catch(() => {});
}

function arrived({ board, key, focused }, card) {
  const column = document.querySelector(`[data-column="${CSS.escape(key)}"]`);
  const name = document.querySelector(`[data-board-to="${CSS.escape(key)}"]`)?.textContent.trim() ?? "";
  say(board, "moved", card, column, { column: name });
  const settle = () => focused && focus(document.getElementById(card.id) ?? document.querySelector("[data-card]"));
  if (column && board.dataset.manual === "off") {
    htmx.ajax("GET", column.dataset.url, { source: column, target: column, swap: "outerHTML" }).then(settle);
  } else settle();
}

function refused({ board, from, to, key, focused }, card, status) {
  const now = document.getElementById(card.id) ?? card;
  if (now === card) putBack(card, from);
  if (focused) focus(now);
  if (status === 422) document.getElementById("drawer").addEventListener("close", () => focus(now), { once: true });
  else say(board, "returned", now, columnOf(now));
  card.addEventListener("board:again", () => again(card, from, to, key), { once: true });
}

function again(card, from, to, key) {
  const list = document.querySelector(`[data-column="${CSS.escape(key)}"] [data-cards]`);
  if (list && !to) list.prepend(card);
  move(card, { from, to: to || key });
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  // detail.elt may be a parent: the answer has replaced the card.
  const card = detail.requestConfig.elt;
  if (!sent.has(card) || !card.hasAttribute("aria-busy")) return;
  card.removeAttribute("aria-busy");
  // 409 and 422 count as successful for htmx, so only the status tells.
  const { status } = detail.xhr;
  if (status >= 200 && status < 300) arrived(sent.get(card), document.getElementById(card.id) ?? card);
  else refused(sent.get(card), card, status);
});

// What the drawer asked for a move was not given: the card has stayed where it was.
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-drawer-close]")) target.closest("dialog").close();
});
