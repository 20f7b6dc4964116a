import { Backdrop } from "./backdrop.js";
import { boxAround, union } from "./boxes.js";
import { scaled } from "./scaled.js";

const MARGIN = 16; // CSS pixels around the picture where it fits
const LARGEST_FIT = 3; // a small picture is not blown up beyond this
const CELL = 8;
const RING = 3; // CSS pixels, the width of the brush's ring

/** Draws the picture, before and after, into a canvas. Lengths are in the canvas's own pixels, of
 * which the screen has as many; `centre` is the point in the middle, as a share of the picture. */
export class View {
  zoom = "fit"; // or the screen's pixels for each of the picture's
  centre = { x: 0.5, y: 0.5 };
  split = 0.5; // the share of what is visible that shows the picture as it was
  before = null;
  after = null;
  preview = null; // the `Preview` of strokes, shown in place of `after`
  marks = null; // draws lines over the picture: `marks(context, frame)`
  ring = null; // the brush: {x, y, size}, shares of the picture and pixels of it
  ghost = 0; // the opacity at which the photo is seen behind `after`
  part = null; // what is shown of both, in their pixels; null is all
  #waiting = false;
  #changed; // the box of what the next frame draws; all where it is undefined

  /** `onDraw` is called whenever something has moved. */
  constructor(canvas, onDraw) {
    Object.assign(this, { canvas, onDraw, backdrop: new Backdrop() });
    this.context = canvas.getContext("2d");
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement);
  }

  show(before, after, { part = null, backdrop = new Backdrop() } = {}) {
    Object.assign(this, { before, after, part, backdrop });
    this.draw();
  }

  /** At the next frame. `changed` is the box of what is drawn again, {left, top, right, bottom}; all
   * without it. */
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

  /** Shows the brush's ring at another place. */
  moveRing(ring) {
    const boxes = [this.ring, ring].filter(Boolean).map((each) => this.#boxOf(each));
    this.ring = ring;
    this.draw(boxes.reduce(union));
  }

  /** Screen pixels for each CSS pixel. */
  get ratio() {
    return window.devicePixelRatio || 1;
  }

  get picture() {
    return this.part ?? this.before ?? this.after;
  }

  get scale() {
    return this.zoom === "fit" ? this.fit : this.zoom;
  }

  /** The scale at which the whole picture is seen. */
  get fit() {
    const { width, height } = this.canvas;
    const room = 2 * MARGIN * this.ratio;
    const fit = Math.min((width - room) / this.picture.width, (height - room) / this.picture.height);
    return Math.max(Math.min(fit, LARGEST_FIT * this.ratio), 1 / this.picture.width);
  }

  /** Where the whole picture lies. */
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

  /** Where the line between before and after stands. */
  get divide() {
    const [left, right] = this.#span();
    return left + this.split * (right - left);
  }

  /** The split that puts the line there. */
  splitAt(x) {
    const [left, right] = this.#span();
    return clamp((x - left) / (right - left), 0, 1);
  }

  get canPan() {
    const { width, height } = this.frame;
    return width > this.canvas.width || height > this.canvas.height;
  }

  /** Moves the picture by so much, and never beyond its edges. */
  pan(dx, dy) {
    const { width, height } = this.frame;
    const [across, down] = [this.canvas.width / width / 2, this.canvas.height / height / 2];
    this.centre = {
      x: across < 0.5 ? clamp(this.centre.x - dx / width, across, 1 - across) : 0.5,
      y: down < 0.5 ? clamp(this.centre.y - dy / height, down, 1 - down) : 0.5,
    };
    this.draw();
  }

  /** The share of the picture that a point of the canvas is at. */
  pointAt(x, y) {
    const frame = this.frame;
    return {
      x: clamp((x - frame.x) / frame.width, 0, 1),
      y: clamp((y - frame.y) / frame.height, 0, 1),
    };
  }

  /** Draws one of the two where it is seen, in a context of the view's size. */
  put(context, bitmap) {
    context.imageSmoothingEnabled = !(this.zoom >= 4); // single pixels are what one looks at there
    const { x, y, width, height } = this.frame;
    const part = this.part ?? { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
    const [source, from] = scaled(bitmap, part, width, height);
    context.drawImage(source, from.x, from.y, from.width, from.height, x, y, width, height);
  }

  #span() {
    const { x, width } = this.frame;
    return [Math.max(0, x), Math.min(this.canvas.width, x + width)];
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

  /** One of the two, between two upright lines. */
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

  /** Centre and radius of the ring, in the canvas's pixels. */
  #circleOf({ x, y, size }) {
    const { frame, scale } = this;
    const radius = Math.max(2, (size * scale) / 2);
    return { x: frame.x + x * frame.width, y: frame.y + y * frame.height, radius };
  }

  #boxOf(ring) {
    const { x, y, radius } = this.#circleOf(ring);
    return boxAround([{ x, y }], radius + RING * this.ratio);
  }

  /** A black and a white circle, one of which is seen on any ground. */
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

/** Where a length begins that lies in a room: in its middle, or, where it is longer, so that the
 * point at `centre` is, as far as no gap opens. */
function offset(length, room, centre) {
  if (length <= room) return Math.round((room - length) / 2);
  return Math.round(clamp(room / 2 - centre * length, room - length, 0));
}

function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
