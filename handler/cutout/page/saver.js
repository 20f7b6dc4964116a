import { byId } from "./dom.js";
import { save } from "./saving.js";
import { say, sizeOf } from "./status.js";

/** The main button and the one beside it: save, copy, or drag out the picture that is shown. */
export class Saver {
  #make = null;
  #file = null; // a promise
  #address = null;

  constructor(onFailure) {
    const link = byId("save");
    const doing = (work) => (event) => {
      event.preventDefault();
      work().catch(onFailure);
    };
    link.addEventListener("click", doing(async () => save(await this.#prepare(), link.download)));
    for (const kind of ["pointerenter", "focus"]) {
      link.addEventListener(kind, () => this.#prepare().catch(onFailure));
    }
    link.addEventListener("dragstart", (event) => this.#drag(event));
    byId("copy-picture").hidden = !navigator.clipboard?.write; // browsers want https for it
    byId("copy-picture").addEventListener("click", doing(() => this.#copy()));
  }

  /** What is shown has changed: `make(format)` gives its file. `size` is null where nobody knows. */
  offer(make, name, size) {
    this.#make = make;
    this.#forget();
    const [link, format] = [byId("save"), name.split(".").pop() === "png" ? "PNG" : "JPEG"];
    link.download = name;
    link.textContent = `Save ${format}` + (size === null ? "" : ` (${sizeOf(size)})`);
  }

  #prepare() {
    const own = (this.#file ??= this.#make());
    own.then((file) => {
      if (own === this.#file) this.#address ??= URL.createObjectURL(file);
    });
    return own;
  }

  #forget() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = this.#file = null;
  }

  /** To a folder; the file must be ready by then, which is why it is made when a pointer comes near. */
  #drag(event) {
    if (!this.#address) return event.preventDefault();
    const name = byId("save").download;
    const type = name.endsWith(".png") ? "image/png" : "image/jpeg";
    event.dataTransfer.setData("DownloadURL", `${type}:${name}:${this.#address}`);
    event.dataTransfer.setData("text/uri-list", this.#address);
    return undefined;
  }

  /** As PNG, the only format that clipboards take. */
  async #copy() {
    const item = new ClipboardItem({ "image/png": this.#make("png") });
    await navigator.clipboard.write([item]);
    say("Copied.");
  }
}
