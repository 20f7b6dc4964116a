const DATABASE = "cutout";
const EDITION = 2; // version of the tables; raise it with each new table
const OF_PHOTOS = ["photos", "files", "results", "steps"]; // their keys begin with the photo's id
const TABLES = [...OF_PHOTOS, "settings"];
const LOCK = "cutout"; // held by the tab that works on the photos

/** Wraps the browser's database (IndexedDB), which is on this device only. */
export class Store {
  #database;

  /** Opens the database. Rejects if the browser forbids it, or if a newer version of the page has made
   * it. Calls `onBlocked()` while another tab has an older version of the page open, which blocks the
   * database until that tab is closed. Calls `onLost(isNewer)` when the database closes: for a newer
   * version of the page in another tab, or because the user or the browser has cleared it. Calls
   * `onTaken()` when the page is opened in another tab. */
  static async open({ onBlocked, onLost, onTaken }) {
    const store = await Store.#opened(EDITION, onBlocked);
    const database = store.#database;
    database.onversionchange = ({ newVersion }) => {
      database.close(); // lets a newer page open it
      onLost(newVersion !== null);
    };
    database.onclose = () => onLost(false);
    takeLock(onTaken);
    return store;
  }

  /** Runs `work(store)` on a database that was lost, in the version that it has now. */
  static async reopened(work) {
    const store = await Store.#opened();
    try {
      await work(store);
    } finally {
      store.#database.close();
    }
  }

  close() {
    this.#database.close();
  }

  static async #opened(edition, onBlocked = null) {
    const store = new Store();
    const request = indexedDB.open(DATABASE, edition);
    request.onupgradeneeded = () => addTables(request.result);
    request.onblocked = onBlocked;
    store.#database = await outcome(request);
    return store;
  }

  get(table, key) {
    return outcome(this.#open(table, "readonly").get(key));
  }

  /** Returns all values of each of the tables at one moment, in the order of their keys. */
  all(tables) {
    const transaction = this.#database.transaction(tables, "readonly");
    return Promise.all(tables.map((table) => outcome(transaction.objectStore(table).getAll())));
  }

  /** Returns the values of one photo in a table, in the order of their keys. */
  allOf(table, id) {
    return outcome(this.#open(table, "readonly").getAll(keysFrom([id])));
  }

  /** Stores rows, `[table, key, value]` each: all of them or none. Rejects with a `QuotaExceededError` if
   * the device has no room. */
  put(...rows) {
    const tables = rows.map(([table]) => table);
    return this.#change(tables, (transaction) =>
      rows.map(([table, key, value]) => transaction.objectStore(table).put(value, key)),
    );
  }

  remove(table, key) {
    return this.#change([table], (transaction) => [transaction.objectStore(table).delete(key)]);
  }

  /** Removes a photo's values from a table, from a key on. */
  removeFrom(table, key) {
    return this.remove(table, keysFrom(key));
  }

  /** Removes a photo from all tables. */
  async forget(id) {
    for (const table of OF_PHOTOS) await this.removeFrom(table, [id]);
  }

  /** Removes what is left of photos that have no record or no file. */
  async tidy() {
    const transaction = this.#database.transaction(OF_PHOTOS, "readwrite");
    const tables = OF_PHOTOS.map((table) => transaction.objectStore(table));
    const keys = await Promise.all(tables.map((table) => outcome(table.getAllKeys())));
    const [records, files] = keys.map((each) => new Set(each.map(([id]) => id)));
    for (const [at, table] of tables.entries()) {
      for (const key of keys[at]) if (!records.has(key[0]) || !files.has(key[0])) table.delete(key);
    }
    await finished(transaction);
  }

  async clear() {
    const tables = [...this.#database.objectStoreNames]; // a newer page may have more
    const transaction = this.#database.transaction(tables, "readwrite");
    for (const table of tables) transaction.objectStore(table).clear();
    await finished(transaction);
  }

  /** Changes tables and commits at once; otherwise a reload right after it would undo the change. A
   * transaction that WebKit was told to commit completes even if it could not store a blob. */
  async #change(tables, change) {
    const transaction = this.#database.transaction(tables, "readwrite");
    const requests = change(transaction);
    transaction.commit();
    await finished(requests.at(-1).transaction);
    const failed = requests.find(({ error }) => error);
    if (failed) throw failed.error;
  }

  #open(table, access) {
    return this.#database.transaction(table, access).objectStore(table);
  }
}

/** Takes the lock from any other tab, and holds it as long as this tab is open. Calls `onTaken()` when
 * another tab takes it. Only secure origins have locks. */
function takeLock(onTaken) {
  const held = navigator.locks?.request(LOCK, { steal: true }, () => new Promise(() => {}));
  held?.catch(({ name }) => {
    if (name === "AbortError") onTaken(); // stolen, not forbidden
  });
}

/** Adds the tables that an older version of the page did not have. */
function addTables(database) {
  for (const table of TABLES) {
    if (!database.objectStoreNames.contains(table)) database.createObjectStore(table);
  }
}

/** Returns the range of a photo's keys from `key` on. */
function keysFrom(key) {
  return IDBKeyRange.bound(key, [key[0], []]);
}

function outcome(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException("The database was closed.", "AbortError"));
  });
}
