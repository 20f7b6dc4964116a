import { alphaPng } from "./grey.js";
import { keyed } from "./photo.js";
import { decoded } from "./picture.js";

/** Puts pictures mended by hand into a photo's results. `mended` is `{image, mask, isBlank}`, two PNGs
 * and whether they show nothing, or null to restore the server's results. Returns the modes `{kept,
 * dropped}`: results that have changed, and results to make again when needed. */
export function mend(photo, mended) {
  const isUnfinished = mended !== null && !mended.isBlank; // the server needs an object to finish it
  const terms = { mendedObjects: mended?.isBlank ? [] : null, isUnfinished, shape: null };
  const made = { ...photo.made.get("fg-image"), ...terms };
  const isMask = Boolean(photo.mask);
  photo.made.set("fg-image", keyed({ ...made, mended: mended?.image ?? null }));
  photo.made.delete("fg-image-shadow");
  const mask = { asked: { mode: "fg-mask" }, png: mended?.mask, mended: mended?.mask };
  if (mended) photo.made.set("fg-mask", keyed({ ...made, ...mask }));
  else if (isMask) photo.made.delete("fg-mask");
  const dropped = mended ? ["fg-image-shadow"] : ["fg-image-shadow", "fg-mask"];
  return { kept: mended ? ["fg-image", "fg-mask"] : ["fg-image"], dropped };
}

/** Returns a cut-out's alpha as a grey PNG, and whether it shows nothing: `{mask, isBlank}`. */
export async function maskOf(png) {
  const bitmap = await decoded(png);
  try {
    const { png: mask, isBlank } = await alphaPng(bitmap);
    return { mask, isBlank };
  } finally {
    bitmap.close();
  }
}
