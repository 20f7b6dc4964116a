import { alphaPng } from "./grey.js";
import { keyed } from "./photo.js";
import { decoded } from "./picture.js";

/** Puts pictures mended by hand into a photo's results: `{image, mask, isBlank}`, PNGs and whether they
 * show nothing, or null to go back to the server's. Returns the modes `{kept, dropped}` of results that
 * have changed or are made again. */
export function mend(photo, mended) {
  const isUnfinished = mended !== null && !mended.isBlank; // without an object, the server has no part
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

/** A cut-out's alpha as a grey picture, and whether it shows nothing: `{mask, isBlank}`. */
export async function maskOf(png) {
  const bitmap = await decoded(png);
  try {
    const { png: mask, isBlank } = await alphaPng(bitmap);
    return { mask, isBlank };
  } finally {
    bitmap.close();
  }
}
