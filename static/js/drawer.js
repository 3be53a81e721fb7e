// One drawer: it opens when something is put into it, closes on the event drawer:close, and gives the focus back.
// What was asked for it last is what opens, unless Esc or closing it has called that off.
const drawer = document.getElementById("drawer");
const body = document.getElementById("drawer-body");
let opener = null;
let asked = null;

const isUnderWay = () => body.querySelector(".htmx-request") !== null;

if (drawer) {
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target !== body) return;
    if (!drawer.open) opener = detail.elt;
    asked = detail;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.requestConfig.target === body && detail.xhr !== asked?.xhr) detail.shouldSwap = false;
  });
  // What was sent from it and found at fault comes back, also if it was closed meanwhile.
  document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
    if (drawer.open || !body.contains(target) || (detail.target !== body && detail.xhr.status < 400)) return;
    drawer.showModal();
    body.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
  });
  document.addEventListener("drawer:close", () => drawer.close());
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || drawer.open) return;
    // A second click may ask for it anew. What was to be written may have been written: it is not cut off.
    if (asked?.requestConfig.verb === "get") asked.xhr.abort();
    asked = null;
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!drawer.open && detail.successful && body.contains(detail.elt) && !isUnderWay()) body.replaceChildren();
  });
  drawer.addEventListener("close", () => {
    asked = null;
    // What is under way would have nobody left to say how it ended.
    if (!isUnderWay()) body.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
}
