// A record that somebody deletes, or takes out of reach, while it is before others: it is said above it at once, also to
// whom the server would not give it back, and nothing that would be refused can be sent any more.
const pattern = document.getElementById("gone");
const whole = ({ elt, requestConfig }) => [elt, requestConfig?.elt].find((part) => part?.matches?.("[data-live-whole]"));
const SENDERS = '#main form[method="post"] :is([type="submit"], [type="file"], button:not([type]))';

function lock() {
  const isGone = document.querySelector("#main .deleted-banner") !== null;
  for (const button of document.querySelectorAll(SENDERS)) {
    if (button.closest(".deleted-banner") || button.disabled !== "locked" in button.dataset) continue;
    button.disabled = isGone;
    if (isGone) button.dataset.locked = "";
    else delete button.dataset.locked;
  }
}

document.addEventListener("htmx:responseError", ({ detail }) => {
  const part = whole(detail);
  if (!part || detail.xhr.status !== 404) return;
  if (!part.querySelector("[data-gone]")) part.prepend(pattern.content.cloneNode(true));
  lock();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => whole(detail) && lock());
