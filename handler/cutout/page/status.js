import { byId } from "./dom.js";

/** How it goes, for the eye and for screen readers. The page is in one of four states: "empty",
 * "busy", "done" or "failed"; `hasPicture` says whether there is a photo to look at. */
export function enter(state, hasPicture) {
  document.body.dataset.state = state;
  byId("welcome").hidden = state !== "empty";
  byId("desk").hidden = state === "empty";
  byId("busy").hidden = state !== "busy";
  byId("failure").hidden = state !== "failed";
  byId("tools").inert = state !== "done"; // it keeps its place, or the picture would jump
  for (const id of ["saving", "command"]) byId(id).hidden = state !== "done";
  for (const id of ["modes", "backdrops"]) byId(id).hidden = !hasPicture;
  byId("stage").tabIndex = hasPicture ? 0 : -1;
}

/** What is going on; `fraction` is null where nobody knows how much of it is done. */
export function showProgress(text, fraction = null) {
  byId("busy-text").textContent = text;
  const bar = byId("progress");
  if (fraction === null) bar.removeAttribute("value");
  else bar.value = fraction;
}

/** What went wrong, and what can be done about it. */
export function showFailure({ title, message, largestSide }, canRetry) {
  byId("failure-title").textContent = title;
  byId("failure-text").textContent = message;
  byId("retry").hidden = !canRetry;
  byId("shrink").hidden = largestSide === null;
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
