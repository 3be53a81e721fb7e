// Sign-in: show the password; in the demo, one click fills the form.
import "./csrf.js";
import "./forms.js";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-email]");
  const form = document.getElementById("login");
  if (!button || !form) return;
  form.elements.login.value = button.dataset.email;
  form.elements.password.value = button.closest("[data-password]").dataset.password;
  form.requestSubmit();
});
