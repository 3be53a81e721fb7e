// Parts of a page that show a record: <section data-live="customers.customer:17" hx-trigger="live:change" hx-get="…">.
// They hear `live:change` when their topic changes. The tabs of a browser share one stream (stream.js).
import { parts, tell, tellWaiting } from "./live-parts.js";
import { began, moment } from "./clock.js";
import { lead } from "./stream.js";

const POLL = 30_000;
const WAITING = 5_000;
// A part that comes later was made so many milliseconds ago at most.
const SLACK = 2_000;
const tab = Math.random().toString(36).slice(2);
const channel = new BroadcastChannel("rapport-live");
const topics = () => [...new Set(parts().flatMap((part) => part.dataset.live.split(" ")))];
let announced = "";
let since = began;
let polling = 0;

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
  else if (message.kind === "open") {
    poll(false);
    since = null;
  }
  else if (message.kind === "ask") announce(true);
}

function announce(always = false) {
  const mine = topics();
  if (!always && mine.join() === announced) return;
  announced = mine.join();
  const message = { kind: "topics", tab, topics: mine, since: since ?? moment() - SLACK };
  channel.postMessage(message);
  leader?.hear(message);
}

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
