import { meet, within } from "./boxes.js";
import { boxOf, Brush } from "./brush.js";
import { finish } from "./idle.js";
import { outdated } from "./scaled.js";

const SLICE = 2 ** 20; // pixels of dabs that are painted at a time

/** A cut-out that is mended at its full size, step by step. A step is a stroke, `{size, softness,
 * isErase, points}` in the picture's pixels, or switches a part, `{part, isOff}`. A large picture takes
 * longer than a frame for it, so steps are painted when there is time, or the picture is asked for. */
export class Strokes {
  #done = [];
  #undone = [];
  #canvas;
  #begun = 0; // how many of the steps done are on the canvas, the last one maybe in part
  #rest = null; // what is left to paint of that

  /** `photo` is the picture before, `start` the cut-out to begin with, of the same size. */
  constructor(photo, start) {
    const { width, height } = start;
    Object.assign(this, { photo, start });
    this.#canvas = Object.assign(document.createElement("canvas"), { width, height });
    this.#context.drawImage(start, 0, 0);
  }

  /** The cut-out with all that has been done. */
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

  /** How many steps are done. */
  get count() {
    return this.#done.length;
  }

  /** The last step; undefined where there is none. */
  get last() {
    return this.#done.at(-1);
  }

  /** How many steps were done when a step was the last one; 0 for undefined. */
  countAt(step) {
    return this.#done.indexOf(step) + 1;
  }

  /** Whether the picture has more strokes, or fewer, than when a step was the last one. */
  hasOtherStrokesThanAt(step) {
    const count = this.countAt(step);
    return (step && !count) || this.#done.slice(count).some(({ part }) => !part);
  }

  /** The `Parts` of which one is off; null where all are on. */
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

  /** Takes back the last step. A part is switched back if no stroke followed the first switch;
   * otherwise all other steps are made again where it was, which needs no copies of the picture. */
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

  /** Paints what is left to paint, some of it at each step. */
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

  /** Makes a box again from the start. */
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

  /** `earlier` are the steps before. */
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
