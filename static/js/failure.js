// A request that failed says so, and can be sent again as it was.
import { toast } from "./toast.js";
import { word } from "./words.js";

const SENTENCES = { 403: "refused", 404: "gone", 410: "gone", 413: "heavy", 429: "often" };

// Whose own event asks again; others ask only once, or only for another text, or when they are loaded.
const ASKS_AGAIN = ["click", "board:again"];

const isLive = ({ elt }) => elt?.matches?.("[data-live], [data-quiet]");
let isSignedOut = false;

// What is gone does not come back by asking again.
function again({ elt, requestConfig, xhr }) {
  const event = requestConfig?.triggeringEvent;
  if (!elt?.isConnected || SENTENCES[xhr?.status] === "gone") return null;
  if (elt.matches("form")) return () => elt.requestSubmit();
  if (ASKS_AGAIN.includes(event?.type ?? "click")) return () => htmx.trigger(elt, event?.type ?? "click");
  return () => htmx.ajax(requestConfig.verb.toUpperCase(), requestConfig.path, { source: elt, event }).catch(() => {});
}

function say(sentence, detail) {
  // What cannot be fetched just now is tried again with the next change, by a colleague or by whoever types.
  if (isLive(detail)) return;
  toast({ text: word(sentence), level: "error", retry: again(detail) });
}

document.addEventListener("htmx:responseError", ({ detail }) => say(SENTENCES[detail.xhr.status] ?? "broken", detail));
document.addEventListener("htmx:sendError", ({ detail }) => say("offline", detail));
document.addEventListener("htmx:timeout", ({ detail }) => say("timeout", detail));

// What a page fetches by itself never takes away the page in which somebody may be writing. Nor does a form that is full
// of what was written: only of a draft there is a copy.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { detail } = event;
  const form = detail.elt.closest?.('[data-behaviour~="guard"]:not([data-behaviour~="draft"])');
  const isWritten = form && detail.xhr.getResponseHeader("Rapport-Signed-Out");
  if (!isWritten && !(isLive(detail) && detail.xhr.getResponseHeader("HX-Redirect"))) return;
  event.preventDefault();
  if (isWritten || !isSignedOut) toast({ text: word("signed_out"), level: "error" });
  isSignedOut = true;
});
