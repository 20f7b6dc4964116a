import { Brush } from "./brush.js";

/** A cut-out that strokes are painted on, at its full size. A stroke is `{size, softness, isErase,
 * points}` in the picture's pixels. */
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

  add(stroke) {
    this.#paint(stroke);
    this.#done.push(stroke);
    this.#undone = [];
  }

  /** Takes back the last stroke: all others are painted again, which needs no copies of the picture. */
  undo() {
    if (!this.canUndo) return;
    this.#undone.push(this.#done.pop());
    this.#context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.#context.drawImage(this.start, 0, 0);
    this.#done.forEach((stroke) => this.#paint(stroke));
  }

  redo() {
    if (!this.canRedo) return;
    const stroke = this.#undone.pop();
    this.#paint(stroke);
    this.#done.push(stroke);
  }

  #paint({ points, ...terms }) {
    const brush = new Brush(terms);
    let last = points[0];
    for (const point of points) {
      brush.line(this.#context, this.photo, last, point);
      last = point;
    }
  }
}
