import { byId } from "./dom.js";

/** How it goes, for the eye and for screen readers. The page is in one of five states: "empty",
 * "busy", "done", "blank" or "failed"; `hasPicture` says whether there is a photo to look at,
 * `isQuiet` that the photo is only opened, which takes too short to be told. */
export function enter(state, hasPicture, isQuiet = false) {
  document.body.dataset.state = state;
  byId("welcome").hidden = state !== "empty";
  byId("desk").hidden = state === "empty";
  byId("busy").hidden = state !== "busy" || isQuiet;
  byId("blank").hidden = state !== "blank";
  byId("failure").hidden = state !== "failed";
  // It keeps its place, or the picture would jump. Where nothing was found, it can still be mended.
  byId("tools").inert = !(state === "done" || (state === "blank" && hasPicture));
  const isShown = state === "done" || isQuiet;
  for (const id of ["saving", "command"]) byId(id).hidden = !isShown;
  byId("stage").tabIndex = hasPicture ? 0 : -1;
}

/** What is going on; `fraction` is null where nobody knows how much of it is done. */
export function showProgress(text, fraction = null) {
  byId("busy-text").textContent = text;
  const bar = byId("progress");
  if (fraction === null) bar.removeAttribute("value");
  else bar.value = fraction;
}

/** Why there is nothing to save: nothing was found, or all of it was erased. */
export function showBlank(isByHand) {
  byId("blank-title").textContent = isByHand ? "Everything is erased" : "No subject found";
  byId("blank-text").textContent = isByHand
    ? "There is nothing to save."
    : "Everything looks like background, so there is nothing to save.";
}

/** What went wrong. */
export function showFailure({ title, message }) {
  byId("failure-title").textContent = title;
  byId("failure-text").textContent = message;
}

/** Says it to screen readers once they are done with what they are saying. */
export function say(text) {
  byId("said").textContent = text;
}

/** 123 kB, 4.5 MB. */
export function sizeOf(bytes) {
  const inMegabytes = bytes / 1e6;
  return inMegabytes < 1 ? `${Math.ceil(bytes / 1000)}\u00a0kB` : `${inMegabytes.toFixed(1)}\u00a0MB`;
}
