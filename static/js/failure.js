// A request that failed says so, and can be sent again as it was.
import { toast } from "./toast.js";
import { word } from "./words.js";

const SENTENCES = { 403: "refused", 404: "gone", 410: "gone", 413: "heavy", 429: "often" };

const isLive = ({ elt }) => elt?.matches?.("[data-live], [data-quiet]");
let isSignedOut = false;

// What is gone does not come back by asking again.
function again({ elt, requestConfig, xhr }) {
  const event = requestConfig?.triggeringEvent;
  if (!elt?.isConnected || SENTENCES[xhr?.status] === "gone") return null;
  return () => (elt.matches("form") ? elt.requestSubmit() : htmx.trigger(elt, event?.type ?? "click"));
}

function say(sentence, detail) {
  // What cannot be fetched just now is tried again with the next change, by a colleague or by whoever types.
  if (isLive(detail)) return;
  toast({ text: word(sentence), level: "error", retry: again(detail) });
}

document.addEventListener("htmx:responseError", ({ detail }) => say(SENTENCES[detail.xhr.status] ?? "broken", detail));
document.addEventListener("htmx:sendError", ({ detail }) => say("offline", detail));
document.addEventListener("htmx:timeout", ({ detail }) => say("timeout", detail));

// What a page fetches by itself never takes away the page in which somebody may be writing.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const { detail } = event;
  if (!isLive(detail) || !detail.xhr.getResponseHeader("HX-Redirect")) return;
  event.preventDefault();
  if (!isSignedOut) toast({ text: word("signed_out"), level: "error" });
  isSignedOut = true;
});
