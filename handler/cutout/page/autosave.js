import { DEFAULTS, showable } from "./choices.js";
import { Failure } from "./failure.js";
import { Photo } from "./photo.js";
import { Store } from "./store.js";

const CLOSED = ["AbortError", "InvalidStateError"]; // names of the errors of a closed database

/** Stores the album on this device, so that it survives a reload. */
export class Autosave {
  #store = null;
  #album;
  #last = 0;
  #unkept = new Set(); // ids of photos whose source could not be stored
  #adding = 0; // photos whose source is not stored yet
  #opened; // called once the database is open, can't be opened or is blocked
  #lastAdded = new Promise((done) => (this.#opened = done)); // photos added before that wait
  #isLost = false; // whether the database was closed under the page
  #refusal = null; // why the browser can't open the database
  #failures = new Set(); // texts of the errors that `onFailed` got

  /** Calls `onFull()` when the device has no space left, `onFailed(error)` when the browser fails to read or
   * store something for another reason, `onBlocked()` while an older version of the page in another tab
   * blocks the database, and `onLost(isNewer)` when the database closes or `onTaken()` when another tab
   * goes on with the photos, see `Store.open`. Nothing is stored from then on. */
  constructor(album, { onFull, onFailed, onBlocked, onLost, onTaken }) {
    this.#album = album;
    Object.assign(this, { onFull, onFailed, onBlocked, onLost, onTaken });
  }

  /** Returns whether a new photo is not stored yet. */
  get isAdding() {
    return this.#adding > 0;
  }

  /** Returns whether a photo will be here after a reload. */
  keeps(photo) {
    return this.#store !== null && !this.#unkept.has(photo?.id);
  }

