import { thumbOf } from "./thumb.js";

/** Makes thumbnails of new photos, one after another. */
export class Thumbs {
  #waiting = [];
  #isAtWork = false;

  /** Calls `onMade(photo)` after each one, and `onError(error)` if one fails. */
  constructor(onMade, onError) {
    Object.assign(this, { onMade, onError });
  }

  async add(photos) {
    this.#waiting.push(...photos);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    for (let photo = this.#waiting.shift(); photo; photo = this.#waiting.shift()) {
      if (!photo.thumb) await this.#make(photo).catch(this.onError);
    }
    this.#isAtWork = false;
  }

  async #make(photo) {
    const thumb = await thumbOf(photo.source);
    photo.thumb ??= thumb; // the thumbnail of its result may exist already
    this.onMade(photo);
  }

  forget() {
    this.#waiting = [];
  }
}
