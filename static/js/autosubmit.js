// Filter forms: data-behaviour="autosubmit" sends them when a choice changes; what is empty stays out of the address.
document.addEventListener("change", ({ target }) => {
  const form = target.closest?.('form[data-behaviour~="autosubmit"]');
  if (form && form.checkValidity()) form.requestSubmit();
});

document.addEventListener("formdata", ({ target, formData }) => {
  if (target.method !== "get") return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of Object.entries(detail.parameters)) if (value === "") delete detail.parameters[name];
});
