// The lines of an order: "Add a line" gives another empty row. Without this there are three, and three more after saving.
import { behaviour } from "./behaviour.js";

behaviour('[data-behaviour="lines"]', (box) => {
  const body = box.querySelector("tbody");
  const button = box.querySelector("[data-add-line]");
  button.hidden = false;

  button.addEventListener("click", () => {
    const next = body.rows.length;
    const row = body.rows[next - 1].cloneNode(true);
    for (const input of row.querySelectorAll("input")) {
      input.value = "";
      input.name = input.name.replace(/-\d+-/, `-${next}-`);
      input.ariaLabel = input.ariaLabel.replace(/\d+/, next + 1);
    }
    for (const sum of row.querySelectorAll("[id]")) {
      sum.id = sum.id.replace(/-\d+-/, `-${next}-`);
      sum.textContent = "";
    }
    body.append(row);
    row.querySelector("input").focus();
  });
});
