// Sign-in: show the password; in the demo, one click fills the form.
import "./csrf.js";
import "./forms.js";
import { leave } from "./push.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-email]");
  const form = document.getElementById("login");
  if (!button || !form) return;
  form.elements.login.value = button.dataset.email;
  form.elements.password.value = button.closest("[data-password]").dataset.password;
  form.requestSubmit();
});

// Nobody is signed in: what is still on its way to whoever was is not shown here.
if (document.getElementById("login")) leave().catch(() => {});
