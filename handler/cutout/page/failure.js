/** Describes a failure to the user, by a short title and a message.
 *
 * `wantsKey`: an API key may help. `largestSide`: the longest side in pixels that the server accepts,
 * if the picture exceeds it, or null. `isOffline`: other photos would fail for the same reason. `isSlow`:
 * the upload took too long. `isBusy`: the server asks to try again later, after `seconds`, which is null
 * if it doesn't say when. */
export class Failure extends Error {
  constructor(title, text, terms = {}) {
    super(text);
    const { wantsKey = false, largestSide = null, isOffline = false, isSlow = false } = terms;
    const { isBusy = false, seconds = null } = terms;
    Object.assign(this, { title, wantsKey, largestSide, isOffline, isSlow, isBusy, seconds });
  }
}

const TITLES = {
  400: "The server could not read the request",
  401: "An API key is needed",
  403: "The server refused the request",
  408: "The upload took too long",
  413: "The file is too large to send",
};

const DAY = 86_400; // seconds; timers over 24 days would end at once
const NOT_OURS = [502, 504]; // a gateway's answers in the server's place
const CAPACITY = ["busy", "too-large"]; // gateways answer these with web pages, too

/** Returns the `Failure` that a client's `CutOutError` means for this page; returns other errors
 * unchanged. */
export function failureOf(error) {
  const { code, status, message, retryAfter, isHtml } = error;
  if (error.name !== "CutOutError") return error;
  if (code === "failure") return unprocessed(message);
  if (NOT_OURS.includes(status) || (isHtml && !CAPACITY.includes(code))) return replaced(status);
  if (code === "unreadable") {
    return new Failure("The server’s answer can’t be read", "It doesn’t contain results.");
  }
  if (status === 0) {
    return new Failure("The connection failed", `${message} Your photo is still here.`, { isOffline: true });
  }
  const isSilent = message === `The server answered ${status}.`;
  return new Failure(TITLES[status] ?? `The server answered ${status}`, isSilent ? "It gave no reason." : message, {
    wantsKey: code === "unauthorized",
    isSlow: status === 408,
    isBusy: code === "busy",
    seconds: retryAfter && Math.min(retryAfter, DAY),
  });
}

/** Returns the failure of a request that something else has answered in the server's place. */
function replaced(status) {
  const text = NOT_OURS.includes(status)
    ? `A gateway answered ${status} in its place.`
    : "A web page answered in its place. If this network has a sign-in page, sign in there first.";
  return new Failure("The server can’t be reached", `${text} Your photo is still here.`, { isOffline: true });
}

/** Returns the failure of a picture that the service could not process, with the service's reason. */
function unprocessed(message) {
  const side = /^Resolution is too big: .* Max allowed resolution: (\d+)x/.exec(message);
  return new Failure("This photo can’t be processed", message, {
    largestSide: side ? Number(side[1]) : null,
  });
}
