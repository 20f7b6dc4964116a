const DATABASE = "cutout";
const EDITION = 2; // version of the tables; raise it with each new table
const OF_PHOTOS = ["photos", "files", "results", "steps"]; // their keys begin with the photo's id
const TABLES = [...OF_PHOTOS, "settings"];

/** Wraps the browser's database (IndexedDB), which is on this device only. */
export class Store {
  #database;

  /** Opens the database. Returns null if the browser forbids it, as some do in private windows. Calls
   * `onBlocked()` while another tab has an older version of the page open, which blocks the database
   * until that tab is closed. */
  static async open(onBlocked) {
    const store = new Store();
    try {
      const request = indexedDB.open(DATABASE, EDITION);
      request.onupgradeneeded = () => addTables(request.result);
      request.onblocked = () => onBlocked();
      store.#database = await outcome(request);
      store.#database.onversionchange = () => store.#database.close(); // lets a newer page open it
      return store;
    } catch (error) {
      console.info("Photos are not kept after a reload:", String(error));
      return null;
    }
  }

  get(table, key) {
    return outcome(this.#open(table, "readonly").get(key));
  }

  /** Returns all values of a table, in the order of their keys. */
  all(table) {
    return outcome(this.#open(table, "readonly").getAll());
  }

  /** Returns the values of one photo in a table, in the order of their keys. */
  allOf(table, id) {
    return outcome(this.#open(table, "readonly").getAll(keysFrom([id])));
  }

  /** Stores a value. Rejects with a `QuotaExceededError` if the device has no room. */
  put(table, key, value) {
    return this.#change(table, (records) => records.put(value, key));
  }

  remove(table, key) {
    return this.#change(table, (records) => records.delete(key));
  }

  /** Removes a photo's values from a table, from a key on. */
  removeFrom(table, key) {
    return this.remove(table, keysFrom(key));
  }

  /** Removes a photo from all tables. */
  async forget(id) {
    for (const table of OF_PHOTOS) await this.removeFrom(table, [id]);
  }

  async clear() {
    const transaction = this.#database.transaction(TABLES, "readwrite");
    for (const table of TABLES) transaction.objectStore(table).clear();
    await finished(transaction);
  }

  /** Changes a table and commits at once; otherwise a reload right after it would undo the change. */
  #change(table, change) {
    const records = this.#open(table, "readwrite");
    const request = change(records);
    records.transaction.commit();
    return finished(request.transaction);
  }

  #open(table, access) {
    return this.#database.transaction(table, access).objectStore(table);
  }
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
    transaction.onabort = () => reject(transaction.error);
  });
}
