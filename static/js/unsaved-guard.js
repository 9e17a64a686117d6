// Leaving a page with unsaved words asks first. Sending the form is no leaving. Loaded as a module by the pages where one writes.

for (const form of document.querySelectorAll("form[data-guard]")) {
  // text that a refusal or an ended session gave back is unsaved from the start
  const isUnsaved = form.dataset.guard === "unsaved";
  const fields = [...form.elements].filter((field) => field.matches("textarea, input[type='text'], input[type='radio']"));
  const state = () => fields.map((field) => (field.type === "radio" ? field.checked : field.value)).join("\n\0");
  const first = state();
  let isSent = false;

  form.addEventListener("submit", () => {
    isSent = true;
  });
  // back from the browser's memory; the first showing may come after a quick hand has sent the form
  addEventListener("pageshow", (event) => {
    if (event.persisted) isSent = false;
  });
  addEventListener("beforeunload", (event) => {
    if (!isSent && (isUnsaved || state() !== first)) event.preventDefault();
  });
}
