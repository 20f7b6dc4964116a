import { union, widened } from "./boxes.js";
import { boxOf, Brush } from "./brush.js";
import { SPAN } from "./scaled.js";

/** Draws strokes as they are painted, at the size of the screen, so that they take the same time for
 * every picture. The preview is shown until the picture itself has the strokes. */
export class Preview {
  #strokes;
  #layer = document.createElement("canvas");
  #photo = document.createElement("canvas");
  #hasPhoto = false;
  #place; // position of the picture when the layers were drawn
  #stroke = null; // stroke in progress
  #brush;
  #changed; // box that differs from the picture, in the view's pixels

  constructor(view, strokes) {
    this.view = view;
    this.#strokes = strokes;
  }

  get isPainting() {
    return this.#stroke !== null;
  }

  /** Returns the canvas to show in place of the cut-out. */
  get canvas() {
    this.#follow();
    return this.#layer;
  }

  /** Begins a stroke at a point. `terms` are `{size, softness, isErase}`, in the picture's pixels. */
  begin(terms, point) {
    this.#stroke = { ...terms, points: [] };
    this.#brush = null;
    this.to(point);
  }

  /** Continues the stroke to a point in the picture's pixels. */
  to(point) {
    this.#follow();
    this.#stroke.points.push(point);
    this.#paint(this.#stroke.points.slice(-2));
  }

  /** Ends the stroke, which stays visible, and returns it; null if there is none. */
  end() {
    const stroke = this.#stroke;
    this.#stroke = null;
    return stroke;
  }

  /** Shows the picture again, with a stroke in progress on top. */
  clear() {
    const { view } = this;
    if (view.preview !== this) return;
    view.preview = null;
    view.draw(this.#changed && widened(this.#changed, SPAN * Math.max(1, view.scale)));
  }

  /** Draws the layers again if something else was shown, or the picture has moved. */
  #follow() {
    const { view } = this;
    const { width, height } = view.canvas;
    const place = [width, height, view.zoom, ...Object.values(view.frame)].join();
    const hasMoved = place !== this.#place;
    if (hasMoved) {
      this.#place = place;
      this.#brush = null;
      this.#hasPhoto = false;
      for (const canvas of [this.#layer, this.#photo]) Object.assign(canvas, { width, height });
    }
    if (!hasMoved && view.preview === this) return;
    view.preview = this;
    this.#changed = undefined;
    this.#draw(this.#layer, this.#strokes.canvas);
    const points = this.#stroke?.points ?? [];
    points.forEach((_, at) => this.#paint(points.slice(Math.max(0, at - 1), at + 1)));
  }

  #draw(canvas, bitmap) {
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    this.view.put(context, bitmap);
  }

  /** Paints through one or two points of the stroke. */
  #paint(points) {
    const { view } = this;
    const { isErase, size } = this.#stroke;
    this.#brush ??= new Brush({ ...this.#stroke, size: size * view.scale });
    if (!isErase && !this.#hasPhoto) this.#draw(this.#photo, view.before);
    this.#hasPhoto ||= !isErase;
    const ends = points.map((point) => this.#placeOf(point));
    for (const dab of this.#brush.dabs(ends[0], ends.at(-1))) {
      this.#brush.put(this.#layer.getContext("2d"), this.#photo, dab);
    }
    const box = boxOf(ends, this.#brush.size);
    this.#changed = union(box, this.#changed);
    view.draw(box);
  }

  #placeOf({ x, y }) {
    const { frame, picture } = this.view;
    return {
      x: frame.x + (x / picture.width) * frame.width,
      y: frame.y + (y / picture.height) * frame.height,
    };
  }
}
