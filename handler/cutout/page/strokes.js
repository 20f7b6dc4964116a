import { meet, within } from "./boxes.js";
import { boxOf, Brush } from "./brush.js";
import { finish } from "./idle.js";
import { outdated } from "./scaled.js";

const SLICE = 2 ** 20; // pixels of dabs painted at a time

/** Applies the steps of mending to a cut-out at its full size. A step is a stroke, `{size, softness,
 * isErase, points}` in the picture's pixels, or switches a part, `{part, isOff}`. Painting a step on a
 * large picture takes longer than a frame, so steps are painted when the page is idle, or when the
 * picture is needed. */
export class Strokes {
  #done = [];
  #undone = [];
  #canvas;
  #begun = 0; // number of steps on the canvas; the last one may be incomplete
  #rest = null; // iterator that paints the rest of the last step, or null

  /** Starts with the cut-out `start`; `photo` is the original, of the same size. */
  constructor(photo, start) {
    const { width, height } = start;
    Object.assign(this, { photo, start });
    this.#canvas = Object.assign(document.createElement("canvas"), { width, height });
    this.#context.drawImage(start, 0, 0);
  }

  /** Returns the cut-out with all steps applied. */
  get canvas() {
    finish(this.paint());
    return this.#canvas;
  }

  get #context() {
    return this.#canvas.getContext("2d");
  }

  get #whole() {
    return { left: 0, top: 0, right: this.#canvas.width, bottom: this.#canvas.height };
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Returns the number of steps done. */
  get count() {
    return this.#done.length;
  }

  /** Returns the last step; undefined if there is none. */
  get last() {
    return this.#done.at(-1);
  }

  /** Returns how many steps were done when `step` was the last one; 0 if it is undefined or was
   * undone. */
  countAt(step) {
    return this.#done.indexOf(step) + 1;
  }

  /** Returns whether strokes were added or undone since `step` was the last one. */
  hasOtherStrokesThanAt(step) {
    const count = this.countAt(step);
    return (step && !count) || this.#done.slice(count).some(({ part }) => !part);
  }

  /** Returns the `Parts` of which at least one is off; null if all are on. */
  get partsOff() {
    const parts = this.#done.findLast(({ part }) => part)?.part.parts;
    return parts?.all.some((part) => this.isOff(part)) ? parts : null;
  }

  isOff(part) {
    return this.#done.findLast((step) => step.part === part)?.isOff ?? false;
  }

  add(step) {
    this.#done.push(step);
    this.#undone = [];
  }

  /** Undoes the last step. A part is switched back if no stroke followed the first switch. Otherwise
   * the area is painted again by all other steps, which needs no copies of the picture. */
  undo() {
    if (!this.canUndo) return;
    const step = this.#done.pop();
    this.#undone.push(step);
    if (this.#begun <= this.#done.length) return;
    this.#begun = this.#done.length;
    this.#rest = null;
    const first = this.#done.findIndex(({ part }) => part);
    if (step.part && (first < 0 || this.#done.slice(first).every(({ part }) => part))) {
      finish(this.#apply({ ...step, isOff: !step.isOff }, this.#done));
    } else this.#remake(this.#boxOf(step));
  }

  redo() {
    if (this.canRedo) this.#done.push(this.#undone.pop());
  }

  /** Paints the steps that are left, a slice for each iteration. */
  *paint() {
    while (this.#rest || this.#begun < this.#done.length) {
      this.#rest ??= this.#apply(this.#done[this.#begun], this.#done.slice(0, this.#begun++));
      if (this.#rest.next().done) this.#rest = null;
      yield;
    }
  }

  #boxOf({ part, points, size }) {
    return part ? this.#whole : within(boxOf(points, size), this.#whole);
  }

  /** Paints a box again, beginning with the original cut-out. */
  #remake(box) {
    const { left, top, right, bottom } = box;
    const context = this.#context;
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.clearRect(left, top, right - left, bottom - top);
    context.drawImage(this.start, 0, 0);
    this.#done.forEach((step, index) => {
      if (meet(this.#boxOf(step), box)) finish(this.#apply(step, this.#done.slice(0, index)));
    });
    context.restore();
    outdated(this.#canvas, box);
  }

  /** Applies a step; `earlier` are the steps before it. */
  *#apply(step, earlier) {
    if (step.part) this.#switch(step, earlier);
    else yield* this.#stroke(step);
    outdated(this.#canvas, this.#boxOf(step));
  }

  #switch({ part, isOff }, earlier) {
    const context = this.#context;
    part.within(context, () => {
      context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
      if (isOff) return;
      context.drawImage(this.start, 0, 0);
      for (const each of earlier) if (!each.part) finish(this.#stroke(each));
    });
  }

  *#stroke({ points, ...terms }) {
    const brush = new Brush(terms);
    let [last, pixels] = [points[0], 0];
    for (const point of points) {
      for (const dab of brush.dabs(last, point)) {
        brush.put(this.#context, this.photo, dab);
        pixels += terms.size ** 2;
        if (pixels < SLICE) continue;
        pixels = 0;
        yield;
      }
      last = point;
    }
  }
}
