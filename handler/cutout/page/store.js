const DATABASE = "cutout";
const TABLES = ["photos", "files", "results", "settings"];

/** The browser's own database, on this device only. */
export class Store {
  #database;

  /** Null where the browser forbids it, as some do in private windows. */
  static async open() {
    const store = new Store();
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => TABLES.forEach((table) => request.result.createObjectStore(table));
      store.#database = await outcome(request);
      return store;
    } catch (error) {
      console.info("Photos are not kept after a reload:", String(error));
      return null;
    }
  }

  get(table, key) {
    return outcome(this.#open(table, "readonly").get(key));
  }

  /** All values of a table, in the order of their keys. */
  all(table) {
    return outcome(this.#open(table, "readonly").getAll());
  }

  /** Rejects with a `QuotaExceededError` where the device has no room. */
  put(table, key, value) {
    return finished(this.#open(table, "readwrite").put(value, key).transaction);
  }

  remove(table, key) {
    return finished(this.#open(table, "readwrite").delete(key).transaction);
  }

  /** Removes what begins with the photo's number from all tables. */
  async forget(id) {
    const keys = IDBKeyRange.bound([id], [id, []]);
    for (const table of TABLES.slice(0, 3)) {
      await finished(this.#open(table, "readwrite").delete(keys).transaction);
    }
  }

  async clear() {
    const transaction = this.#database.transaction(TABLES, "readwrite");
    for (const table of TABLES) transaction.objectStore(table).clear();
    await finished(transaction);
  }

  #open(table, access) {
    return this.#database.transaction(table, access).objectStore(table);
  }
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
