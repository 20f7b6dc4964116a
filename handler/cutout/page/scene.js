import { byId } from "./dom.js";
import { decoded, objection, prepare } from "./picture.js";

/** Holds the background picture for all photos that use one. */
export class Scene {
  file = null; // file as the service accepts it
  note = ""; // how it was changed
  bitmap = null;

  /** Takes a file within the server's `limits`; returns false if the browser can't decode it. */
  async take(source, limits) {
    if (await objection(source)) return false;
    const { file, note } = await prepare(source, limits);
    const bitmap = await decoded(file);
    if (!bitmap) return false;
    this.bitmap?.close();
    Object.assign(this, { file, note, bitmap });
    byId("scene-name").textContent = source.name;
    return true;
  }

  /** Returns a copy of the bitmap, or null; it stays when another picture is taken, and the caller closes
   * it. */
  async copied() {
    return this.bitmap && createImageBitmap(this.bitmap);
  }

  forget() {
    this.bitmap?.close();
    Object.assign(this, { file: null, note: "", bitmap: null });
    byId("scene-name").textContent = "It stays in your browser.";
  }
}
