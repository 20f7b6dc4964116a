import { currentKey } from "./key.js";
import { keyed, shapeOf } from "./photo.js";
import { requestResult } from "./service.js";
import { ready } from "./work.js";

const ATTEMPTS = 4; // while the server is busy

/** Has the server make mended photos again by their masks: only it knows the object's own colours at
 * soft edges. Until then, and where it can't, the picture that was mended here stays. */
export class Finisher {
  #running = new Map(); // photo → AbortController

  /** `onEnd(photo)` is called when a photo is finished, `onFailure(photo, error)` where it can't be. */
  constructor(limits, { onEnd, onFailure }) {
    Object.assign(this, { limits, onEnd, onFailure });
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
      this.onFailure(photo, error);
    }
  }

  /** Ends the work on a photo without a word. */
  cancel(photo) {
    this.#running.get(photo)?.abort(new DOMException("", "AbortError"));
    this.#running.delete(photo);
  }

  cancelAll() {
    for (const photo of [...this.#running.keys()]) this.cancel(photo);
  }

  async #sent(photo, signal) {
    await ready(photo, this.limits);
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        const terms = { key: currentKey(), signal, report: () => {}, mask: photo.mask };
        return await requestResult(photo.file, { mode: "fg-image" }, terms);
      } catch (error) {
        if (!error.seconds || attempt === ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000 * error.seconds));
      }
    }
  }
}
