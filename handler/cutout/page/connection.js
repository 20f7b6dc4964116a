import { backoff } from "./cutout.js";
import { hideNotice, showNotice } from "./notice.js";

const CHECK_SECONDS = 15;
const LOST = "connection"; // topic of the notice

/** Finds out when a server that could not be reached answers again. Checks by a small request, since an
 * upload may take minutes, and less and less often. */
export class Connection {
  #isLost = false;
  #isChecking = false;
  #timer = null;
  #count = 0; // losses and failed checks since the last result

  /** Calls `onBack()` when the server answers again. */
  constructor(onBack) {
    this.onBack = onBack;
    const check = () => this.#check();
    for (const event of ["online", "pageshow"]) window.addEventListener(event, check);
    document.addEventListener("visibilitychange", check); // a phone that wakes up may be online all along
  }

  /** Tells the user why the server can't be reached, and checks from now on. */
  lose({ title, message }) {
    showNotice(title, [message, "This page goes on by itself once the server answers."], LOST);
    if (!this.#isLost) this.#plan();
    this.#isLost = true;
  }

  /** Notes that the server has made a result. */
  prove() {
    this.#count = 0;
    if (this.#isLost) this.#end();
  }

  /** Stops checking. */
  release() {
    this.#isLost = false;
    clearTimeout(this.#timer);
    hideNotice(LOST);
  }

  #end() {
    this.release();
    this.onBack();
  }

  #plan() {
    this.#count += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), 1000 * backoff(this.#count));
  }

  async #check() {
    if (!this.#isLost || this.#isChecking) return;
    this.#isChecking = true;
    const isThere = await answers();
    this.#isChecking = false;
    if (!this.#isLost) return;
    if (isThere) this.#end();
    else this.#plan();
  }
}

/** Returns whether the server answers, and nothing else in its place. */
async function answers() {
  const terms = { cache: "no-store", signal: AbortSignal.timeout(1000 * CHECK_SECONDS) };
  try {
    const reply = await fetch(new URL("v1/modes", document.baseURI), terms);
    return reply.ok && Array.isArray(await reply.json());
  } catch {
    return false; // no answer, or no JSON
  }
}
