import { union } from "./boxes.js";
import { cropOf } from "./choices.js";

export const VISIBLE = 32; // as in the API: minimum alpha of an object's pixels

/** Returns the part of a picture that the crop leaves: `{x, y, width, height}` in its pixels.
 *
 * `objects` and `shadow` are the API's, with boxes as shares of the picture's sides. If `objects` are
 * null, the pixels are searched; if there are none, the whole picture is left. */
export function frameOf(bitmap, { objects, shadow }, choices) {
  const { mode } = choices;
  const crop = cropOf(choices);
  const whole = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  if (crop === "none" || objects?.length === 0) return whole;
  const boxes = objects?.map(({ box }) => pixelsOf(box, bitmap));
  const core = boxes ? boxes.reduce(union) : seenOf(bitmap, mode === "fg-mask" ? isLight : isObject);
  if (!core) return whole;
  const longer = Math.max(core.right - core.left, core.bottom - core.top);
  const margin = halfToEven((longer * parseInt(crop)) / 100);
  const box = union(core, shadow && pixelsOf(shadow, bitmap));
  const [left, top] = [Math.max(0, box.left - margin), Math.max(0, box.top - margin)];
  const right = Math.min(bitmap.width, box.right + margin);
  const bottom = Math.min(bitmap.height, box.bottom + margin);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function pixelsOf([x, y, across, down], { width, height }) {
  return {
    left: Math.round(x * width),
    top: Math.round(y * height),
    right: Math.round((x + across) * width),
    bottom: Math.round((y + down) * height),
  };
}

function isObject(red, green, blue, alpha) {
  return alpha >= VISIBLE;
}

/** Returns whether a mask's pixel belongs to an object. A mask is opaque, so its value counts, not its
 * alpha. */
function isLight(red) {
  return red >= VISIBLE;
}

const seenIn = new WeakMap();

/** Returns the box around all pixels that `counts` accepts; null if there are none. The box is cached,
 * since scanning a large picture takes long. */
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

/** Rounds to the nearest integer and halves to the even one, as Python does on the server. */
export function halfToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 ? rounded - 1 : rounded;
}
