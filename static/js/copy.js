// <button data-copy="+441632960000">: puts the text on the clipboard.
import { toast } from "./toast.js";
import { word } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    toast({ text: `${word("copied")}: ${button.dataset.copy}` });
  } catch {
    // Without permission (or without https) the text is marked, so that the person can copy it.
    getSelection().selectAllChildren(button.closest(".fact, td, p")?.querySelector("dd, a") ?? button);
  }
});
