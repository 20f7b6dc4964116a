import { boxAround } from "./boxes.js";

const SPACING = 0.15; // distance between two dabs, as a share of the brush's size
const REACH = 2; // pixels by which a dab may exceed the brush's radius

/** Returns the box that a stroke through points can change; `size` is the brush's diameter. */
export function boxOf(points, size) {
  return boxAround(points, size / 2 + REACH);
}

/** Paints one stroke. `size` is the brush's diameter in the target's pixels, `softness` the share of
 * the radius over which the edge fades (0 to 1). The brush erases if `isErase` is set, and restores the
 * photo otherwise. */
export class Brush {
  #dab;
  #scratch;

  constructor({ size, softness, isErase }) {
    Object.assign(this, { size, isErase });
    this.#dab = dabOf(size, softness);
    this.#scratch = Object.assign(document.createElement("canvas"), {
      width: this.#dab.width,
      height: this.#dab.height,
    });
  }

  /** Yields the points of the dabs from one point to another, without the first point unless both are
   * the same. */
  *dabs(from, to) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / Math.max(1, SPACING * this.size)));
    for (let step = 1; step <= steps; step++) {
      yield { x: from.x + (dx * step) / steps, y: from.y + (dy * step) / steps };
    }
  }

  /** Paints one dab at a point. `photo` has the target's size and position. */
  put(context, photo, { x, y }) {
    const { width, height } = this.#dab;
    const [left, top] = [Math.round(x - width / 2), Math.round(y - height / 2)];
    if (this.isErase) {
      context.globalCompositeOperation = "destination-out";
      context.drawImage(this.#dab, left, top);
      context.globalCompositeOperation = "source-over";
      return;
    }
    const scratch = this.#scratch.getContext("2d");
    scratch.globalCompositeOperation = "copy";
    scratch.drawImage(this.#dab, 0, 0);
    scratch.globalCompositeOperation = "source-in";
    scratch.drawImage(photo, left, top, width, height, 0, 0, width, height);
    context.drawImage(this.#scratch, left, top);
  }
}

/** Returns a canvas with a disc of `size` pixels in diameter, with an edge that fades out over
 * `softness` of its radius. */
function dabOf(size, softness) {
  const side = Math.max(1, Math.ceil(size)) + 2;
  const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
  const context = canvas.getContext("2d");
  const [middle, radius] = [side / 2, Math.max(0.5, size / 2)];
  if (softness > 0) {
    const core = radius * (1 - softness);
    const shade = context.createRadialGradient(middle, middle, core, middle, middle, radius);
    shade.addColorStop(0, "#000f");
    shade.addColorStop(1, "#0000");
    context.fillStyle = shade;
  }
  context.beginPath();
  context.arc(middle, middle, radius, 0, 2 * Math.PI);
  context.fill();
  return canvas;
}
