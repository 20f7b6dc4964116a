import { CANVASES, isOwnSize, isSame } from "./choices.js";
import { frameOf, halfToEven } from "./frame.js";

const SUBJECT = 0.85; // share of the canvas that the subject is fitted into
const LEAST_DRAWN = 1e-3; // minimum pixels of the picture that are drawn, as on the server
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
  const size = canvasSize(frame, choices, longest);
  const isWhole = canvas === "fit";
  const fitted = isWhole ? frame : frameOf(bitmap, extent, { mode, crop: "0%", canvas: "none" });
  const shares = AXES.map(([, length]) => ((isWhole ? 1 : SUBJECT) * size[length]) / fitted[length]);
  const factor = Math.min(...shares);
  const [from, to] = [{}, {}];
  for (const [start, length] of AXES) {
    const corner = (size[length] - fitted[length] * factor) / 2;
    const offset = (factor === 1 ? halfToEven(corner) : corner) - fitted[start] * factor;
    const [first, last] = [frame[start], frame[start] + frame[length]];
    const begin = bounded(halfToEven(first * factor + offset), 0, size[length] - 1);
    const end = bounded(halfToEven(last * factor + offset), begin + 1, size[length]);
    from[start] = bounded((begin - offset) / factor, first, last - LEAST_DRAWN);
    from[length] = bounded((end - offset) / factor, from[start] + LEAST_DRAWN, last) - from[start];
    Object.assign(to, { [start]: begin, [length]: end - begin });
  }
  return { ...size, from, to, ground: mode === "fg-mask" ? "black" : null };
}

/** Returns the `{width, height}` of the canvas for a cropped picture. */
function canvasSize(frame, { canvas, width, height }, longest) {
  if (isOwnSize(canvas)) return { width, height };
  const side = Math.min(CANVASES[canvas] ?? Math.max(frame.width, frame.height), longest);
  return { width: side, height: side };
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
