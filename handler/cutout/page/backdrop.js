/** What lies behind the cut-out. */
export class Backdrop {
  /** `kind` is "none", "colour" or "picture"; `colour` is CSS's, `picture` an ImageBitmap. */
  constructor(kind = "none", { colour = "#000000", picture = null } = {}) {
    Object.assign(this, { kind, colour, picture });
  }

  /** Whether there is one: a chequered pattern only says that there is none. */
  get isThere() {
    return this.kind !== "none";
  }

  /** Fills a rectangle that shows a result of `size`; `cell` is the side of a chequered square in the
   * context's pixels. */
  paint(context, { x, y, width, height }, size, cell) {
    if (!this.isThere) return paintChecks(context, { x, y, width, height }, cell);
    if (this.kind === "picture") {
      return context.drawImage(covering(this.picture, size), x, y, width, height);
    }
    context.fillStyle = this.colour;
    return context.fillRect(x, y, width, height);
  }
}

/** The background that choices name. A JPEG can't be transparent, so it lies on white; a mask is
 * opaque. A picture counts once there is one. */
export function backdropOf({ mode, backdrop, colour, format }, scene) {
  if (mode === "fg-mask") return new Backdrop();
  if (backdrop === "picture" && scene.bitmap) return new Backdrop("picture", { picture: scene.bitmap });
  if (backdrop === "colour") return new Backdrop("colour", { colour });
  if (backdrop === "white" || backdrop === "black") return new Backdrop("colour", { colour: backdrop });
  return format === "jpg" ? new Backdrop("colour", { colour: "white" }) : new Backdrop();
}

function paintChecks(context, { x, y, width, height }, cell) {
  const tile = Object.assign(document.createElement("canvas"), { width: 2 * cell, height: 2 * cell });
  const inks = tile.getContext("2d");
  inks.fillStyle = "#ffffff";
  inks.fillRect(0, 0, 2 * cell, 2 * cell);
  inks.fillStyle = "#e4e6ea";
  inks.fillRect(0, 0, cell, cell);
  inks.fillRect(cell, cell, cell, cell);
  context.fillStyle = context.createPattern(tile, "repeat");
  context.fillRect(x, y, width, height);
}

const coverings = new WeakMap();

/** A picture as large as it must be to leave no gap, from the middle. It is made once for a size, so
 * that what is shown and what is saved have the same pixels. */
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
