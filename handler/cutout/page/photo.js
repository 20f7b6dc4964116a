import { nameAt } from "./address.js";

/** Returns a result with a new `key`: its PNG, the API's objects, shadow and quality, how it was made,
 * and the PNG mended by hand, or null, with its own objects once the server has finished it: `{key,
 * asked, png, objects, shadow, quality, uploaded, withKey, seconds, byMask, mended, mendedObjects,
 * isUnfinished, shape}`. Results that look different have different keys; blobs can't be the keys, since a
 * stored one replaces the one in memory. */
export function keyed(result) {
  return { mended: null, ...result, key: Math.random() };
}

/** Returns the objects of a result; null if they must be found in its pixels. */
export function objectsOf(made) {
  return made.mended ? (made.mendedObjects ?? null) : made.objects;
}

/** Returns where a result's objects and its visible shadow are, see `frameOf`. */
export function extentOf(made) {
  return { objects: objectsOf(made), shadow: made.shadow ?? null };
}

/** Returns whether a result was mended by hand, or made from a mask that was. */
export function isByHand({ mended, byMask }) {
  return Boolean(mended || byMask);
}

/** Returns whether a result has no visible object. */
export function showsNothing(made) {
  return objectsOf(made)?.length === 0;
}

/** Returns a value that results with the same alpha share, since only colours change when the server
 * finishes a mended result. */
export function shapeOf(made) {
  return made.shape ?? made.key;
}

/** Holds one photo in the queue, and its results so far. It has blobs, never bitmaps. */
export class Photo {
  file = null; // file as the service accepts it; null until prepared
  note = ""; // how the file was changed before it was sent
  thumb = null; // thumbnail as a blob
  own = null; // choices for this photo only; null if it uses the common ones
  isChecked = false; // whether the user has accepted a doubtful result
  failure = null;
  phase = null; // "reading", "upload", "work" or "download" while in progress
  fraction = null;
  since = 0; // start of the phase, in milliseconds of `performance.now()`
  made = new Map(); // results by mode, see `keyed`

  /** Creates a photo. `source` is null if only the service can download it, from `address`. */
  constructor(id, source, address = null) {
    Object.assign(this, { id, source, address });
  }

  /** Replaces the file by its stored copy, since the user may change, move or delete the original. */
  useCopy(copy) {
    this.source = copy;
    if (this.file && !this.note) this.file = new File([copy], this.file.name, { type: this.file.type });
  }

  get name() {
    return (this.file ?? this.source)?.name ?? nameAt(this.address);
  }

  /** Returns the mask made by hand, as a PNG; null if there is none. */
  get mask() {
    return this.made.get("fg-mask")?.mended ?? null;
  }

  /** Returns "done", "blank", "failed", "busy" or "waiting"; `made` is the wanted result, if it
   * exists. */
  status(made) {
    if (this.phase) return "busy";
    if (made) return showsNothing(made) ? "blank" : "done";
    return this.failure ? "failed" : "waiting";
  }
}
