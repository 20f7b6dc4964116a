import { nameAt } from "./address.js";

/** A result: its PNG, the API's objects and quality, how it was made, and the PNG mended by hand, if
 * there is one, with its own objects once the server has finished it.
 * Results that show something else have another key; blobs are no keys, since a kept one takes the
 * place of the one in memory. */
export function keyed(result) {
  return { mended: null, ...result, key: Math.random() };
}

/** Where the objects of a result are; null where they must be looked for in its pixels. */
export function objectsOf(made) {
  return made.mended ? (made.mendedObjects ?? null) : made.objects;
}

/** Whether a result was mended, or is made by a mask that was. */
export function isByHand({ mended, byMask }) {
  return Boolean(mended || byMask);
}

/** Whether nothing can be seen in a result. */
export function showsNothing(made) {
  return objectsOf(made)?.length === 0;
}

/** What is the same for results of the same alpha: the server changes only colours when it finishes one
 * that was mended. */
export function shapeOf(made) {
  return made.shape ?? made.key;
}

/** One photo in the queue, and what was made of it so far. It holds blobs, never bitmaps. */
export class Photo {
  file = null; // as the service takes it; null until it is prepared
  note = ""; // what was done to it before it was sent
  thumb = null; // a small blob
  own = null; // choices that differ from those for all
  isChecked = false; // somebody has said that a doubtful result is fine
  failure = null;
  phase = null; // "reading", "upload", "work", "download" or "busy" while it is worked on
  fraction = null;
  since = 0; // when the phase began, in milliseconds
  made = new Map(); // by mode: {key, asked, png, objects, quality, uploaded, withKey, seconds, byMask, mended, shape}, see `keyed`

  /** `source` is null for a photo that only the service can fetch, from its `address`. */
  constructor(id, source, address = null) {
    Object.assign(this, { id, source, address });
  }

  get name() {
    return (this.file ?? this.source)?.name ?? nameAt(this.address);
  }

  /** The mask that was made by hand, a PNG; null where there is none. */
  get mask() {
    return this.made.get("fg-mask")?.mended ?? null;
  }

  /** "done", "blank", "failed", "busy" or "waiting"; `made` is the wanted result, if it is there. */
  status(made) {
    if (this.phase) return "busy";
    if (made) return showsNothing(made) ? "blank" : "done";
    return this.failure ? "failed" : "waiting";
  }
}
