import { boxAround } from "./boxes.js";
import { Brush } from "./brush.js";

const DAB_MARGIN = 2; // pixels by which a dab may reach beyond its size

/** A stroke in progress, painted at the size of the screen, so that it costs the same for every
 * picture; the picture itself gets it once it has ended. */
export class Preview {
  points = [];
  #brush;
  #photo;

  /** `terms` are a stroke's, in the picture's pixels. */
  constructor(view, terms) {
    this.view = view;
    this.terms = terms;
    this.canvas = layerOf(view, view.after);
    this.#photo = layerOf(view, view.before);
    this.#brush = new Brush({ ...terms, size: terms.size * view.scale });
  }

  /** To a point in the picture's pixels. */
  to(point) {
    const last = this.points.at(-1);
    this.points.push(point);
    const ends = [last ?? point, point].map((each) => this.#place(each));
    this.#brush.line(this.canvas.getContext("2d"), this.#photo, ...ends);
    this.view.draw(last && boxAround(ends, this.#brush.size / 2 + DAB_MARGIN));
  }

  get stroke() {
    return { ...this.terms, points: this.points };
  }

  #place({ x, y }) {
    const { frame, picture } = this.view;
    return {
      x: frame.x + (x / picture.width) * frame.width,
      y: frame.y + (y / picture.height) * frame.height,
    };
  }
}

function layerOf({ canvas: { width, height }, frame }, bitmap) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, frame.x, frame.y, frame.width, frame.height);
  return canvas;
}
