import { backoff } from "./cutout.js";
import { isSame } from "./choices.js";
import { Failure } from "./failure.js";
import { makeResult } from "./work.js";

const GATEWAY = "Service Unavailable"; // API Gateway's message if no instance is free, or one is too slow
const SLOW = 20_000; // milliseconds of work after which it was too slow
const MOST_TIMEOUTS = 2; // for each photo, since a cold start may cause one
const MOST_RETURNS = 2; // for each photo, since one may crash the server, or break each connection
const CALM = 10; // photos made without a busy answer before one more is sent at once

/** Processes the album's photos, as many at once as the server says that it accepts, and fewer for a
 * while after a busy answer or a slow upload. */
export class Queue {
  isPaused = false;
  #isLost = false; // whether a lost connection has paused it
  #returns = new WeakMap(); // photo → how often it was sent again after a lost connection
  #running = new Map(); // photo → {control, asked, isShared, sentAt}
  #timeouts = new WeakMap(); // photo → how often it took too long
  #calm = 0; // photos made since the server was last busy
  #refusals = 0; // times in a row that it was busy
  #limit;
  #timer = null;

  /** Tells `connection` when it is lost and when it works. Calls `onChange(photo)` at each step of a photo,
   * and `onEnd(photo, mode)` when its work has ended; calls `onError(error)` if that fails. */
  constructor(album, limits, connection, { onChange, onEnd, onError }) {
    Object.assign(this, { album, limits, connection, onChange, onEnd, onError });
    this.#limit = limits.atOnce;
  }

  /** Returns whether the queue waits until the server is no longer busy. */
  get isBusy() {
    return this.#timer !== null;
  }

  /** Starts waiting photos, as many as may run at once. */
  go() {
    while (!this.isPaused && !this.#timer && this.#running.size < this.#limit) {
      const photo = this.#next();
      if (!photo) return;
      this.#work(photo, this.album.askedOf(photo));
    }
  }

  /** Cancels a photo's work; the user can try again. */
  cancel(photo) {
    photo.failure = new Failure("Cancelled", "Your photo is still here.");
    this.drop(photo);
  }

  /** Cancels a photo's work and shows no message. */
  drop(photo) {
    this.#running.get(photo)?.control.abort(new DOMException("", "AbortError"));
  }

  /** Cancels work on results that are no longer wanted, and starts waiting photos. */
  retarget() {
    for (const [photo, { asked }] of this.#running) {
      if (!isSame(asked, this.album.askedOf(photo))) this.drop(photo);
    }
    this.go();
  }

  /** Cancels all work; photos that are not done wait for `resume`. */
  pause() {
    this.isPaused = true;
    this.#isLost = false;
    this.connection.release();
    clearTimeout(this.#timer);
    this.#timer = null;
    for (const photo of this.#running.keys()) this.drop(photo);
  }

  resume() {
    this.isPaused = this.#isLost = false;
    this.#refusals = 0;
    this.go();
  }

  /** Tries photos again that a lost connection has stopped, and starts the others. */
  reconnect() {
    const stopped = this.album.photos.filter(({ failure }) => failure?.isOffline);
    for (const photo of stopped) {
      photo.failure = null;
      this.#returns.set(photo, (this.#returns.get(photo) ?? 0) + 1);
    }
    if (stopped.length || this.#isLost) this.resume();
  }

  /** Returns the next waiting photo, the selected one first; undefined if there is none. */
  #next() {
    const { album } = this;
    const waits = (photo) => photo && album.statusOf(photo) === "waiting" && !this.#running.has(photo);
    return waits(album.selected) ? album.selected : album.photos.find(waits);
  }

  async #work(photo, asked) {
    const control = new AbortController();
    const run = { control, asked, isShared: false, sentAt: Infinity };
    this.#running.set(photo, run);
    if (this.#running.size > 1) for (const each of this.#running.values()) each.isShared = true;
    const report = (phase, fraction) => {
      if (control.signal.aborted) return;
      if (phase !== photo.phase) photo.since = performance.now();
      if (phase === "work") run.sentAt = Math.min(run.sentAt, photo.since);
      Object.assign(photo, { phase, fraction });
      this.onChange(photo);
    };
    try {
      await makeResult(photo, asked, { limits: this.limits, signal: control.signal, report });
      this.#grow();
      this.connection.prove();
    } catch (error) {
      this.#note(photo, this.#isTimeout(photo, error, run) ? tooSlow() : error, run);
    }
    Object.assign(photo, { phase: null, fraction: null });
    this.#running.delete(photo);
    try {
      await this.onEnd(photo, asked.mode);
    } catch (error) {
      this.onError(error);
    } finally {
      this.go(); // the other photos do not depend on this one
    }
  }

  /** Returns whether a photo took too long again. The server would be busy with it for ever. */
  #isTimeout(photo, { message }, { sentAt }) {
    if (message !== GATEWAY || performance.now() - sentAt < SLOW) return false;
    const count = (this.#timeouts.get(photo) ?? 0) + 1;
    this.#timeouts.set(photo, count % MOST_TIMEOUTS);
    return count === MOST_TIMEOUTS;
  }

  #note(photo, error, { isShared }) {
    if (error.name === "AbortError") return;
    if (error.isSlow && isShared) this.#allow(1); // alone, it may be in time
    else if (error.isBusy) this.#rest(error);
    else photo.failure = error.isOffline ? this.#ownFailure(photo, error) : error;
    const { wantsKey, isOffline } = photo.failure ?? {};
    if (wantsKey || isOffline) this.pause(); // other photos would fail for the same reason
    if (!isOffline) return;
    this.#isLost = true;
    this.connection.lose(photo.failure);
  }

  /** Returns the error of a lost connection, or the photo's own failure if the server has answered since
   * each earlier one. */
  #ownFailure(photo, error) {
    if ((this.#returns.get(photo) ?? 0) < MOST_RETURNS) return error;
    this.#returns.delete(photo);
    return new Failure(error.title, error.message);
  }

  /** Sends at most `count` photos at once from now on. */
  #allow(count) {
    this.#calm = 0;
    this.#limit = Math.max(1, count);
  }

  #grow() {
    this.#refusals = 0;
    this.#calm += 1;
    if (this.#calm % CALM === 0) this.#limit = Math.min(this.limits.atOnce, this.#limit + 1);
  }

  /** Waits as long as a busy server asks; otherwise longer each time, since each attempt sends the whole
   * photo. */
  #rest({ seconds }) {
    if (!this.#timer || !this.#refusals) this.#refusals += 1; // photos sent together are refused together
    this.#wait(seconds ?? backoff(this.#refusals));
  }

  /** Sends nothing for some seconds, and fewer photos at once from then on. */
  #wait(seconds) {
    this.#allow(this.#running.size - 1);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.go();
    }, 1000 * seconds);
  }
}

function tooSlow() {
  return new Failure("The server took too long", "Try again later, or use a smaller photo.");
}
