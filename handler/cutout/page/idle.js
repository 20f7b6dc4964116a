const QUIET = 400; // milliseconds without input after which the user has probably stopped
const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work)); // not in Safari

/** Runs work that is not urgent, one step at a time, once the page has been idle for a while. Code that
 * needs the result sooner must finish the work itself. */
export class Idle {
  #turn = 0;

  /** Runs an iterator in place of the last one; each step should be short. */
  start(steps) {
    const turn = ++this.#turn;
    const go = () => {
      if (turn === this.#turn && !steps.next().done) whenIdle(go);
    };
    setTimeout(() => whenIdle(go), QUIET);
  }

  stop() {
    this.#turn += 1;
  }
}

/** Runs an iterator to its end at once. */
export function finish(steps) {
  while (!steps.next().done);
}
