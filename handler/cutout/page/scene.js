import { byId } from "./dom.js";
import { decoded } from "./picture.js";

/** The picture that serves as a background for every photo that asks for it. */
export class Scene {
  file = null;
  bitmap = null;

  /** Takes a file; false where the browser can't show it. */
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
