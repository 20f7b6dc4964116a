import { CANVASES, isSame } from "./choices.js";
import { frameOf, halfToEven } from "./frame.js";

const SUBJECT = 0.85; // longer side of the subject, as a share of the preset's side
const AXES = [["x", "width"], ["y", "height"]];

/** Returns how a result is placed in its file, as the server computes it: the file's `{width, height}`,
 * the part `from` of the picture that is drawn to the part `to` of the file, and the colour `ground`
 * behind it, or null.
 *
 * `extent` is as for `frameOf`. Without a canvas, the file has the size of the cropped picture and
 * `ground` is undefined. `longest` is the server's maximum side, in pixels. */
export function layoutOf(bitmap, extent, choices, longest) {
  const { mode, canvas } = choices;
  const frame = frameOf(bitmap, extent, choices);
  const { width, height } = frame;
  if (canvas === "none") return { width, height, from: frame, to: { x: 0, y: 0, width, height } };
  const side = Math.min(CANVASES[canvas] ?? Math.max(width, height), longest);
  const subject = frameOf(bitmap, extent, { mode, crop: "0%", canvas: "none" });
  const factor = (SUBJECT * side) / Math.max(subject.width, subject.height);
  const [from, to] = [{}, {}];
  for (const [start, length] of AXES) {
    const corner = (side - subject[length] * factor) / 2;
    const offset = (factor === 1 ? halfToEven(corner) : corner) - subject[start] * factor;
    const [first, last] = [frame[start], frame[start] + frame[length]];
    const [begin, end] = [first, last].map((at) => bounded(halfToEven(at * factor + offset), 0, side));
    from[start] = bounded((begin - offset) / factor, first, last);
    from[length] = bounded((end - offset) / factor, first, last) - from[start];
    Object.assign(to, { [start]: begin, [length]: end - begin });
  }
  return { width: side, height: side, from, to, ground: mode === "fg-mask" ? "black" : null };
}

function bounded(value, low, high) {
  return Math.min(Math.max(value, low), high);
}

const placings = new WeakMap();

/** Returns a picture as placed in its file: `[source, part]`, what to draw and which part of it. On a
 * canvas, the last source is cached for each picture, so that the shown and the saved pixels are the
 * same. */
export function placed(bitmap, layout) {
  const { width, height, from, to, ground } = layout;
  if (ground === undefined) return [bitmap, from];
  const whole = { x: 0, y: 0, width, height };
  const last = placings.get(bitmap);
  if (last && isSame(last.layout, layout)) return [last.canvas, whole];
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  if (ground) {
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
  }
  const sides = [from, to].flatMap((each) => [each.x, each.y, each.width, each.height]);
  context.drawImage(bitmap, ...sides);
  placings.set(bitmap, { layout, canvas });
  return [canvas, whole];
}
