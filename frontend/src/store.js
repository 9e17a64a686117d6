// Words that the server has not confirmed yet, kept in this browser. One row for each document a page has open, under the signed-in
// member, the paper and its epoch: whoever signs in next on this computer neither sees nor sends them. A row is gone as soon as
// the server has everything. static/js/unsent-words.js looks at the same database when somebody signs out.
const NAME = "workspace-unsent";
const ROWS = "rows";

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(ROWS, { keyPath: ["member", "paper", "epoch", "client"] });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
  return opened;
}

async function inRows(mode, work) {
  try {
    const rows = (await database()).transaction(ROWS, mode).objectStore(ROWS);
    return await new Promise((resolve, reject) => {
      const asked = work(rows);
      rows.transaction.oncomplete = () => resolve(asked?.result);
      rows.transaction.onerror = () => reject(rows.transaction.error);
      rows.transaction.onabort = () => reject(rows.transaction.error);
    });
  } catch {
    return undefined; // a private window, a full disk: typing goes on, only without this net
  }
}

/**
 * @typedef {{member: string, paper: string, epoch: number, client: number, update: Uint8Array, text: string, base: number,
 *     since: number}} Row  update: what the server lacks; text: the whole text as the writer saw it; base: the newest revision
 *     then; since: when the first of these words was typed, milliseconds
 */

/** @returns {Promise<Row[]>} what this member left unsent in this paper, whatever its epoch */
export const unsentRows = async (member, paper) => (await inRows("readonly", (rows) => rows.getAll(IDBKeyRange.bound([member, paper], [member, paper, []])))) ?? [];

/** @returns {Promise<boolean>} whether it was kept */
export const keepRow = async (row) => (await inRows("readwrite", (rows) => rows.put(row))) !== undefined;

export const dropRow = ({ member, paper, epoch, client }) => inRows("readwrite", (rows) => rows.delete([member, paper, epoch, client]));
