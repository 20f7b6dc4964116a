import { backdropOf } from "./backdrop.js";
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

const GHOST = 0.35; // opacity of a photo of which nothing is left: nobody could paint on it unseen

/** Has photos mended: by hand first, then by the server, which gets the mask. What is painted on is the
 * cut-out, which the queue makes first where only its shadow is there. */
export class Mender {
  #finisher;

  /** `album`, `scene`, `view`, `photoView`, `autosave`, the server's `limits`, `refresh()`, which shows
   * and makes what is wanted now, `resume()`, which lets a stopped queue go on, and `report(error)`. */
  constructor(parts) {
    Object.assign(this, parts);
    const { album, scene, view, limits, report } = parts;
    this.tool = new Mending(view, {
      backdrop: () => backdropOf(album.choicesOf(album.selected), scene),
      onEnd: (photo, png) => this.#end(photo, png ? this.#keep(photo, png) : null).catch(report),
      onReset: (photo) => this.#end(photo, this.#keep(photo, null)).catch(report),
    });
    this.#finisher = new Finisher(limits, {
      onEnd: (photo) => this.#keepFinished(photo),
      onFailure: (photo, error) => this.#tellUnfinished(photo, error),
    });
  }

  /** Whether the server is at a photo's mask. */
  isFinishing(photo) {
    return this.#finisher.isAt(photo);
  }

  /** Begins with the photo that is looked at, at once if its cut-out is there. */
  async start() {
    const photo = this.album.selected;
    this.album.mending = photo;
    photo.failure = null;
    if (this.album.statusOf(photo) !== "waiting") return this.proceed(photo);
    this.resume();
    return this.refresh();
  }

  /** The queue has made the cut-out to mend, or it has not. */
  async proceed(photo) {
    const [status, { failure }] = [this.album.statusOf(photo), photo];
    if (status === "done" || status === "blank") return this.#begin(photo);
    if (status === "waiting") return undefined; // the server is busy, and will be asked again
    photo.failure = null;
    await this.autosave.update(photo);
    await this.leave();
    if (failure) this.report(failure);
    if (failure?.wantsKey) askForKey();
    return undefined;
  }

  /** Goes back to the result that is chosen. */
  leave() {
    return this.#end(this.album.mending, null);
  }

  /** Leaves it because something else is looked at; the strokes wait in the journal. */
  drop() {
    if (this.tool.isOn) this.tool.drop();
    this.album.mending = null;
  }

  /** Ends the server's work on a photo without a word. */
  cancel(photo) {
    this.#finisher.cancel(photo);
  }

  cancelAll() {
    this.#finisher.cancelAll();
  }

  /** Has the server finish mended photos where it has not, as after a reload. */
  async finishAll() {
    const isUnfinished = (photo) => photo.made.get("fg-image")?.isUnfinished;
    for (const photo of this.album.photos.filter(isUnfinished)) await this.#finisher.finish(photo);
  }

  async #begin(photo) {
    const journal = await Journal.open(photo, this.autosave, this.report);
    await this.photoView.update(); // last, since bitmaps may be replaced while something is waited for
    if (photo !== this.album.mending || this.tool.isOn) return;
    const made = photo.made.get("fg-image");
    this.view.split = 0;
    this.view.ghost = made.objects.length && !showsNothing(made) ? 0 : GHOST;
    byId("unmend").hidden = !made.mended;
    byId("doubt").hidden = true; // until it is known what has become of it
    this.tool.start(photo, this.photoView.bitmaps, journal);
  }

  /** Back from the brush to the slider once the `work` is done. */
  async #end(photo, work) {
    byId("tools").inert = true; // a brush taken up now would begin with the picture as it was
    try {
      await work;
    } finally {
      if (photo === this.album.mending) this.album.mending = null;
      this.view.split = Number(byId("split").value) / 100;
      if (work && this.album.statusOf(photo) === "waiting") this.resume();
      this.refresh();
    }
    await this.photoView.update();
    if (photo === this.album.selected) byId(byId("tools").inert ? "stage" : "mend").focus();
  }

  /** Takes the cut-out that was mended by hand; null is the one from the server. */
  async #keep(photo, png) {
    const { album, autosave, report } = this;
    this.cancel(photo);
    const { kept, dropped } = mend(photo, png && { image: png, ...(await maskOf(png)) });
    const stored = [];
    for (const mode of kept) stored.push(await autosave.addResult(photo, mode));
    for (const mode of dropped) if (!photo.made.has(mode)) await autosave.dropResult(photo, mode);
    // not before: a page closed meanwhile, or a device without room, has them still
    if (stored.every(Boolean)) await autosave.dropSteps(photo, 0);
    const made = photo.made.get("fg-image");
    photo.thumb = await thumbOf(showsNothing(made) ? photo.source : (made.mended ?? made.png));
    await autosave.update(photo);
    const isUnfinished = made.isUnfinished && album.photos.includes(photo);
    if (isUnfinished) this.#finisher.finish(photo).catch(report);
  }

  /** The server has made a mended photo by its mask. */
  async #keepFinished(photo) {
    if (!this.album.photos.includes(photo)) return;
    for (const mode of ["fg-image", "fg-mask"]) await this.autosave.addResult(photo, mode);
    this.#show(photo);
  }

  #tellUnfinished(photo, error) {
    const texts = [error.message, "The strokes are kept. Soft edges may show the old background."];
    showNotice(`The server did not finish “${photo.name}”`, texts);
    if (error.wantsKey) askForKey();
    if (!(error instanceof Failure)) console.error(error);
    this.#show(photo);
  }

  #show(photo) {
    if (photo === this.album.selected && !this.tool.isOn) this.refresh();
  }
}
