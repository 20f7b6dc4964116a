import { Brush } from "./brush.js";

/** A cut-out that is mended at its full size, step by step. A step is a stroke, `{size, softness,
 * isErase, points}` in the picture's pixels, or switches a part, `{part, isOff}`. */
export class Strokes {
  #done = [];
  #undone = [];

  /** `photo` is the picture before, `start` the cut-out to begin with, of the same size. */
  constructor(photo, start) {
    const { width, height } = start;
    Object.assign(this, { photo, start });
    this.canvas = Object.assign(document.createElement("canvas"), { width, height });
    this.#context.drawImage(start, 0, 0);
  }

  get #context() {
    return this.canvas.getContext("2d");
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** The last step; undefined where there is none. Another one means that the picture has changed. */
  get last() {
    return this.#done.at(-1);
  }

  isOff(part) {
    return this.#done.findLast((step) => step.part === part)?.isOff ?? false;
  }

  add(step) {
    this.#apply(step, this.#done);
    this.#done.push(step);
    this.#undone = [];
  }

  /** Takes back the last step. A part is switched back if no stroke followed the first switch;
   * otherwise all other steps are made again, which needs no copies of the picture. */
  undo() {
    if (!this.canUndo) return;
    const step = this.#done.pop();
    this.#undone.push(step);
    const first = this.#done.findIndex(({ part }) => part);
    if (step.part && (first < 0 || this.#done.slice(first).every(({ part }) => part))) {
      this.#apply({ ...step, isOff: !step.isOff }, this.#done);
      return;
    }
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#context.drawImage(this.start, 0, 0);
    this.#done.forEach((step, index) => this.#apply(step, this.#done.slice(0, index)));
  }

  redo() {
    if (!this.canRedo) return;
    const step = this.#undone.pop();
    this.#apply(step, this.#done);
    this.#done.push(step);
  }

  /** `earlier` are the steps before. */
  #apply(step, earlier) {
    if (!step.part) return this.#paint(this.#context, step);
    const context = this.#context;
    return step.part.within(context, () => {
      context.clearRect(0, 0, this.canvas.width, this.canvas.height);
      if (step.isOff) return;
      context.drawImage(this.start, 0, 0);
      for (const each of earlier) if (!each.part) this.#paint(context, each);
    });
  }

  #paint(context, { points, ...terms }) {
    const brush = new Brush(terms);
    let last = points[0];
    for (const point of points) {
      brush.line(context, this.photo, last, point);
      last = point;
    }
  }
}
