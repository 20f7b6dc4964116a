import { mendingBackdrop } from "./backdrop.js";
import { byId } from "./dom.js";
import { Failure } from "./failure.js";
import { Finisher } from "./finishing.js";
import { Journal } from "./journal.js";
import { askForKey } from "./key.js";
import { maskOf, mend } from "./mended.js";
import { Mending } from "./mending.js";
import { showNotice } from "./notice.js";
import { showsNothing } from "./photo.js";
import { thumbOf } from "./thumb.js";

const GHOST = 0.5; // opacity of the photo behind an empty cut-out, which shows where to paint

/** Manages mending: first by hand, then by the server, which gets the mask. The user paints on the
 * cut-out. If only another result exists, the queue makes the cut-out first. */
export class Mender {
  #finisher;
  #keeping = new WeakMap(); // photo → promise of storing what was mended last
  #unkept = 0; // mended pictures that are not in their photos' results yet

  /** Takes `album`, `view`, `photoView`, `autosave`, the server's `limits`, `refresh()`, which
   * updates the page and the queue, `resume()`, which resumes a stopped queue, `connection`, and
   * `report(error)`. */
  constructor(parts) {
    Object.assign(this, parts);
    const { view, limits, report } = parts;
    this.tool = new Mending(view, {
      backdrop: mendingBackdrop,
      onEnd: (photo, png) => this.#end(photo, png && this.#keepLast(photo, png)).catch(report),
      onReset: (photo) => this.#end(photo, this.#keepLast(photo, null)).catch(report),
    });
    this.#finisher = new Finisher(limits, {
      onEnd: (photo) => this.#keepFinished(photo),
      onFailure: (photo, error) => this.#tellUnfinished(photo, error),
      onLost: (error) => this.connection.lose(error),
    });
  }

  /** Returns whether the server is processing a photo's mask. */
  isFinishing(photo) {
    return this.#finisher.isAt(photo);
  }

  /** Starts mending the selected photo, at once if its cut-out exists. */
  async start() {
    const photo = this.album.selected;
    await this.#keeping.get(photo)?.catch(() => {}); // `#end` reports it
    if (photo !== this.album.selected) return undefined;
    this.album.mending = photo;
    photo.failure = null;
    if (this.album.statusOf(photo) !== "waiting") return this.proceed(photo);
    this.resume();
    return this.refresh();
  }

  /** Continues after the queue has made the cut-out to mend, or failed to. */
  async proceed(photo) {
    const [status, { failure }] = [this.album.statusOf(photo), photo];
    if (status === "done" || status === "blank") return this.#begin(photo);
    if (status === "waiting") return undefined; // the server is busy, and the queue will try again
    photo.failure = null;
    await this.autosave.update(photo);
    await this.leave();
    if (failure) this.report(failure);
    if (failure?.wantsKey) askForKey();
    return undefined;
  }

  /** Leaves mending without changes and shows the chosen result. */
  leave() {
    return this.#end(this.album.mending, null);
  }

  /** Leaves mending when something else is selected; the strokes stay in the journal. */
  drop() {
    if (this.tool.isOn) this.tool.drop();
    this.album.mending = null;
  }

  /** Cancels the server's work on a photo and shows no message. */
  cancel(photo) {
    this.#finisher.cancel(photo);
  }

  cancelAll() {
    this.#finisher.cancelAll();
  }

  /** Sends unfinished mended photos to the server, for example after a reload, unless they are being
   * sent. */
  async finishAll() {
    for (const photo of [...this.album.photos]) {
      const isUnfinished = photo.made.get("fg-image")?.isUnfinished && !this.isFinishing(photo);
      if (isUnfinished && this.album.photos.includes(photo)) await this.#finisher.finish(photo);
    }
  }

  async #begin(photo) {
    const journal = await Journal.open(photo, this.autosave, this.report);
    await this.photoView.update(); // last, since bitmaps may be replaced during an `await`
    if (photo !== this.album.mending || this.tool.isOn) return;
    if (!this.photoView.bitmaps.before) {
      await this.leave();
      throw new Failure("This photo can’t be mended here", "The browser can’t open it, or lacks memory.");
    }
    const made = photo.made.get("fg-image");
    this.view.split = 0;
    this.view.ghost = made.objects.length && !showsNothing(made) ? 0 : GHOST;
    byId("unmend").hidden = !made.mended;
    byId("doubt").hidden = true; // until mending ends
    this.tool.start(photo, this.photoView.bitmaps, journal);
  }

  /** Ends mending and shows the result once `work`, a promise or null, is done. */
  async #end(photo, work) {
    byId("tools").inert = true; // mending started now would use the old picture
    this.#hideSaving(work ? 1 : 0);
    try {
      await work;
    } finally {
      this.#hideSaving(work ? -1 : 0);
      if (photo === this.album.mending) this.album.mending = null;
      this.view.split = Number(byId("split").value) / 100;
      if (work && this.album.statusOf(photo) === "waiting") this.resume();
      this.refresh();
    }
    await this.photoView.update();
    if (photo === this.album.selected) byId(byId("tools").inert ? "stage" : "mend").focus();
  }

  /** Hides what would save the picture as it was before mending, until all that was mended is kept. */
  #hideSaving(change) {
    this.#unkept += change;
    document.body.toggleAttribute("data-keeping", this.#unkept > 0);
  }

  #keepLast(photo, png) {
    const work = this.#keep(photo, png);
    this.#keeping.set(photo, work);
    return work;
  }

  /** Stores the cut-out that was mended by hand, given as a promise, or restores the server's if `png` is
   * null. */
  async #keep(photo, png) {
    const { album, autosave, report } = this;
    this.cancel(photo);
    const image = await png;
    const { kept, dropped } = mend(photo, image && { image, ...(await maskOf(image)) });
    const stored = [];
    for (const mode of kept) stored.push(await autosave.addResult(photo, mode));
    for (const mode of dropped) if (!photo.made.has(mode)) await autosave.dropResult(photo, mode);
    // only now: if the page is closed earlier, or the device has no room, the steps remain
    if (stored.every(Boolean)) await autosave.dropSteps(photo, 0);
    const made = photo.made.get("fg-image");
    photo.thumb = await thumbOf(showsNothing(made) ? photo.source : (made.mended ?? made.png));
    await autosave.update(photo);
    const isUnfinished = made.isUnfinished && album.photos.includes(photo);
    if (isUnfinished) this.#finisher.finish(photo).catch(report);
  }

  /** Stores the results of a mended photo that the server has finished. */
  async #keepFinished(photo) {
    this.connection.prove();
    if (!this.album.photos.includes(photo)) return;
    for (const mode of ["fg-image", "fg-mask"]) await this.autosave.addResult(photo, mode);
    this.#show(photo);
  }

  #tellUnfinished(photo, error) {
    const texts = [error.message, "Your changes are saved. Soft edges may show the old background."];
    showNotice(`The server couldn’t refine the edges of “${photo.name}”`, texts);
    if (error.wantsKey) askForKey();
    if (!(error instanceof Failure)) console.error(error);
    this.#show(photo);
  }

  #show(photo) {
    if (photo === this.album.selected && !this.tool.isOn) this.refresh();
  }
}
