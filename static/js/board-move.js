// Sends a move that the page shows already, and takes it back when the server does not agree.
import { columnOf, current, placeOf, say, sibling } from "./board-card.js";

const sent = new WeakMap();

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
  const asking = asker();
  sent.set(asking, { board, card, from, to, key, focused: card.contains(document.activeElement) });
  card.setAttribute("aria-busy", "true");
  const values = { to: key, left: columnOf(from.list)?.dataset.column ?? "", moves: card.dataset.moves, before: before ?? "", after: after ?? "" };
  // The event lets a failed request be sent again from its toast.
  htmx.ajax("POST", card.dataset.moveUrl, { source: asking, values, swap: "none", event: new CustomEvent("board:again") }).catch(() => {});
}

// What asks stays on the page until it is answered. A card may be drawn anew, or go, and its answer would find no page.
function asker() {
  const element = document.createElement("span");
  element.hidden = true;
  document.body.append(element);
  return element;
}

function arrived({ board, card, key, focused }) {
  const column = document.querySelector(`[data-column="${CSS.escape(key)}"]`);
  const name = document.querySelector(`[data-board-to="${CSS.escape(key)}"]`)?.textContent.trim() ?? "";
  say(board, "moved", current(card), column, { column: name });
  const settle = () => focused && focus(document.getElementById(card.id) ?? document.querySelector("[data-card]"));
  if (column && board.dataset.manual === "off") {
    htmx.ajax("GET", column.dataset.url, { source: column, target: column, swap: "outerHTML" }).then(settle);
  } else settle();
}

function refused({ board, card, from, focused }, status) {
  const now = current(card);
  if (now === card) putBack(card, from);
  if (focused) focus(now);
  if (status === 422) document.getElementById("drawer").addEventListener("close", () => focus(now), { once: true });
  else say(board, "returned", now, columnOf(now));
}

function again(asking) {
  const { card, from, to, key } = sent.get(asking);
  asking.remove();
  const list = document.querySelector(`[data-column="${CSS.escape(key)}"] [data-cards]`);
  const now = current(card);
  if (list && !to) list.prepend(now);
  move(now, { from, to: to || key });
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const asking = detail.requestConfig.elt;
  const what = sent.get(asking);
  if (!what) return;
  for (const card of [what.card, current(what.card)]) card.removeAttribute("aria-busy");
  // 409 and 422 count as successful for htmx, so only the status tells.
  const { status } = detail.xhr;
  if (status >= 200 && status < 300) arrived(what);
  else refused(what, status);
  if (detail.successful) asking.remove();
  else asking.addEventListener("board:again", () => again(asking), { once: true });
});

// What the drawer asked for a move was not given: the card has stayed where it was.
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-drawer-close]")) target.closest("dialog").close();
});
