import { Parts } from "./parts.js";
import { shapeOf } from "./photo.js";

/** Stores the steps of one mending on this device as they are done, so that they survive a reload. The
 * records are plain data, `{shape, place, step}`: a stroke is stored as it is, and the switching of a
 * part as `{number, seen, isOff}`. A part gets the same number when parts are detected again after
 * `seen` steps, as they were before. */
export class Journal {
  #photo;
  #autosave;
  #report;
  #shape; // `shapeOf` the cut-out that is mended
  #records = []; // records stored before
  #isBroken = false; // whether a step was not stored; later ones are useless without it

  /** Opens the journal of a photo's cut-out. Calls `report(error)` if reading or storing fails. */
  static async open(photo, autosave, report) {
    const journal = new Journal();
    journal.#photo = photo;
    journal.#autosave = autosave;
    journal.#report = report;
    journal.#shape = shapeOf(photo.made.get("fg-image"));
    await journal.#read().catch(report); // mending works without the stored steps
    return journal;
  }

  /** Repeats the stored steps on `strokes`, which are new. If a step's part is missing, deletes that step
   * and all later ones. */
  replay(strokes) {
    const looked = new Set(this.#records.map(({ step }) => step.seen));
    const partsAt = new Map();
    for (const { step } of this.#records) {
      const { count } = strokes;
      if (looked.has(count)) partsAt.set(count, new Parts(strokes.canvas, strokes.last));
      const done = step.number ? switchOf(step, partsAt) : step;
      if (!done) return this.cut(count);
      strokes.add(done);
    }
    return undefined;
  }

  /** Stores the last one of `strokes`, without waiting for the database. */
  add(strokes) {
    this.#add(strokes.count - 1, recordOf(strokes)).catch(this.#report);
  }

  /** Deletes all but the first `count` steps. */
  cut(count) {
    this.#autosave.dropSteps(this.#photo, count).catch(this.#report);
  }

  async #add(place, step) {
    if (this.#isBroken) return;
    const record = { shape: this.#shape, place, step };
    if (!(await this.#autosave.addStep(this.#photo, place, record))) this.#isBroken = true;
  }

  /** Reads the stored steps. Deletes those of another cut-out, and those that follow a missing one. */
  async #read() {
    const found = await this.#autosave.steps(this.#photo);
    const end = found.findIndex(({ shape, place }, at) => shape !== this.#shape || place !== at);
    this.#records = end < 0 ? found : found.slice(0, end);
    if (end >= 0) this.cut(end);
  }
}

/** Returns the last one of `strokes` as plain data. */
function recordOf(strokes) {
  const { last } = strokes;
  const { part, isOff } = last;
  if (!part) return last;
  return { number: part.number, seen: strokes.countAt(part.parts.seen), isOff };
}

/** Returns the step that switches a part; null if the part is missing, since older versions of the page
 * may have numbered parts differently. */
function switchOf({ number, seen, isOff }, partsAt) {
  const part = partsAt.get(seen)?.all[number - 1];
  return part ? { part, isOff } : null;
}
