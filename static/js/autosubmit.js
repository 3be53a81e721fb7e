// data-behaviour="autosubmit": a filter form is sent when a choice changes.
document.addEventListener("change", ({ target }) => {
  const form = target.closest?.('form[data-behaviour~="autosubmit"]');
  if (form && form.checkValidity()) form.requestSubmit();
});
