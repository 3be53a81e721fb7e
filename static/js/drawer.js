// One drawer: it opens when something is put into it, closes on the event drawer:close, and gives the focus back.
const drawer = document.getElementById("drawer");
const body = document.getElementById("drawer-body");
let opener = null;

if (drawer) {
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target === body && !drawer.open) opener = detail.elt;
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target !== body || drawer.open) return;
    drawer.showModal();
    body.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
  });
  document.addEventListener("drawer:close", () => drawer.close());
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });
  drawer.addEventListener("close", () => {
    body.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
}
