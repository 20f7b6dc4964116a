import { byId } from "./dom.js";

/** Shows the progress of all photos, and the buttons for all of them. Screen readers announce only its end
 * or a stop. `packing` is the progress of a ZIP in the making, or null; `isKept` says whether the
 * selected photo will be here after a reload. */
export function showTally(album, isPaused, packing, isKept) {
  const total = album.photos.length;
  const { done, doubtful, blank, erased, failed, busy, waiting } = album.counts();
  const isMany = total > 1;
  const open = busy + waiting;
  byId("tally").hidden = total === 0;
  byId("tally-progress").hidden = !isMany || open === 0;
  byId("tally-progress").value = (total - open) / Math.max(1, total);
  const text = isMany
    ? summary({ total, done, doubtful, blank, erased, failed }, open > 0 && isPaused)
    : `Your photo stays ${isKept ? "on this device until you remove it" : "here until you close this page"}.`;
  byId("tally-text").textContent = packing ?? text;
  const said = open > 0 && !isPaused ? "" : text; // not each of 300 photos
  if (byId("tally-said").textContent !== said) byId("tally-said").textContent = said;
  byId("zip").hidden = !isMany;
  byId("zip").disabled = done === 0 || packing !== null;
  byId("stop").hidden = !isMany || open === 0;
  byId("stop").textContent = isPaused ? "Resume" : "Stop";
  byId("retry-all").hidden = !isMany || failed === 0;
  byId("clear").textContent = isMany ? "Remove all" : "Remove photo";
}

function summary({ total, done, doubtful, blank, erased, failed }, isStopped) {
  const parts = [`${done} of ${total} done`];
  if (doubtful) parts.push(`${doubtful} to check`);
  if (blank > erased) parts.push(`${blank - erased} without a subject`);
  if (erased) parts.push(`${erased} erased`);
  if (failed) parts.push(`${failed} failed`);
  return `${parts.join(", ")}.${isStopped ? " Stopped." : ""}`;
}
