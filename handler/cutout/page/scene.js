import { byId } from "./dom.js";
import { decoded } from "./picture.js";

/** Holds the background picture for all photos that use one. */
export class Scene {
  file = null;
  bitmap = null;

  /** Takes a file; returns false if the browser can't decode it. */
  async take(file) {
    const bitmap = await decoded(file);
    if (!bitmap) return false;
    this.bitmap?.close();
    Object.assign(this, { file, bitmap });
    byId("scene-name").textContent = file.name;
    return true;
  }

  forget() {
    this.bitmap?.close();
    Object.assign(this, { file: null, bitmap: null });
    byId("scene-name").textContent = "It stays in your browser.";
  }
}
