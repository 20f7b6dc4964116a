import { Backdrop } from "./backdrop.js";
import { boxAround, union } from "./boxes.js";
import { scaled } from "./scaled.js";

const MARGIN = 16; // CSS pixels around a picture that fits
const LARGEST_FIT = 3; // maximum enlargement of a small picture
const CELL = 8;
const RING = 3; // width of the brush's ring, in CSS pixels

/** Draws the picture, before and after, into a canvas. Lengths are in the canvas's pixels, which are
 * the screen's. `centre` is the point in the middle, as shares of the picture's sides. */
export class View {
  zoom = "fit"; // or the number of screen pixels for each pixel of the picture
  centre = { x: 0.5, y: 0.5 };
  split = 0.5; // share of the visible width that shows the picture before
  before = null;
  after = null;
  preview = null; // `Preview` of strokes, shown in place of `after`
  marks = null; // draws lines over the picture: `marks(context, frame)`
  ring = null; // brush: {x, y, size}, shares of the picture's sides, and its pixels
  ghost = 0; // opacity of the photo shown behind `after`
  part = null; // visible part of both, in their pixels; null for all
  #waiting = false;
  #changed; // box to draw in the next frame; undefined for all

  /** Draws into `canvas`, and calls `onDraw(view)` after each drawing. */
  constructor(canvas, onDraw) {
    Object.assign(this, { canvas, onDraw, backdrop: new Backdrop() });
    this.context = canvas.getContext("2d");
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement);
    this.#watchRatio();
  }

  show(before, after, { part = null, backdrop = new Backdrop() } = {}) {
    Object.assign(this, { before, after, part, backdrop });
    this.draw();
  }

  /** Draws at the next frame. `changed` is the box to draw again, {left, top, right, bottom}; without
   * it, everything is drawn. */
  draw(changed) {
    if (!this.#waiting) this.#changed = changed;
    else if (this.#changed) this.#changed = changed && union(this.#changed, changed);
    if (this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      this.#paint();
      this.onDraw(this);
    });
  }

  /** Moves the brush's ring. */
  moveRing(ring) {
    const boxes = [this.ring, ring].filter(Boolean).map((each) => this.#boxOf(each));
    this.ring = ring;
    this.draw(boxes.reduce(union));
  }

  /** Returns the number of screen pixels for each CSS pixel. */
  get ratio() {
    return window.devicePixelRatio || 1;
  }

  get picture() {
    return this.part ?? this.before ?? this.after;
  }

  get scale() {
    return this.zoom === "fit" ? this.fit : this.zoom;
  }

  /** Returns the scale at which the whole picture is visible. */
  get fit() {
    const { width, height } = this.canvas;
    const room = 2 * MARGIN * this.ratio;
    const fit = Math.min((width - room) / this.picture.width, (height - room) / this.picture.height);
    return Math.max(Math.min(fit, LARGEST_FIT * this.ratio), 1 / this.picture.width);
  }

  /** Returns the rectangle of the whole picture, which may exceed the canvas. */
  get frame() {
    const width = Math.max(1, Math.round(this.picture.width * this.scale));
    const height = Math.max(1, Math.round(this.picture.height * this.scale));
    return {
      x: offset(width, this.canvas.width, this.centre.x),
      y: offset(height, this.canvas.height, this.centre.y),
      width,
      height,
    };
  }

  /** Returns the position of the line between before and after. */
  get divide() {
    const [left, right] = this.#span();
    return left + this.split * (right - left);
  }

  /** Returns the split that puts the line at `x`, 0 to 1. */
  splitAt(x) {
    const [left, right] = this.#span();
    return clamp((x - left) / (right - left), 0, 1);
  }

  get canPan() {
    const { width, height } = this.frame;
    return width > this.canvas.width || height > this.canvas.height;
  }

  /** Moves the picture by `dx` and `dy`, but never beyond its edges. */
  pan(dx, dy) {
    const { width, height } = this.frame;
    const [across, down] = [this.canvas.width / width / 2, this.canvas.height / height / 2];
    this.centre = {
      x: across < 0.5 ? clamp(this.centre.x - dx / width, across, 1 - across) : 0.5,
      y: down < 0.5 ? clamp(this.centre.y - dy / height, down, 1 - down) : 0.5,
    };
    this.draw();
  }

  /** Returns the position of a canvas point in the picture, as shares of its sides (0 to 1). */
  pointAt(x, y) {
    const frame = this.frame;
    return {
      x: clamp((x - frame.x) / frame.width, 0, 1),
      y: clamp((y - frame.y) / frame.height, 0, 1),
    };
  }

  /** Draws one of the two pictures in its place, in a context of the view's size. */
  put(context, bitmap) {
    context.imageSmoothingEnabled = !(this.zoom >= 4); // keeps single pixels visible
    const { x, y, width, height } = this.frame;
    const part = this.part ?? { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
    const [source, from] = scaled(bitmap, part, width, height);
    context.drawImage(source, from.x, from.y, from.width, from.height, x, y, width, height);
  }

  #span() {
    const { x, width } = this.frame;
    return [Math.max(0, x), Math.min(this.canvas.width, x + width)];
  }

  /** Follows `ratio`, which changes on another screen and with the browser's zoom. */
  #watchRatio() {
    const isSame = window.matchMedia(`(resolution: ${this.ratio}dppx)`);
    const follow = () => {
      this.#resize();
      this.#watchRatio();
    };
    isSame.addEventListener("change", follow, { once: true });
  }

  #resize() {
    const { clientWidth, clientHeight } = this.canvas.parentElement;
    this.canvas.width = Math.round(clientWidth * this.ratio);
    this.canvas.height = Math.round(clientHeight * this.ratio);
    this.draw();
  }

  #paint() {
    const { context, canvas } = this;
    const { left, top, right, bottom } =
      this.#changed ?? { left: 0, top: 0, right: canvas.width, bottom: canvas.height };
    context.save();
    context.beginPath();
    context.rect(left, top, right - left, bottom - top);
    context.clip();
    context.clearRect(left, top, right - left, bottom - top);
    if (this.picture && canvas.width) this.#paintPicture();
    context.restore();
  }

  #paintPicture() {
    const { context, canvas, frame } = this;
    const alone = this.after ? 0 : canvas.width;
    const divide = this.after && this.before ? Math.round(this.divide) : alone;
    if (this.after) this.#layer(this.after, frame, divide, canvas.width);
    if (this.before) this.#layer(this.before, frame, 0, divide);
    this.marks?.(context, frame);
    if (this.ring) this.#drawRing();
  }

  /** Draws one of the two pictures between two vertical lines. */
  #layer(bitmap, frame, left, right) {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(left, 0, right - left, this.canvas.height);
    context.clip();
    const under = visible(frame, this.canvas);
    const filled = this.backdrop.kind === "picture" ? frame : under;
    this.backdrop.paint(context, filled, this.picture, CELL * this.ratio);
    if (bitmap === this.after && this.before) this.#paintGhost();
    if (this.preview && bitmap === this.after) context.drawImage(this.preview.canvas, 0, 0);
    else this.put(context, bitmap);
    context.restore();
  }

  #paintGhost() {
    this.context.globalAlpha = this.ghost;
    if (this.ghost) this.put(this.context, this.before);
    this.context.globalAlpha = 1;
  }

  /** Returns the centre and radius of the ring, in the canvas's pixels. */
  #circleOf({ x, y, size }) {
    const { frame, scale } = this;
    const radius = Math.max(2, (size * scale) / 2);
    return { x: frame.x + x * frame.width, y: frame.y + y * frame.height, radius };
  }

  #boxOf(ring) {
    const { x, y, radius } = this.#circleOf(ring);
    return boxAround([{ x, y }], radius + RING * this.ratio);
  }

  /** Draws a black circle and a white one on it, so that one is visible on any background. */
  #drawRing() {
    const { context, ratio } = this;
    const { x, y, radius } = this.#circleOf(this.ring);
    for (const [colour, width] of [["#000", RING * ratio], ["#fff", (RING * ratio) / 2]]) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width });
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

function visible({ x, y, width, height }, canvas) {
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const [right, bottom] = [Math.min(canvas.width, x + width), Math.min(canvas.height, y + height)];
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Returns where a length begins within `room`: centred if it fits; otherwise with the point at
 * `centre` (0 to 1) in the middle, as far as this leaves no gap. */
function offset(length, room, centre) {
  if (length <= room) return Math.round((room - length) / 2);
  return Math.round(clamp(room / 2 - centre * length, room - length, 0));
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
