// bundle: paper reading tool forms
// Signing out with words that the server does not have yet (frontend/src/store.js keeps them) asks first, then wipes them: the next
// person at this computer finds nothing. Only the rows of the member who signs out; those of others wait for them.
const NAME = "workspace-unsent";
const ROWS = "rows";

const opened = () =>
  new Promise((resolve) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.transaction.abort(); // there is none: nothing was ever kept here
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
    asked.onblocked = () => resolve(null);
  });

const done = (asked) =>
  new Promise((resolve) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(0);
  });

const signOut = async (form) => {
  const mine = IDBKeyRange.bound([form.dataset.signOut], [form.dataset.signOut, []]);
  const database = await opened();
  if (database) {
    const count = await done(database.transaction(ROWS).objectStore(ROWS).count(mine));
    if (count && !confirm(form.dataset.ask)) return;
    document.dispatchEvent(new CustomEvent("words-dropped"));
    await done(database.transaction(ROWS, "readwrite").objectStore(ROWS).delete(mine));
  }
  form.submit();
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-sign-out]") || !window.indexedDB) return;
  event.preventDefault();
  signOut(form).catch(() => form.submit());
});
