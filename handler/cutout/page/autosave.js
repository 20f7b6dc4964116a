import { DEFAULTS } from "./choices.js";
import { Failure } from "./failure.js";
import { Photo } from "./photo.js";
import { Store } from "./store.js";

/** Stores the album on this device, so that it survives a reload. */
export class Autosave {
  #store = null;
  #album;
  #last = 0;
  #unkept = new Set(); // ids of photos whose source could not be stored

  /** Calls `onFull()` when the device has no room left, and `onBlocked()` while an older version of the
   * page in another tab blocks the database. */
  constructor(album, { onFull, onBlocked }) {
    this.#album = album;
    Object.assign(this, { onFull, onBlocked });
  }

  /** Adds the stored photos and choices to the album. Returns the stored background file, or null. */
  async restore() {
    this.#store = await Store.open(this.onBlocked);
    if (!this.#store) return null;
    const [records, files, results] = await Promise.all(
      ["photos", "files", "results"].map((table) => this.#store.all(table)),
    );
    const sources = new Map(files.map(({ id, ...source }) => [id, source]));
    const photos = new Map();
    for (const { id, thumb, own, isChecked = false, failure } of records) {
      if (!sources.has(id)) continue;
      const { file, address } = sources.get(id);
      const photo = Object.assign(new Photo(id, file, address), { thumb, isChecked });
      photo.own = own && { ...DEFAULTS, ...own }; // older versions of the page stored fewer choices
      photo.failure = failure && new Failure(failure.title, failure.message);
      photos.set(id, photo);
    }
    for (const made of results) photos.get(made.id)?.made.set(made.mode, made);
    this.#album.photos.unshift(...photos.values());
    Object.assign(this.#album.shared, await this.#store.get("settings", "choices"));
    return (await this.#store.get("settings", "scene")) ?? null;
  }

  /** Returns an id for a new photo: a number larger than all earlier ones. */
  nextId() {
    return (this.#last = Math.max(this.#last + 1, Date.now() * 1000));
  }

  /** Stores a new photo's file or address. */
  async add(photo) {
    const { id, source, address } = photo;
    if (!(await this.#put("files", [id], { id, file: source, address }))) this.#unkept.add(id);
    if (this.#album.photos.includes(photo)) await this.update(photo);
    else await this.forget(photo); // removed in the meantime
  }

  /** Stores a photo's data, except its file and results. */
  update({ id, thumb = null, own = null, isChecked = false, failure = null }) {
    const told = failure && { title: failure.title, message: failure.message };
    return this.#put("photos", [id], { id, thumb, own, isChecked, failure: told });
  }

  /** Stores a result, then replaces the one in memory by the stored one, with its PNG on disk. Returns
   * false if it could not be stored. */
  async addResult(photo, mode) {
    const key = [photo.id, mode];
    const made = { ...photo.made.get(mode), id: photo.id, mode };
    if (!(await this.#put("results", key, made))) return false;
    if (!this.#album.photos.includes(photo)) await this.#store.forget(photo.id);
    else photo.made.set(mode, await this.#store.get("results", key));
    return true;
  }

  /** Deletes a result, which is made again when it is next needed. */
  async dropResult({ id }, mode) {
    await this.#store?.remove("results", [id, mode]);
  }

  /** Returns the steps of a photo's mending that `addStep` stored, in order. */
  async steps({ id }) {
    return (await this.#store?.allOf("steps", id)) ?? [];
  }

  /** Stores a step of a photo's mending; `place` is its index, from 0. The database runs this and
   * `dropSteps` in the order of the calls. Returns false if the step could not be stored. */
  async addStep({ id }, place, record) {
    return !this.#unkept.has(id) && this.#put("steps", [id, place], record);
  }

  /** Deletes the steps of a photo's mending from index `place` on. */
  async dropSteps({ id }, place) {
    await this.#store?.removeFrom("steps", [id, place]);
  }

  choices() {
    return this.#put("settings", "choices", this.#album.shared);
  }

  scene(file) {
    return this.#put("settings", "scene", file);
  }

  async forget(photo) {
    await this.#store?.forget(photo.id);
  }

  async clear() {
    await this.#store?.clear();
  }

  /** Stores a value. Calls `onFull()` if there is no room for it. Returns false if it was not stored. */
  async #put(table, key, value) {
    if (!this.#store) return false;
    try {
      await this.#store.put(table, key, value);
      return true;
    } catch (error) {
      if (error?.name !== "QuotaExceededError") throw error;
      this.onFull();
      return false;
    }
  }
}
