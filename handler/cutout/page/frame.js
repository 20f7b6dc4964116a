import { union } from "./boxes.js";
import { cropOf } from "./choices.js";

export const VISIBLE = 32; // as in the API: alpha below which a pixel belongs to no object
const FAINT = 6; // opacity below which nobody sees where a shadow is cut off

/** The part of a picture that a crop leaves: `{x, y, width, height}` in its pixels.
 *
 * `objects` are the API's, with shares of the picture, or null, and are then looked for. With a shadow,
 * whose extent the API does not tell, all that can be seen of it is kept. */
export function frameOf(bitmap, objects, choices) {
  const { mode } = choices;
  const crop = cropOf(choices);
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  if (crop === "none" || objects?.length === 0) return whole;
  const core = objects ? around(objects, bitmap) : seenOf(bitmap, mode === "fg-mask" ? isLight : isObject);
  if (!core) return whole;
  const longer = Math.max(core.right - core.left, core.bottom - core.top);
  const margin = halfToEven((longer * parseInt(crop)) / 100);
  const box = mode === "fg-image-shadow" ? union(core, seenOf(bitmap, isShade)) : core;
  const [left, top] = [Math.max(0, box.left - margin), Math.max(0, box.top - margin)];
  const right = Math.min(bitmap.width, box.right + margin);
  const bottom = Math.min(bitmap.height, box.bottom + margin);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function around(objects, { width, height }) {
  const sides = objects.map(({ box: [x, y, across, down] }) => ({
    left: Math.round(x * width),
    top: Math.round(y * height),
    right: Math.round((x + across) * width),
    bottom: Math.round((y + down) * height),
  }));
  return sides.reduce(union);
}

function isObject(red, green, blue, alpha) {
  return alpha >= VISIBLE;
}

/** Of a mask, which is opaque. */
function isLight(red) {
  return red >= VISIBLE;
}

/** A shadow is black. What an edge of the object adds to a colour shows that it is one. */
function isShade(red, green, blue, alpha) {
  return alpha >= FAINT && (Math.max(red, green, blue) * alpha) / 255 <= 2;
}

const seenIn = new WeakMap();

/** The box around all pixels that `counts` accepts; null where there is none. It is looked for once: that
 * takes long in a large picture. */
function seenOf(bitmap, counts) {
  const found = seenIn.get(bitmap) ?? new Map();
  seenIn.set(bitmap, found);
  if (!found.has(counts)) found.set(counts, boxIn(bitmap, counts));
  return found.get(counts);
}

function boxIn(bitmap, counts) {
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const box = { left: width, top: height, right: 0, bottom: 0 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      if (!counts(data[at], data[at + 1], data[at + 2], data[at + 3])) continue;
      if (x < box.left) box.left = x;
      if (x >= box.right) box.right = x + 1;
      if (y < box.top) box.top = y;
      box.bottom = y + 1;
    }
  }
  return box.right ? box : null;
}

/** Rounds as Python does on the server. */
export function halfToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
