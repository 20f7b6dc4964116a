import { byId } from "./dom.js";
import { save } from "./saving.js";
import { say, sizeOf } from "./status.js";

/** Handles the buttons that save or copy the shown picture; the main one can also be dragged out. */
export class Saver {
  #make = null;
  #file = null; // promise of the picture's file
  #address = null;

  constructor(onFailure) {
    const link = byId("save");
    const doing = (work) => (event) => {
      event.preventDefault();
      work().catch(onFailure);
    };
    link.addEventListener("click", doing(async () => {
      const name = link.download; // another picture may be shown by then
      if (this.#make) save(await this.#prepare(), name);
    }));
    for (const kind of ["pointerenter", "focus"]) {
      link.addEventListener(kind, () => {
        if (this.#make) this.#prepare().catch(onFailure);
      });
    }
    link.addEventListener("dragstart", (event) => this.#drag(event));
    byId("copy-picture").hidden = !navigator.clipboard?.write; // available over https only
    byId("copy-picture").addEventListener("click", doing(() => this.#copy()));
  }

  /** Updates the buttons after the shown picture has changed. `make(format)` returns a promise of its
   * file; `size` is the file's size in bytes, or null if unknown. */
  offer(make, name, size) {
    this.#make = make;
    this.#forget();
    const [link, format] = [byId("save"), name.split(".").pop() === "png" ? "PNG" : "JPEG"];
    link.download = name;
    link.textContent = `Save ${format}` + (size === null ? "" : ` (${sizeOf(size)})`);
  }

  /** Offers nothing until the next `offer`. */
  withdraw() {
    this.#make = null;
    this.#forget();
  }

  async #prepare() {
    const own = (this.#file ??= this.#make());
    try {
      const file = await own;
      if (own === this.#file) this.#address ??= URL.createObjectURL(file);
      return file;
    } catch (error) {
      if (own === this.#file) this.#file = null; // the next click tries again
      throw error;
    }
  }

  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = this.#file = null;
  }

  /** Lets the picture be dragged to a folder. The file must exist by then, so it is made when a pointer
   * comes near. */
  #drag(event) {
    if (!this.#address) return event.preventDefault();
    const name = byId("save").download;
    const type = name.endsWith(".png") ? "image/png" : "image/jpeg";
    event.dataTransfer.setData("DownloadURL", `${type}:${name}:${this.#address}`);
    event.dataTransfer.setData("text/uri-list", this.#address);
    return undefined;
  }

  /** Copies the picture as PNG, the only picture format that clipboards accept. */
  async #copy() {
    if (!this.#make) return;
    const item = new ClipboardItem({ "image/png": this.#make("png") });
    await navigator.clipboard.write([item]);
    say("Copied.");
  }
}
