import { byId, chosen } from "./dom.js";
import { finish, Idle } from "./idle.js";
import { Picking } from "./picking.js";
import { encoded } from "./picture.js";
import { Preview } from "./preview.js";
import { say } from "./status.js";
import { Strokes } from "./strokes.js";

const BRUSH_MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NUDGE = 0.25; // distance that an arrow key moves the brush, as a share of its size

/** Handles mending by hand: a tool for the stage, and its controls. */
export class Mending {
  #photo = null;
  #strokes = null;
  #journal = null;
  #preview = null;
  #picking;
  #idle = new Idle();
  #at = null; // position of the brush, in the picture's pixels

  /** Uses `backdrop()` as the background behind the cut-out. Calls `onEnd(photo, png)` with a promise of
   * the mended cut-out, or null if nothing was changed, and `onReset(photo)` to restore the server's. */
  constructor(view, { backdrop, onEnd, onReset }) {
    Object.assign(this, { view, backdrop, onEnd });
    this.#picking = new Picking(view, (step) => {
      this.#add(step);
      this.#show();
    });
    byId("brushes").addEventListener("change", () => this.#take());
    byId("undo").addEventListener("click", () => this.#turn("undo"));
    byId("redo").addEventListener("click", () => this.#turn("redo"));
    byId("mended").addEventListener("click", () => this.end());
    byId("unmend").addEventListener("click", () => {
      const photo = this.#photo;
      this.drop();
      onReset(photo);
    });
    byId("brush-size").addEventListener("input", () => view.draw());
    byId("mending").addEventListener("keydown", (event) => this.#shortcut(event));
  }

  get isOn() {
    return this.#strokes !== null;
  }

  /** Starts mending a photo. `before` and `after` are its bitmaps; `journal` has the steps of an
   * earlier mending that was not completed. */
  start(photo, { before, after }, journal) {
    const strokes = new Strokes(before, after);
    journal.replay(strokes);
    this.#photo = photo;
    this.#journal = journal;
    this.#strokes = strokes;
    this.#preview = new Preview(this.view, this.#strokes);
    this.#at = { x: after.width / 2, y: after.height / 2 };
    byId("mending").hidden = false;
    this.#show();
    byId("stage").focus();
    this.#take();
    if (this.#strokes.canUndo) say(`Your strokes are back. ${byId("said").textContent}`);
  }

  get #picks() {
    return chosen("brush") === "objects";
  }

  /** Switches to the selected tool. */
  #take() {
    document.body.dataset.mending = this.#picks ? "objects" : "brush";
    this.view.ring = null;
    this.#settle();
    if (this.#picks) return this.#picking.start(this.#strokes);
    this.#picking.stop();
    this.view.draw();
    return say("Paint on the picture. Arrow keys move the brush, and the space bar paints.");
  }

  /** Ends mending and passes the mended cut-out to `onEnd`. */
  end() {
    const [photo, strokes] = [this.#photo, this.#strokes];
    this.drop();
    this.onEnd(photo, strokes.canUndo ? encoded(strokes.canvas, "image/png") : null);
  }

  /** Leaves mending. The strokes in the journal come back with the next start. */
  drop() {
    this.#photo = this.#strokes = this.#journal = null;
    this.#preview = this.view.preview = this.view.ring = null;
    this.view.ghost = 0;
    this.#idle.stop();
    this.#picking.forget();
    delete document.body.dataset.mending;
    byId("mending").hidden = true;
  }

  /** Begins a stroke, or presses an object, at a point given as shares of the picture's sides (0 to 1).
   * `move` and `release` continue and end it. */
  press(share) {
    if (this.#picks) return this.#picking.press(share);
    this.hover(share);
    this.#idle.stop();
    return this.#preview.begin(this.#terms, this.#at);
  }

  move(share) {
    this.hover(share);
    if (this.#preview.isPainting) this.#preview.to(this.#at);
  }

  release() {
    if (this.#picks) return this.#picking.release();
    if (!this.#preview.isPainting) return;
    this.#add(this.#preview.end());
    this.#showSteps();
    this.#idle.start(this.#settling());
  }

  /** Discards the stroke in progress when a second finger touches the stage. */
  cancel() {
    this.#picking.cancel();
    this.#preview.end();
    this.#settle();
    this.view.draw();
  }

  /** Paints the strokes at the picture's full size, step by step, and then shows the picture. */
  *#settling() {
    yield* this.#strokes.paint();
    this.#preview.clear();
  }

  #settle() {
    this.#idle.stop();
    finish(this.#settling());
  }

  hover({ x, y }) {
    if (this.#picks) return this.#picking.hover({ x, y });
    const { width, height } = this.view.picture;
    this.#at = { x: x * width, y: y * height };
    this.view.moveRing({ x, y, size: this.#terms.size });
  }

  /** Handles a key for the brush or the objects. Returns whether it did. */
  key(event) {
    if (this.#picks) return this.#picking.key(event) || this.#shortcut(event);
    const { width, height } = this.view.picture;
    const step = BRUSH_MOVES[event.key];
    if (step) {
      const length = Math.max(1, NUDGE * this.#terms.size);
      const [x, y] = [this.#at.x + step[0] * length, this.#at.y + step[1] * length];
      this.move({ x: Math.min(Math.max(x / width, 0), 1), y: Math.min(Math.max(y / height, 0), 1) });
    } else if (event.key === " ") {
      if (!event.repeat) this.press({ x: this.#at.x / width, y: this.#at.y / height });
    } else return this.#shortcut(event);
    event.preventDefault();
    return true;
  }

  #shortcut(event) {
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (isCommand && key === "z") this.#turn(event.shiftKey ? "redo" : "undo");
    else if (isCommand && key === "y") this.#turn("redo");
    else if (!this.#picks && (event.key === "[" || event.key === "]")) {
      byId("brush-size")[event.key === "[" ? "stepDown" : "stepUp"](3);
      this.hover({ x: this.#at.x / this.view.picture.width, y: this.#at.y / this.view.picture.height });
    } else return false;
    event.preventDefault();
    return true;
  }

  /** Returns the brush's size in the picture's pixels, its softness (0 to 1) and whether it erases. The
   * size is at most half of the longer side, and grows with the slider's square, so that small brushes
   * are easy to set. */
  get #terms() {
    const { width, height } = this.view.picture;
    const share = (Number(byId("brush-size").value) / 100) ** 2;
    const size = Math.max(2, 0.5 * share * Math.max(width, height));
    return { size, softness: byId("brush-soft").checked ? 0.7 : 0, isErase: chosen("brush") === "erase" };
  }

  #add(step) {
    this.#strokes.add(step);
    this.#journal.add(this.#strokes);
  }

  #turn(what) {
    const { count } = this.#strokes;
    this.#strokes[what]();
    if (this.#strokes.count > count) this.#journal.add(this.#strokes);
    else this.#journal.cut(this.#strokes.count);
    if (this.#picks) this.#picking.follow();
    say(what === "undo" ? "Undone." : "Redone.");
    this.#show();
  }

  #show() {
    this.#settle();
    this.#showSteps();
    this.view.show(this.#strokes.photo, this.#strokes.canvas, { backdrop: this.backdrop() });
    if (this.#picks && this.isOn && document.body.dataset.mending) this.#picking.show();
  }

  #showSteps() {
    byId("undo").disabled = !this.#strokes.canUndo;
    byId("redo").disabled = !this.#strokes.canRedo;
  }
}
