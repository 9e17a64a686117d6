// Leaving a page with unsaved words asks first. Sending the form is no leaving. Loaded at once in the head of the pages where one
// writes, not as a module: no word is typed and no form sent before it is there.
{
  let sent = null;

  const isChanged = (field) =>
    field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
  const fields = (form) => [...form.elements].filter((field) => field.matches("textarea, input[type='text'], input[type='radio']"));
  // text that a refusal or an ended session gave back is unsaved from the start
  const isUnsaved = (form) => form !== sent && (form.dataset.guard === "unsaved" || fields(form).some(isChanged));

  addEventListener("submit", (event) => {
    sent = event.target;
  });
  // whoever writes on after sending was not taken elsewhere
  addEventListener("input", () => {
    sent = null;
  });
  // back from the browser's memory
  addEventListener("pageshow", (event) => {
    if (event.persisted) sent = null;
  });
  addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("form[data-guard]")].some(isUnsaved)) event.preventDefault();
  });
}
