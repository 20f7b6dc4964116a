import { byId } from "./dom.js";

/** Shows one of the page's five states: "empty", "busy", "done", "blank" or "failed". `hasPicture` says
 * whether there is a photo to show, `isQuiet` that the photo is only being opened, which is too short
 * to announce. */
export function enter(state, hasPicture, isQuiet = false) {
  document.body.dataset.state = state;
  byId("welcome").hidden = state !== "empty";
  byId("desk").hidden = state === "empty";
  byId("busy").hidden = state !== "busy" || isQuiet;
  byId("blank").hidden = state !== "blank";
  byId("failure").hidden = state !== "failed";
  // The tools keep their place, or the picture would jump. A blank photo can still be mended.
  byId("tools").inert = !(state === "done" || (state === "blank" && hasPicture));
  const isShown = state === "done" || isQuiet;
  for (const id of ["saving", "command"]) byId(id).hidden = !isShown;
  byId("stage").tabIndex = hasPicture ? 0 : -1;
}

/** Shows what the page is doing; `fraction` is the progress, 0 to 1, or null if unknown. */
export function showProgress(text, fraction = null) {
  byId("busy-text").textContent = text;
  const bar = byId("progress");
  if (fraction === null) bar.removeAttribute("value");
  else bar.value = fraction;
}

/** Shows why there is nothing to save: nothing was found, or everything was erased. */
export function showBlank(isByHand) {
  byId("blank-title").textContent = isByHand ? "Everything is erased" : "No subject found";
  byId("blank-text").textContent = isByHand
    ? "There is nothing to save."
    : "Everything looks like background, so there is nothing to save.";
}

/** Shows what went wrong. */
export function showFailure({ title, message }) {
  byId("failure-title").textContent = title;
  byId("failure-text").textContent = message;
}

/** Announces a text to screen readers once they have finished speaking. */
export function say(text) {
  byId("said").textContent = text;
}

/** Formats a number of bytes, such as 123 kB or 4.5 MB. */
export function sizeOf(bytes) {
  const inMegabytes = bytes / 1e6;
  return inMegabytes < 1 ? `${Math.ceil(bytes / 1000)}\u00a0kB` : `${inMegabytes.toFixed(1)}\u00a0MB`;
}
