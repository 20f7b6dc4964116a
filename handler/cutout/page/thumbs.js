import { thumbOf } from "./thumb.js";

/** Makes thumbnails of new photos, one after another. */
export class Thumbs {
  #waiting = [];
  #isAtWork = false;

  /** Calls `onMade(photo)` after each one. */
  constructor(onMade) {
    this.onMade = onMade;
  }

  async add(photos) {
    this.#waiting.push(...photos);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    for (let photo = this.#waiting.shift(); photo; photo = this.#waiting.shift()) {
      if (photo.thumb) continue;
      const thumb = await thumbOf(photo.source);
      photo.thumb ??= thumb; // the thumbnail of its result may exist already
      this.onMade(photo);
    }
    this.#isAtWork = false;
  }

  forget() {
    this.#waiting = [];
  }
}
