// The one tab that holds the lock keeps the stream for all; when it is closed the lock passes to the next.
import { moment } from "./clock.js";

const LONGEST = 60_000;
const FAILURES_BEFORE_POLLING = 3;
const MOST_TOPICS = 50;
// The server says something every quarter of a minute; a line that is dead says nothing, and no error either.
const SILENCE = 50_000;

export function lead(channel, receive, onLead) {
  const wanted = new Map();
  let source = null;
  let address = "";
  let failures = 0;
  let timer = 0;
  let leading = false;
  let heard = 0;
  // Since when somebody has not heard what changes: the stream is told, and sends what it has told others since.
  let since = Infinity;

  function spread(message) {
    channel.postMessage(message);
    receive(message);
  }

  function connect() {
    // Where many tabs ask for more than one stream may have, those that were opened last come first, each with its bell.
    const all = [...new Set([...wanted.values()].reverse().flat())].slice(0, MOST_TOPICS).sort();
    const next = all.length ? `/live/?topics=${encodeURIComponent(all.join(","))}` : "";
    const isOpen = source && source.readyState !== EventSource.CLOSED;
    if (next === address && isOpen && since === Infinity) return;
    if (isOpen) since = Math.min(since, moment());
    source?.close();
    source = null;
    address = next;
    if (next) open(since === Infinity ? next : `${next}&since=${since}`);
    since = Infinity;
  }

  function open(url) {
    source = new EventSource(url);
    heard = Date.now();
    for (const kind of ["open", "ping", "change", "resync"]) source.addEventListener(kind, () => (heard = Date.now()));
    source.addEventListener("open", () => {
      // What happened while nobody listened is not sent again: everybody looks once.
      if (failures) spread({ kind: "resync" });
      failures = 0;
      spread({ kind: "open" });
    });
    source.addEventListener("change", ({ data }) => spread({ kind: "change", topic: JSON.parse(data).topic }));
    source.addEventListener("resync", () => spread({ kind: "resync" }));
    source.addEventListener("error", fail);
  }

  function fail() {
    source?.close();
    failures += 1;
    if (failures === FAILURES_BEFORE_POLLING) spread({ kind: "blocked" });
    soon(Math.min(LONGEST, 1000 * 2 ** failures) * (0.75 + Math.random() / 2));
  }

  setInterval(() => {
    if (source && source.readyState !== EventSource.CLOSED && Date.now() - heard > SILENCE) fail();
  }, SILENCE / 5);

  function soon(delay) {
    clearTimeout(timer);
    timer = setTimeout(connect, delay);
  }

  function hear(message) {
    if (message.kind !== "topics") return;
    wanted.delete(message.tab);
    if (message.topics.length) wanted.set(message.tab, message.topics);
    since = Math.min(since, message.since ?? Infinity);
    if (leading) soon(300);
  }

  channel.addEventListener("message", ({ data }) => hear(data));
  // A browser without locks, as over plain HTTP, gets a stream per tab.
  const locks = navigator.locks ?? { request: (name, work) => Promise.resolve().then(work) };
  locks.request("rapport-live", () => {
    leading = true;
    channel.postMessage({ kind: "ask" });
    onLead();
    return new Promise(() => {});
  });
  return { hear };
}
