import { DEFAULTS } from "./choices.js";
import { Failure } from "./failure.js";
import { Photo } from "./photo.js";
import { Store } from "./store.js";

/** Keeps the album on this device, so that it survives a reload. */
export class Autosave {
  #store = null;
  #album;
  #last = 0;
  #unkept = new Set(); // numbers of photos for which there was no room

  /** `onFull()` is called when the device has no room left, `onBlocked()` while another tab keeps the
   * page from what is on the device. */
  constructor(album, { onFull, onBlocked }) {
    this.#album = album;
    Object.assign(this, { onFull, onBlocked });
  }

  /** Puts back into the album what was kept; the file that was kept as background, or null. */
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
      photo.own = own && { ...DEFAULTS, ...own }; // an older page had fewer choices
      photo.failure = failure && new Failure(failure.title, failure.message);
      photos.set(id, photo);
    }
    for (const made of results) photos.get(made.id)?.made.set(made.mode, made);
    this.#album.photos.unshift(...photos.values());
    Object.assign(this.#album.shared, await this.#store.get("settings", "choices"));
    return (await this.#store.get("settings", "scene")) ?? null;
  }

  /** A number for a new photo, larger than any before. */
  nextId() {
    return (this.#last = Math.max(this.#last + 1, Date.now() * 1000));
  }

  /** Keeps a new photo's file or address. */
  async add(photo) {
    const { id, source, address } = photo;
    if (!(await this.#put("files", [id], { id, file: source, address }))) this.#unkept.add(id);
    if (this.#album.photos.includes(photo)) await this.update(photo);
    else await this.forget(photo); // it was removed meanwhile
  }

  /** Keeps what is known of a photo, but for its file and results. */
  update({ id, thumb = null, own = null, isChecked = false, failure = null }) {
    const told = failure && { title: failure.title, message: failure.message };
    return this.#put("photos", [id], { id, thumb, own, isChecked, failure: told });
  }

  /** Keeps a result, and puts the kept one in the place of the one in memory: it lies on the disk. False
   * where it could not be kept. */
  async addResult(photo, mode) {
    const key = [photo.id, mode];
    const made = { ...photo.made.get(mode), id: photo.id, mode };
    if (!(await this.#put("results", key, made))) return false;
    if (!this.#album.photos.includes(photo)) await this.#store.forget(photo.id);
    else photo.made.set(mode, await this.#store.get("results", key));
    return true;
  }

  /** Forgets a result that is made again when it is next needed. */
  async dropResult({ id }, mode) {
    await this.#store?.remove("results", [id, mode]);
  }

  /** What `addStep` has kept of a photo, in its order. */
  async steps({ id }) {
    return (await this.#store?.allOf("steps", id)) ?? [];
  }

  /** Keeps what was done at a place in a photo's mending. The database takes this and `dropSteps` in the
   * order of the calls. False where it could not be kept. */
  async addStep({ id }, place, record) {
    return !this.#unkept.has(id) && this.#put("steps", [id, place], record);
  }

  /** Forgets what was done in a photo's mending, from a place on. */
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

  /** False where it could not be kept. */
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
