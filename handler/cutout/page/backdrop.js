/** What lies behind the cut-out. */
export class Backdrop {
  kind = "none"; // or "white", "black", "colour", "picture"
  colour = "#000000";
  picture = null; // an ImageBitmap

  /** Whether there is one: a chequered pattern only says that there is none. */
  get isThere() {
    return this.kind !== "none" && !(this.kind === "picture" && !this.picture);
  }

  /** Fills a rectangle; `cell` is the side of a chequered square in the context's pixels. */
  paint(context, { x, y, width, height }, cell) {
    if (!this.isThere) return paintChecks(context, { x, y, width, height }, cell);
    if (this.kind === "picture") return paintCover(context, this.picture, { x, y, width, height });
    context.fillStyle = this.kind === "colour" ? this.colour : this.kind;
    return context.fillRect(x, y, width, height);
  }
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

/** As large as it must be to leave no gap, from the middle. */
function paintCover(context, picture, { x, y, width, height }) {
  const scale = Math.max(width / picture.width, height / picture.height);
  const [across, down] = [width / scale, height / scale];
  const [left, top] = [(picture.width - across) / 2, (picture.height - down) / 2];
  context.drawImage(picture, left, top, across, down, x, y, width, height);
}
