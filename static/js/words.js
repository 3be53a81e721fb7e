// Sentences come from the page, where they are translated.
const words = document.getElementById("words")?.dataset ?? {};

export const word = (name) => words[name] ?? "";
