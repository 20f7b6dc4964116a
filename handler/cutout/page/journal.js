import { Parts } from "./parts.js";
import { shapeOf } from "./photo.js";

/** Keeps the steps of one mending on this device as they are done, so that they survive a reload. Their
 * records are plain data, `{shape, place, step}`: a stroke is kept as it is, and what switches a part as
 * `{number, seen, isOff}`. A part has the same number when parts are looked for again after as many
 * steps as were done then, which is `seen`. */
export class Journal {
  #photo;
  #autosave;
  #report;
  #shape; // of the cut-out that the steps are done on
  #records = []; // what was kept before
  #isBroken = false; // a step could not be kept, and what follows it is of no use without it

  /** The journal of a photo's cut-out; `report(error)` gets what goes wrong later. */
  static async open(photo, autosave, report) {
    const journal = new Journal();
    journal.#photo = photo;
    journal.#autosave = autosave;
    journal.#report = report;
    journal.#shape = shapeOf(photo.made.get("fg-image"));
    await journal.#read().catch(report); // mending works without what was kept
    return journal;
  }

  /** Does again on `strokes`, which are new, what was kept. */
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

  /** Keeps the last one of `strokes`, without waiting for it. */
  add(strokes) {
    this.#add(strokes.count - 1, recordOf(strokes)).catch(this.#report);
  }

  /** Forgets all but the first `count` steps. */
  cut(count) {
    this.#autosave.dropSteps(this.#photo, count).catch(this.#report);
  }

  async #add(place, step) {
    if (this.#isBroken) return;
    const record = { shape: this.#shape, place, step };
    if (!(await this.#autosave.addStep(this.#photo, place, record))) this.#isBroken = true;
  }

  /** Reads what was kept; forgets steps of another cut-out, and those that follow a missing one. */
  async #read() {
    const found = await this.#autosave.steps(this.#photo);
    const end = found.findIndex(({ shape, place }, at) => shape !== this.#shape || place !== at);
    this.#records = end < 0 ? found : found.slice(0, end);
    if (end >= 0) this.cut(end);
  }
}

/** The last one of `strokes` as plain data. */
function recordOf(strokes) {
  const { last } = strokes;
  const { part, isOff } = last;
  if (!part) return last;
  return { number: part.number, seen: strokes.countAt(part.parts.seen), isOff };
}

/** Null where there is no such part, as an older version of the page may have counted otherwise. */
function switchOf({ number, seen, isOff }, partsAt) {
  const part = partsAt.get(seen)?.all[number - 1];
  return part ? { part, isOff } : null;
}
