// The server's clock, in whole milliseconds: when it began to make this page, and what it says now, rather too early.
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;

export const began = Number(document.body.dataset.began);

export const moment = () => Math.floor(began + performance.now() - arrived);
