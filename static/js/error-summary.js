// bundle: forms tool
// What is wrong with a form is read first: the summary takes the focus when the page has loaded.
const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