  /** Adds the stored photos and choices to the album. Returns the stored background file, or null. */
  async restore() {
    this.#store = await Store.open({
      onBlocked: () => {
        this.#opened();
        this.onBlocked();
      },
      onLost: (isNewer) => this.#lose(isNewer),
      onTaken: () => this.#leave(),
    }).catch((error) => {
      this.#refusal = error; // reported with the first photo
      return null;
    });
    this.#opened();
    if (!this.#store) return null;
    const store = this.#store;
    const [records, files, results] = await store.all(["photos", "files", "results"]);
    const sources = new Map(files.map(({ id, ...source }) => [id, source]));
    const photos = new Map();
    for (const { id, thumb, own, isChecked = false, failure } of records) {
      if (!sources.has(id)) continue;
      const { file, address } = sources.get(id);
      const photo = Object.assign(new Photo(id, file, address), { thumb, isChecked });
      photo.own = own && { ...DEFAULTS, ...showable(own) };
      photo.failure = failure && new Failure(failure.title, failure.message, failure);
      photos.set(id, photo);
    }
    for (const made of results.filter(isComplete)) photos.get(made.id)?.made.set(made.mode, made);
    this.#album.photos.unshift(...photos.values());
    Object.assign(this.#album.shared, showable(await store.get("settings", "choices")));
    return (await store.get("settings", "scene")) ?? null;
  }

  /** Removes what is left of photos that `restore` can't add. */
  async tidy() {
    await this.#store?.tidy();
  }

  /** Returns an id for a new photo: a number larger than all earlier ones. */
  nextId() {
    return (this.#last = Math.max(this.#last + 1, Date.now() * 1000));
  }

  /** Stores a new photo's file or address and its data, after the photos added before: if all were
   * stored at once, the first results would wait for the last file. */
  async add(photo) {
    this.#adding += 1;
    const added = this.#lastAdded.then(() => this.#add(photo));
    this.#lastAdded = added.catch(() => {}); // the caller handles the error
    try {
      await added;
    } finally {
      this.#adding -= 1;
    }
  }

  async #add(photo) {
    const { id, source, address } = photo;
    if (!this.#album.photos.includes(photo)) return;
    const row = ["files", [id], { id, file: source, address }];
    if (!(await this.#put(row, recordRow(photo)))) this.#unkept.add(id);
    else if (source) photo.useCopy((await this.#get("files", [id]))?.file ?? source);
    if (!this.#album.photos.includes(photo)) await this.forget(photo); // removed in the meantime
  }

  /** Stores a photo's data, except its file and results. */
  update(photo) {
    return this.#put(recordRow(photo));
  }

  /** Stores a result, then replaces the one in memory by the stored one, with its PNG on disk. Returns
   * false if it could not be stored. */
  async addResult(photo, mode) {
    const key = [photo.id, mode];
    const made = { ...photo.made.get(mode), id: photo.id, mode };
    if (!(await this.#put(["results", key, made]))) return false;
    if (!this.#album.photos.includes(photo)) {
      await this.forget(photo);
      return true;
    }
    const kept = await this.#get("results", key);
    if (kept && kept.key === photo.made.get(mode)?.key) photo.made.set(mode, kept); // not replaced since
    return true;
  }

  /** Deletes a result, which is made again when it is next needed. */
  async dropResult({ id }, mode) {
    await this.#attempt((store) => store.remove("results", [id, mode]));
  }

  /** Returns the steps of a photo's mending that `addStep` stored, in order. */
  async steps({ id }) {
    return (await this.#store?.allOf("steps", id)) ?? [];
  }

  /** Stores a step of a photo's mending; `place` is its index, from 0. The database runs this and
   * `dropSteps` in the order of the calls. Returns false if the step could not be stored. */
  async addStep({ id }, place, record) {
    return !this.#unkept.has(id) && this.#put(["steps", [id, place], record]);
  }

  /** Deletes the steps of a photo's mending from index `place` on. */
  async dropSteps({ id }, place) {
    await this.#attempt((store) => store.removeFrom("steps", [id, place]));
  }

  choices() {
    return this.#put(["settings", "choices", this.#album.shared]);
  }

  scene(file) {
    return this.#put(["settings", "scene", file]);
  }

  forget(photo) {
    return this.#erase((store) => store.forget(photo.id));
  }

  clear() {
    return this.#erase((store) => store.clear());
  }

  #lose(isNewer) {
    if (this.#isLost) return;
    this.#store = null;
    this.#isLost = true;
    this.onLost(isNewer);
  }

  /** Leaves the photos to another tab, once those that were added here are stored. */
  async #leave() {
    this.onTaken();
    await this.#lastAdded;
    this.#store?.close();
    this.#store = null;
    this.#isLost = true;
  }

  /** Deletes what the user removes, also after the database was lost. Throws a `Failure` if it can't. */
  async #erase(work) {
    if (!this.#store && !this.#isLost) return; // nothing was ever stored
    try {
      await (this.#store ? work(this.#store) : Store.reopened(work));
    } catch (error) {
      console.error(error);
      const text = "The browser could not delete them. Reload this page, and remove them again.";
      throw new Failure("Removed photos are still on this device", text);
    }
  }

  /** Stores rows, see `Store.put`. Returns false if they were not stored. */
  #put(...rows) {
    return this.#attempt((store) => store.put(...rows));
  }

  async #get(table, key) {
    let value;
    await this.#attempt(async (store) => (value = await store.get(table, key)));
    return value;
  }

  /** Reports a failure once: in a private window of Safari, no photo and no result can be stored. */
  #fail(error) {
    const text = String(error);
    if (this.#failures.has(text)) return;
    this.#failures.add(text);
    this.onFailed(error);
  }

  /** Runs `work(store)`. Returns false if there is no database or the work fails, which the user is
   * told: photos work without being stored. */
  async #attempt(work) {
    if (this.#refusal) this.#fail(this.#refusal);
    if (!this.#store) return false;
    try {
      await work(this.#store);
      return true;
    } catch (error) {
      if (error.name === "QuotaExceededError") this.onFull();
      else if (CLOSED.includes(error.name)) this.#lose(false);
      else this.#fail(error);
      return false;
    }
  }
}

/** Returns whether a stored result can be used. Older versions of the page did not store where a shadow
 * ends, so the server makes it again. */
function isComplete({ mode, shadow }) {
  return mode !== "fg-image-shadow" || shadow !== undefined;
}

/** Returns the row of a photo's data, except its file and results. */
function recordRow({ id, thumb = null, own = null, isChecked = false, failure = null }) {
  const { title, message, wantsKey, isOffline } = failure ?? {};
  const told = failure && { title, message, wantsKey, isOffline };
  return ["photos", [id], { id, thumb, own, isChecked, failure: told }];
}
