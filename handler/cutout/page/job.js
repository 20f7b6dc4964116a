import { Failure } from "./failure.js";
import { currentKey } from "./key.js";
import { decoded, prepare, shrunk } from "./picture.js";
import { cutOut } from "./service.js";
import { say, showProgress } from "./status.js";

/** One photo, and what was made of it so far. */
export class Job {
  file;
  bitmap = null;
  note = "";
  isRead = false;
  #made = new Map(); // by mode: {png, bitmap, uploaded, withKey, seconds}

  constructor(file) {
    this.file = file;
  }

  async read() {
    Object.assign(this, await prepare(this.file));
    this.isRead = true;
  }

  async shrink(side) {
    Object.assign(this, await shrunk(this, side));
  }

  /** What there is already. */
  made(mode) {
    return this.#made.get(mode);
  }

  /** Asks the service. */
  async make(mode, signal) {
    const [start, key] = [performance.now(), currentKey()];
    const progress = new Progress(signal);
    const report = (phase, fraction) => progress.report(phase, fraction);
    report("upload", 0);
    const { png, uploaded } = await cutOut(this.file, mode, { key, signal, report });
    progress.end();
    const bitmap = await decoded(png);
    if (!bitmap) throw new Failure("The cut-out can’t be shown", "This browser can’t read it.");
    const seconds = (performance.now() - start) / 1000;
    this.#made.set(mode, { png, bitmap, uploaded, withKey: key !== "", seconds });
  }

  /** Gives the memory back, which for a large photo is a lot. */
  close() {
    this.bitmap?.close();
    for (const { bitmap } of this.#made.values()) bitmap.close();
  }
}

const PHASES = {
  upload: "Sending the photo",
  work: "Removing the background",
  download: "Receiving the cut-out",
};

/** Words for each phase; each is said once, and the seconds of the work are counted. */
class Progress {
  #phase = null;
  #timer = null;

  constructor(signal) {
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  report(phase, fraction) {
    if (phase !== this.#phase) {
      this.end();
      this.#phase = phase;
      say(PHASES[phase]);
      if (phase === "work") this.#count();
    }
    if (phase !== "work") {
      showProgress(`${PHASES[phase]}: ${Math.round(100 * fraction)} %`, fraction);
    }
  }

  end() {
    clearInterval(this.#timer);
  }

  #count() {
    const start = performance.now();
    const tell = () => {
      const seconds = Math.round((performance.now() - start) / 1000);
      showProgress(seconds > 1 ? `${PHASES.work}: ${seconds} s` : PHASES.work);
    };
    tell();
    this.#timer = setInterval(tell, 1000);
  }
}
