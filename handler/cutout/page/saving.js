import { backdropOf } from "./backdrop.js";
import { Failure } from "./failure.js";
import { layoutOf, placed } from "./layout.js";
import { extentOf } from "./photo.js";
import { decoded, encoded } from "./picture.js";

const TYPES = { png: "image/png", jpg: "image/jpeg" };

/** Returns the file of a result as shown: cropped, on its canvas and background, in its format. Returns
 * the PNG as it was made, byte for byte, if none of these is chosen. `side` is the server's maximum
 * side in pixels. `bitmap` is the decoded PNG; without it, the PNG is decoded here. */
export async function fileOf(made, choices, { scene, side, bitmap = null }) {
  const png = made.mended ?? made.png;
  const backdrop = backdropOf(choices, scene);
  if (isAsMade(choices, backdrop)) return png;
  const own = bitmap ?? (await decoded(png));
  if (!own) throw new Failure("A result can’t be read", "Select the photo to process it again.");
  try {
    const layout = layoutOf(own, extentOf(made), choices, side);
    return await encoded(drawnOn(backdrop, ...placed(own, layout)), TYPES[choices.format], choices.quality / 100);
  } finally {
    if (!bitmap) own.close();
  }
}

/** Returns whether the file to save is the PNG as it was made. */
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

/** Saves a blob as a file of this name. */
export function save(blob, name) {
  const href = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // browsers read it a little later
}
