import { CANVASES, isSame } from "./choices.js";
import { frameOf, halfToEven } from "./frame.js";

const SUBJECT = 0.85; // of a preset's side, for the longer side of the subject
const AXES = [["x", "width"], ["y", "height"]];

/** How a result lies in its file: the file's `{width, height}`, and `from`, the part of the picture that
 * is drawn `to` a part of the file. `ground` is the colour behind it. The server computes the same.
 *
 * `objects` are as for `frameOf`. Without a canvas, the file is what the crop leaves. `longest` is the
 * server's limit of a side, in pixels. */
export function layoutOf(bitmap, objects, choices, longest) {
  const { mode, canvas } = choices;
  const frame = frameOf(bitmap, objects, choices);
  const { width, height } = frame;
  if (canvas === "none") return { width, height, from: frame, to: { x: 0, y: 0, width, height } };
  const side = Math.min(CANVASES[canvas] ?? Math.max(width, height), longest);
  const subject = frameOf(bitmap, objects, { mode, crop: "0%", canvas: "none" });
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

/** A picture as it lies in its file: `[source, part]`, what to draw and which part of it. On a canvas it
 * is made once for a layout, so that what is shown and what is saved have the same pixels. */
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
