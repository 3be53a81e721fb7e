// What comes late takes the keys from nobody who has gone on and types elsewhere.
let typing = null;

const BOXES = "textarea, select, input:not([type=checkbox], [type=radio])";

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const box = document.activeElement;
  typing = box?.matches(BOXES) && !detail.target.contains(box) ? box : null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!typing?.isConnected || document.querySelector("dialog:modal")) return;
  if (document.activeElement !== typing) typing.focus({ preventScroll: true });
  setTimeout(() => (typing = null));
});
