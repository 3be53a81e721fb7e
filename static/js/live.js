// Parts of a page that show a record: <section data-live="customers.customer:17" hx-trigger="live:change" hx-get="…">.
// They hear `live:change` when their topic changes. The tabs of a browser share one stream (stream.js).
import { lead } from "./stream.js";

const POLL = 30_000;
const tab = Math.random().toString(36).slice(2);
const channel = new BroadcastChannel("rapport-live");
const parts = () => [...document.querySelectorAll("[data-live]")];
const topics = () => [...new Set(parts().flatMap((part) => part.dataset.live.split(" ")))];
const waiting = new Set();
let announced = "";
let polling = 0;

// The class "editing" comes only when htmx has settled: a fact with a form in it is one that is edited.
const busy = (part) =>
  part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
  part.querySelector(
    ".fact form, .note-form, .merge, form[aria-busy='true'], .menu-details[open], .comments form",
  );

function tell(part) {
  // An open form is not taken away from under somebody's hands: the part is fetched when it is closed.
  if (busy(part)) waiting.add(part.id);
  else {
    waiting.delete(part.id);
    part.dispatchEvent(new CustomEvent("live:change", { bubbles: false }));
  }
}

function hear(topic) {
  for (const part of parts()) if (!topic || part.dataset.live.split(" ").includes(topic)) tell(part);
}

function poll(on) {
  clearInterval(polling);
  polling = on ? setInterval(() => document.hidden || hear(""), POLL) : 0;
}

function receive(message) {
  if (message.kind === "change") hear(message.topic);
  else if (message.kind === "resync") hear("");
  else if (message.kind === "blocked") poll(true);
  else if (message.kind === "open") poll(false);
  else if (message.kind === "ask") announce(true);
}

function announce(always = false) {
  const mine = topics();
  if (!always && mine.join() === announced) return;
  announced = mine.join();
  const message = { kind: "topics", tab, topics: mine };
  channel.postMessage(message);
  leader?.hear(message);
}

// Asked for before the form was opened, answered after: the answer waits too.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const part = detail.requestConfig.elt;
  if (!part.matches("[data-live]") || detail.target !== part || !busy(part)) return;
  detail.shouldSwap = false;
  waiting.add(part.id);
});

const leader = lead(channel, receive, () => announce(true));
channel.addEventListener("message", ({ data }) => receive(data));
document.addEventListener("htmx:load", () => announce());
document.addEventListener("focusout", () =>
  setTimeout(() => parts().filter((part) => waiting.has(part.id)).forEach(tell)),
);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && polling) hear("");
});
addEventListener("pagehide", () => channel.postMessage({ kind: "topics", tab, topics: [] }));
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  announce(true);
  hear("");
});
announce();
