// Parts of a page that show a record: <section data-live="customers.customer:17" hx-trigger="live:change" hx-get="…">.
// They hear `live:change` when their topic changes. The tabs of a browser share one stream (stream.js).
import { lead } from "./stream.js";

const POLL = 30_000;
const WAITING = 5_000;
const tab = Math.random().toString(36).slice(2);
const channel = new BroadcastChannel("rapport-live");
const parts = () => [...document.querySelectorAll("[data-live]")];
const topics = () => [...new Set(parts().flatMap((part) => part.dataset.live.split(" ")))];
const waiting = new Set();
const told = new Map();
const timers = new Map();
let announced = "";
let polling = 0;

// The class "editing" comes only when htmx has settled: a fact with a form in it is one that is edited.
const busy = (part) =>
  part.matches(".dragging") ||
  part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea") ||
  part.querySelector(
    ".fact form, .note-form, .merge, [aria-busy='true'], .menu-details[open], .comments form",
  );

// What takes long to make is fetched no more often than every so many seconds, and only while it is looked at.
function tell(part) {
  const pause = 1000 * (part.dataset.liveEvery ?? 0);
  const left = (told.get(part.id) ?? 0) + pause - Date.now();
  // An open form is not taken away from under somebody's hands: the part is fetched when it is closed.
  if (busy(part) || (pause && document.hidden)) waiting.add(part.id);
  else if (left > 0) later(part.id, left);
  else {
    waiting.delete(part.id);
    told.set(part.id, Date.now());
    part.dispatchEvent(new CustomEvent("live:change", { bubbles: false }));
  }
}

function later(id, delay) {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => parts().filter((part) => part.id === id).forEach(tell), delay));
}

const tellWaiting = () => parts().filter((part) => waiting.has(part.id)).forEach(tell);

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
document.addEventListener("focusout", () => setTimeout(tellWaiting));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) polling ? hear("") : tellWaiting();
});
setInterval(tellWaiting, WAITING);
addEventListener("pagehide", () => channel.postMessage({ kind: "topics", tab, topics: [] }));
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  announce(true);
  hear("");
});
announce();
