// The token of the newest page of this browser counts: signing in again in another tab makes older ones stale.
const meta = document.querySelector('meta[name="csrf-token"]');
const channel = new BroadcastChannel("rapport-csrf");

export const token = () => meta?.content ?? "";

channel.onmessage = ({ data }) => {
  if (meta && data) meta.content = data;
};
if (token()) channel.postMessage(token());

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb === "get") return;
  detail.headers["X-CSRFToken"] = token();
  // A hidden field would win over the header, and it may be older.
  detail.parameters.delete?.("csrfmiddlewaretoken");
  delete detail.parameters.csrfmiddlewaretoken;
});

document.addEventListener("submit", ({ target }) => {
  const field = target.querySelector('input[name="csrfmiddlewaretoken"]');
  if (field && token()) field.value = token();
}, true);
