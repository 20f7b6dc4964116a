import { backdropOf } from "./backdrop.js";
import { layoutOf, placed } from "./layout.js";
import { objectsOf } from "./photo.js";
import { decoded, encoded } from "./picture.js";

const TYPES = { png: "image/png", jpg: "image/jpeg" };
const BEST = 1; // quality of a JPEG, whose values differ by 4 of 255; below it, Chromium subsamples chroma

/** The file of a result as it is shown: cropped, on its canvas and background, in its format. The server's
 * PNG, byte for byte, where nothing of that is asked for. `side` is the server's limit; `bitmap` is decoded
 * here if it isn't given. */
export async function fileOf(made, choices, { scene, side, bitmap = null }) {
  const png = made.mended ?? made.png;
  const backdrop = backdropOf(choices, scene);
  if (isAsMade(choices, backdrop)) return png;
  const own = bitmap ?? (await decoded(png));
  try {
    const layout = layoutOf(own, objectsOf(made), choices, side);
    return await encoded(drawnOn(backdrop, ...placed(own, layout)), TYPES[choices.format], BEST);
  } finally {
    if (!bitmap) own.close();
  }
}

/** Whether the file is the PNG that was made. */
export function isAsMade({ crop, canvas, format }, backdrop) {
  return crop === "none" && canvas === "none" && format === "png" && !backdrop.isThere;
}

function drawnOn(backdrop, source, { x, y, width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (backdrop.isThere) backdrop.paint(context, { x: 0, y: 0, width, height }, canvas, 1);
  context.drawImage(source, x, y, width, height, 0, 0, width, height);
  return canvas;
}

/** Saves a blob at once. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // browsers fetch it a little later
}
