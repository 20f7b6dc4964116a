import { backdropOf } from "./backdrop.js";
import { commandOf } from "./command.js";
import { byId } from "./dom.js";
import { findEdge } from "./edge.js";
import { layoutOf, placed } from "./layout.js";
import { resultName } from "./names.js";
import { extentOf, isByHand } from "./photo.js";
import { decoded } from "./picture.js";
import { fileOf, isAsMade } from "./saving.js";
import { enter, showBlank, showFailure, showProgress, sizeOf } from "./status.js";
import { setZoom } from "./viewing.js";
import { ready } from "./work.js";

/** Shows the selected photo. Its bitmaps are the only ones in memory. */
export class PhotoView {
  #photo = null; // photo that the bitmaps belong to
  #before = null;
  #after = null;
  #key = null; // key of the result in `#after`
  #turn = 0;

  /** Takes `album`, `view`, `scene`, `saver`, the server's `limits`, `progress(photo)`, which returns
   * the words for a photo in progress, and `isFinishing(photo)`, which returns whether the server is
   * processing its mask. */
  constructor(parts) {
    Object.assign(this, parts);
  }

  /** Updates everything for the selected photo; its pictures follow once decoded. */
  async update() {
    const turn = ++this.#turn;
    const photo = this.album.selected;
    if (photo !== this.#photo) this.#leave(photo);
    if (!photo) return enter("empty", false);
    const status = this.album.statusOf(photo);
    const made = this.album.resultOf(photo);
    const isOpening = made && (this.#key !== made.key || (photo.source && !this.#before));
    if (status === "busy" || status === "waiting") this.showProgress();
    if (isOpening) this.#opening(status, made);
    else this.#enter(status);
    this.#showFacts(made);
    await this.#open(photo, made);
    if (turn !== this.#turn) return undefined;
    if (made && made.key !== this.#key) return this.update(); // another result replaced it meanwhile
    this.#show(status, made);
    return undefined;
  }

  /** Shows that a result is being opened. It can be saved before: the last one must not be, under this
   * photo's name. */
  #opening(status, made) {
    enter("busy", Boolean(this.#before), true);
    byId("command-text").textContent = "";
    if (status === "done") this.#offer(made, this.album.choicesOf(this.#photo), null);
    else this.saver.withdraw();
  }

  /** Shows only the photo's progress. */
  showProgress() {
    const { text, fraction } = this.progress(this.album.selected);
    showProgress(text, fraction);
  }

  get bitmaps() {
    return { before: this.#before, after: this.#after };
  }

  #leave(photo) {
    this.#before?.close();
    this.#after?.close();
    this.#photo = photo;
    this.#before = this.#after = this.#key = null;
    this.view.show(null, null);
    setZoom(this.view, "fit", { x: 0.5, y: 0.5 });
  }

  #enter(status) {
    const isMending = this.#photo === this.album.mending; // even if nothing was found
    const state = { busy: "busy", waiting: "busy", blank: isMending ? "done" : "blank" }[status] ?? status;
    if (state === "failed") showFailure(this.#photo.failure);
    if (state === "blank") showBlank(isByHand(this.album.resultOf(this.#photo)));
    enter(state, Boolean(this.#before));
  }

  /** Decodes the bitmaps that are missing; discards them if another photo is selected by then. */
  async #open(photo, made) {
    if (!this.#before && photo.source && (photo.file || made)) {
      await ready(photo, this.limits);
      const bitmap = await decoded(photo.file);
      if (photo !== this.#photo || this.#before) bitmap?.close();
      else this.#before = bitmap;
    }
    if (!made || made.key === this.#key) return;
    const bitmap = await decoded(made.mended ?? made.png);
    const isWanted = photo === this.#photo && this.album.resultOf(photo)?.key === made.key;
    if (!isWanted || made.key === this.#key) return void bitmap?.close();
    if (!bitmap) return this.onUnreadable(photo);
    const [last, isFirst] = [this.#after, !this.#after];
    this.#after = bitmap;
    this.#key = made.key;
    if (last && this.view.after === last) this.view.after = bitmap; // a closed bitmap can't be drawn
    last?.close();
    if (isFirst) this.view.centre = findEdge(bitmap);
  }

  #show(status, made) {
    const photo = this.#photo;
    const choices = this.album.choicesOf(photo);
    const isDone = status === "done";
    const backdrop = backdropOf(choices, this.scene);
    byId("split").disabled = !this.#before || !isDone;
    const sides = [this.#before && "before", isDone && "after"].filter(Boolean).join(" and ");
    byId("view").setAttribute("aria-label", sides ? `${photo.name}, ${sides}` : photo.name);
    if (isDone) this.#showResult(made, choices, backdrop);
    else this.view.show(this.#before, null, { backdrop });
    if (!isDone) this.#showFacts(made);
    this.#enter(status);
  }

  #showResult(made, choices, backdrop) {
    const layout = layoutOf(this.#after, extentOf(made), choices, this.limits.side);
    const [after, part] = placed(this.#after, layout);
    const [before] = this.#before ? placed(this.#before, layout) : [null];
    this.view.show(before, after, { part, backdrop });
    this.#offer(made, choices, this.#after);
    const { file, address, note, name } = this.#photo;
    const terms = { file, address, note, made, choices, scene: this.scene };
    byId("command-text").textContent = commandOf({ ...terms, target: resultName(name, choices) });
    this.#showFacts(made, layout);
  }

  /** Offers the file of a result; `bitmap` is the decoded result, or null. */
  #offer(made, choices, bitmap) {
    const { scene, limits: { side } } = this;
    const make = (format = choices.format) =>
      fileOf(made, { ...choices, format }, { scene, side, bitmap: bitmap === this.#after ? bitmap : null });
    const backdrop = backdropOf(choices, scene);
    const png = made.mended ?? made.png;
    const name = resultName(this.#photo.name, choices);
    this.saver.offer(make, name, isAsMade(choices, backdrop) ? png.size : null);
  }

  #showFacts(made, size = null) {
    const photo = this.#photo;
    const shown = size ?? this.#before;
    const facts = [
      shown && `${shown.width}\u00a0×\u00a0${shown.height}`,
      photo.source && `photo of ${sizeOf((photo.file ?? photo.source).size)}`,
      photo.address && "the original isn’t shown, because this page can’t read it at its address",
      photo.note,
      made && isByHand(made) && "mended by hand",
      made?.isUnfinished && (this.isFinishing(photo) ? "refining edges" : "edges not refined by the server"),
      made && `${made.seconds.toFixed(1)}\u00a0s`,
    ];
    byId("name").textContent = photo.name;
    byId("facts").textContent = facts.filter(Boolean).join(" · ");
  }
}
