const PHASES = {
  reading: "Reading the photo",
  upload: "Sending the photo",
  work: "Removing the background",
  download: "Receiving the cut-out",
};
const TURN = "Waiting for its turn";
const BUSY_SERVER = "The server is busy: waiting to try again";
const SAID = ["upload", "work", "download"];

/** Returns the progress of a photo that is not done: `{text, fraction, said}`. `fraction` is 0 to 1, or
 * null if unknown. `said` is a text that screen readers announce once, or null. */
export function wordsOf({ phase, fraction, since }, { isPaused, isBusy }) {
  if (!phase) return { text: isPaused ? "Stopped" : isBusy ? BUSY_SERVER : TURN, fraction: null, said: null };
  const said = SAID.includes(phase) ? PHASES[phase] : null;
  if (fraction !== null) {
    return { text: `${PHASES[phase]}: ${Math.round(100 * fraction)} %`, fraction, said };
  }
  const seconds = Math.round((performance.now() - since) / 1000);
  const text = phase === "work" && seconds > 1 ? `${PHASES.work}: ${seconds} s` : PHASES[phase];
  return { text, fraction: null, said };
}
