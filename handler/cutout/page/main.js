import { Backdrop } from "./backdrop.js";
import { watchBackdrops } from "./backdrops.js";
import { commandOf } from "./command.js";
import { byId, chosen } from "./dom.js";
import { findEdge } from "./edge.js";
import { Failure } from "./failure.js";
import { watchFiles } from "./intake.js";
import { Job } from "./job.js";
import { askForKey, watchKey } from "./key.js";
import { composite, offer, resultName, save } from "./saving.js";
import { enter, say, showFailure, showProgress, sizeOf } from "./status.js";
import { View } from "./view.js";
import { setZoom, showDivider, watchViewing } from "./viewing.js";

const backdrop = new Backdrop();
const view = new View(byId("view"), backdrop, showDivider);
let job = null;
let task = new AbortController(); // what goes on now
let largestSide = null; // of the last failure

/** Does a task in place of the one that goes on; its failure is shown. */
async function instead(work) {
  task.abort(new DOMException("", "AbortError"));
  const own = (task = new AbortController());
  try {
    await work(own.signal);
  } catch (error) {
    if (own === task) fail(error);
  }
}

const open = (file) =>
  instead(async (signal) => {
    job?.close();
    job = new Job(file);
    view.show(null, null);
    showProgress("Reading the photo");
    enter("busy", false);
    byId("name").textContent = file.name;
    byId("facts").textContent = "";
    byId("name").focus({ preventScroll: true });
    await job.read();
    signal.throwIfAborted();
    setZoom(view, "fit");
    await make(signal, true);
  });

/** Shows the photo in the mode that is chosen, and first has it made where it isn't there yet. */
async function make(signal, isNew = false) {
  const mode = chosen("mode");
  if (!job.made(mode)) {
    view.show(job.bitmap, null);
    enter("busy", job.bitmap !== null);
    showFacts();
    await job.make(mode, signal);
    signal.throwIfAborted();
  }
  const made = job.made(mode);
  view.show(job.bitmap, made.bitmap);
  if (isNew) view.centre = findEdge(made.bitmap);
  enter("done", true);
  showResult(mode, made);
}

function showFacts(...more) {
  const size = job.bitmap && `${job.bitmap.width}\u00a0×\u00a0${job.bitmap.height}`;
  byId("name").textContent = job.file.name;
  byId("facts").textContent = [size, sizeOf(job.file.size), job.note, ...more]
    .filter(Boolean)
    .join(" · ");
}

function showResult(mode, made) {
  const seconds = `${made.seconds.toFixed(1)}\u00a0s`;
  showFacts(seconds);
  const name = resultName(job.file.name, mode);
  offer(byId("save"), made.png, name);
  byId("save").textContent = `Download PNG (${sizeOf(made.png.size)})`;
  byId("command-text").textContent = commandOf(job.file, mode, { ...made, target: name });
  byId("view").setAttribute("aria-label", `${job.file.name}, before and after`);
  showBackdrop();
  say(`Done in ${seconds}.`);
}

/** A mask has no background. */
function showBackdrop() {
  const isMask = chosen("mode") === "fg-mask";
  byId("backdrops").disabled = isMask;
  byId("save-composite").hidden = isMask || !backdrop.isThere;
  view.draw();
}

function fail(error) {
  const shown = inWords(error);
  largestSide = job?.bitmap ? shown.largestSide : null;
  enter("failed", Boolean(job?.bitmap));
  showFailure({ title: shown.title, message: shown.message, largestSide }, Boolean(job?.isRead));
  if (shown.wantsKey) askForKey();
}

function inWords(error) {
  if (error instanceof Failure) return error;
  if (error.name === "AbortError") return new Failure("Cancelled", "Your photo is still here.");
  console.error(error); // a fault of this page's own
  return new Failure("Something went wrong on this page", String(error));
}

const again = () => job?.isRead && instead(make);
watchFiles(open, (text) => {
  if (job) say(text);
  else fail(new Failure("No photo", text));
});
watchKey(again);
watchBackdrops(backdrop, showBackdrop, say);
watchViewing(view);
byId("modes").addEventListener("change", again);
byId("retry").addEventListener("click", again);
byId("other").addEventListener("click", () => byId("another").click());
byId("cancel").addEventListener("click", () => {
  task.abort(new DOMException("", "AbortError"));
});
byId("shrink").addEventListener("click", () =>
  instead(async (signal) => {
    showProgress("Scaling down");
    enter("busy", true);
    await job.shrink(largestSide);
    await make(signal, true);
  }),
);
byId("save-composite").addEventListener("click", async () => {
  const { bitmap } = job.made(chosen("mode"));
  save(await composite(bitmap, backdrop), resultName(job.file.name, chosen("mode"), true));
});
byId("copy").addEventListener("click", async () => {
  await navigator.clipboard.writeText(byId("command-text").textContent);
  say("Copied.");
});
