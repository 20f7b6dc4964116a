import { Failure } from "./failure.js";
import { currentKey } from "./key.js";
import { keyed } from "./photo.js";
import { prepare } from "./picture.js";
import { requestResult } from "./service.js";
import { thumbOf } from "./thumb.js";

/** Makes a photo's result for the parameters `asked`, see `askedOf`: reads the photo, scales it down if
 * the service would not accept it, sends it and keeps the answer. Calls `report(phase, fraction)` as in
 * `requestResult`, first with the phase "reading". */
export async function makeResult(photo, asked, { limits, signal, report }) {
  report("reading", null);
  const key = currentKey();
  let [made, start] = [null, 0];
  try {
    await ready(photo, limits);
    signal.throwIfAborted();
    start = performance.now();
    report("upload", 0);
    made = await sent(photo, asked, { limits, key, signal, report });
  } catch (error) {
    throw await explained(error, photo);
  }
  const seconds = (performance.now() - start) / 1000;
  const thumb = isShowable(photo, asked, made) ? await thumbOf(made.png) : null;
  signal.throwIfAborted();
  photo.thumb = thumb ?? photo.thumb;
  const terms = { asked, withKey: key !== "", seconds, byMask: photo.mask !== null };
  photo.made.set(asked.mode, keyed({ ...made, ...terms }));
}

/** Returns whether a result is the best thumbnail so far. Without an object, the photo is more useful;
 * so is a cut-out or shadow in place of a mask. */
function isShowable(photo, { mode }, { objects }) {
  const hasColours = ["fg-image", "fg-image-shadow"].some((each) => photo.made.has(each));
  return objects.length > 0 && !(mode === "fg-mask" && hasColours);
}

/** Prepares the photo's file once, if there is one. */
export async function ready(photo, limits) {
  const { file, source } = photo;
  if (file || !source) return;
  Object.assign(photo, await prepare(source, limits));
  if (photo.source !== source) photo.useCopy(photo.source); // stored in the meantime
}

/** Returns a `Failure` in place of an error that comes from a file which can't be read any more. */
async function explained(error, { file, source }) {
  const isKnown = error instanceof Failure && !error.isOffline;
  if (isKnown || error.name === "AbortError" || !source) return error;
  try {
    await (file ?? source).slice(0, 1).arrayBuffer();
    return error;
  } catch {
    return new Failure("This file can’t be read any more", "It was changed, moved or deleted. Add it again.");
  }
}

/** Sends a photo; sends a smaller version if the service accepts less than this page expected. */
async function sent(photo, asked, { limits, key, signal, report }) {
  const { mask } = photo;
  try {
    const picture = photo.file ?? new URL(photo.address);
    return await requestResult(picture, asked, { key, signal, report, mask });
  } catch (error) {
    const isFinal = mask || !photo.source || !error.largestSide || error.largestSide >= limits.side;
    if (isFinal) throw error;
    Object.assign(photo, await prepare(photo.source, { ...limits, side: error.largestSide }));
    return requestResult(photo.file, asked, { key, signal, report });
  }
}
