import { union, widened, within } from "./boxes.js";

/** Limits the distance, in pixels of the smaller picture, over which a pixel affects others: browsers
 * halve a picture until it is less than twice too large, or too small, and then interpolate between the
 * two nearest pixels. */
export const SPAN = 4;

const kept = new WeakMap();

/** Returns a part of a picture scaled down to a size: `[source, part]`, what to draw and which part of
 * it. Returns the picture itself if the part is not larger. The last size is cached for each picture,
 * since scaling a large one at each move of the slider would make it stutter. */
export function scaled(bitmap, part, width, height) {
  if (width >= part.width) return [bitmap, part];
  const whole = { x: 0, y: 0, width, height };
  const key = [width, height, ...Object.values(part)].join();
  let last = kept.get(bitmap);
  if (last?.key !== key) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    kept.set(bitmap, (last = { key, canvas, changed: areaIn(part) }));
  }
  if (last.changed) draw(bitmap, part, last);
  return [last.canvas, whole];
}

/** Marks a box of a picture as changed, so that it is scaled again. */
export function outdated(bitmap, box) {
  const last = kept.get(bitmap);
  if (last) last.changed = union(box, last.changed);
}

/** Draws only the box that has changed, since drawing everything would take long. */
function draw(bitmap, part, last) {
  const { canvas } = last;
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const [across, down] = [width / part.width, height / part.height];
  const changed = {
    left: (last.changed.left - part.x) * across,
    top: (last.changed.top - part.y) * down,
    right: (last.changed.right - part.x) * across,
    bottom: (last.changed.bottom - part.y) * down,
  };
  const whole = { left: 0, top: 0, right: width, bottom: height };
  const { left, top, right, bottom } = within(widened(changed, SPAN), whole);
  last.changed = null;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  context.clip();
  context.clearRect(left, top, right - left, bottom - top);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, part.x, part.y, part.width, part.height, 0, 0, width, height);
  context.restore();
}

function areaIn({ x, y, width, height }) {
  return { left: x, top: y, right: x + width, bottom: y + height };
}
