import { backoff } from "./cutout.js";
import { currentKey } from "./key.js";
import { keyed, shapeOf } from "./photo.js";
import { requestResult } from "./service.js";
import { ready } from "./work.js";

const ATTEMPTS = 4; // maximum requests while the server is busy
const MOST_LOSSES = 3; // lost connections for each mask, since one may crash the server

/** Sends the masks of mended photos to the server, which makes their cut-outs again: only it can
 * compute the object's own colours at soft edges. Until then, and if the server can't, the picture
 * mended in the browser stays. */
export class Finisher {
  #running = new Map(); // photo → AbortController
  #losses = new WeakMap(); // mask → how often the connection was lost

  /** Calls `onEnd(photo)` when a photo is finished, `onFailure(photo, error)` if it can't be, and before
   * that `onLost(error)` if it can be once the server is back. */
  constructor(limits, { onEnd, onFailure, onLost }) {
    Object.assign(this, { limits, onEnd, onFailure, onLost });
  }

  isAt(photo) {
    return this.#running.has(photo);
  }

  async finish(photo) {
    this.cancel(photo);
    const control = new AbortController();
    this.#running.set(photo, control);
    try {
      const { png, objects, uploaded } = await this.#sent(photo, control.signal);
      if (control.signal.aborted) return;
      const [image, mask] = ["fg-image", "fg-mask"].map((mode) => photo.made.get(mode));
      const shape = shapeOf(image);
      const finished = { mendedObjects: objects, isUnfinished: false, uploaded, shape };
      photo.made.set("fg-image", keyed({ ...image, ...finished, mended: png }));
      photo.made.set("fg-mask", keyed({ ...mask, ...finished }));
      this.#running.delete(photo);
      await this.onEnd(photo);
    } catch (error) {
      if (control.signal.aborted) return;
      this.#running.delete(photo);
      if (error.isOffline && this.#mayReturn(photo.mask)) this.onLost(error);
      this.onFailure(photo, error);
    }
  }

  /** Cancels the work on a photo and shows no message. */
  cancel(photo) {
    this.#running.get(photo)?.abort(new DOMException("", "AbortError"));
    this.#running.delete(photo);
  }

  cancelAll() {
    for (const photo of [...this.#running.keys()]) this.cancel(photo);
  }

  #mayReturn(mask) {
    const count = (this.#losses.get(mask) ?? 0) + 1;
    this.#losses.set(mask, count);
    return count < MOST_LOSSES;
  }

  async #sent(photo, signal) {
    await ready(photo, this.limits);
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        const terms = { key: currentKey(), signal, report: () => {}, mask: photo.mask };
        return await requestResult(photo.file, { mode: "fg-image" }, terms);
      } catch (error) {
        if (!error.isBusy || attempt === ATTEMPTS) throw error;
        const seconds = error.seconds ?? backoff(attempt);
        await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
      }
    }
  }
}
