const LIGHT_CHECKS = ["#ffffff", "#e4e6ea"];
const GREY_CHECKS = ["#b9bdc6", "#9da2ad"];

/** Represents the background behind the cut-out. */
export class Backdrop {
  /** Takes the `kind` ("none", "colour" or "picture"), a `colour` in CSS notation and a `picture` as an
   * `ImageBitmap`; `checks` are the two colours of the chequered pattern. */
  constructor(kind = "none", { colour = "#000000", picture = null, checks = LIGHT_CHECKS } = {}) {
    Object.assign(this, { kind, colour, picture, checks });
  }

  /** Returns whether there is a background. The chequered pattern for "none" only shows transparency. */
  get isThere() {
    return this.kind !== "none";
  }

  /** Fills a rectangle of the context that shows a result of `size`, in pixels; `cell` is the side of a
   * chequered square in the context's pixels. */
  paint(context, { x, y, width, height }, size, cell) {
    if (!this.isThere) return paintChecks(context, { x, y, width, height }, cell, this.checks);
    if (this.kind === "picture") {
      return context.drawImage(covering(this.picture, size), x, y, width, height);
    }
    context.fillStyle = this.colour;
    return context.fillRect(x, y, width, height);
  }
}

/** Returns the background for the given choices. A JPEG without one gets white, since it can't be
 * transparent. A mask is opaque and has none. "picture" has no effect until `scene` has a bitmap. */
export function backdropOf({ mode, backdrop, colour, format }, scene) {
  if (mode === "fg-mask") return new Backdrop();
  if (backdrop === "picture" && scene.bitmap) return new Backdrop("picture", { picture: scene.bitmap });
  if (backdrop === "colour") return new Backdrop("colour", { colour });
  if (backdrop === "white" || backdrop === "black") return new Backdrop("colour", { colour: backdrop });
  return format === "jpg" ? new Backdrop("colour", { colour: "white" }) : new Backdrop();
}

/** Returns the pattern to mend on: white and black objects are both visible on it, and soft edges. */
export function mendingBackdrop() {
  return new Backdrop("none", { checks: GREY_CHECKS });
}

function paintChecks(context, { x, y, width, height }, cell, [light, dark]) {
  const tile = Object.assign(document.createElement("canvas"), { width: 2 * cell, height: 2 * cell });
  const inks = tile.getContext("2d");
  inks.fillStyle = light;
  inks.fillRect(0, 0, 2 * cell, 2 * cell);
  inks.fillStyle = dark;
  inks.fillRect(0, 0, cell, cell);
  inks.fillRect(cell, cell, cell, cell);
  context.fillStyle = context.createPattern(tile, "repeat");
  context.fillRect(x, y, width, height);
}

const coverings = new WeakMap();

/** Returns a canvas of the given size, filled by the middle of the picture at the smallest scale that
 * leaves no gap. The last canvas is cached for each picture, so that the shown and the saved pixels are
 * the same. */
function covering(picture, { width, height }) {
  const last = coverings.get(picture);
  if (last?.width === width && last.height === height) return last;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const scale = Math.max(width / picture.width, height / picture.height);
  const [across, down] = [width / scale, height / scale];
  const [left, top] = [(picture.width - across) / 2, (picture.height - down) / 2];
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, left, top, across, down, 0, 0, width, height);
  coverings.set(picture, canvas);
  return canvas;
}
