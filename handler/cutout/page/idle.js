const QUIET = 400; // milliseconds without input after which the user has probably stopped
const whenIdle = window.requestIdleCallback ?? ((work) => setTimeout(work)); // Safari has none

/** Does work that is not urgent, one step at a time, once the page has been idle for a while. Code that
 * needs the result sooner has to finish the work itself. */
export class Idle {
  #turn = 0;

  /** Goes through an iterator, in place of the last one; each step should be short. */
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

/** Does all the work of an iterator at once. */
export function finish(steps) {
  while (!steps.next().done);
}
