/** What went wrong, in words for a person.
 *
 * `wantsKey`: an API key would help. `largestSide`: pixels that the picture has too many of.
 * `isOffline`: other photos would fail for the same reason. `seconds`: how long to wait, if the server
 * is only busy. */
export class Failure extends Error {
  constructor(title, text, { wantsKey = false, largestSide = null, isOffline = false, seconds = null } = {}) {
    super(text);
    Object.assign(this, { title, wantsKey, largestSide, isOffline, seconds });
  }
}

const BUSY = [429, 503];
const BUSY_SECONDS = 3; // where the server doesn't say how long
const TITLES = {
  400: "The server could not read the request",
  401: "An API key is needed",
  403: "The server refused the request",
  408: "The upload took too long",
  413: "The file is too large to send",
  504: "The server took too long",
};

/** A reply that holds no results, as a failure. */
export function refusal(reply) {
  const title = TITLES[reply.status] ?? `The server answered ${reply.status}`;
  const wait = Number.parseInt(reply.header("Retry-After") ?? "") || BUSY_SECONDS;
  return new Failure(title, messageOf(reply.text) || "It gave no reason.", {
    wantsKey: reply.status === 401,
    seconds: BUSY.includes(reply.status) ? wait : null,
  });
}

/** A picture that the service could not process: it says why. */
export function unprocessed(message) {
  const side = /^Resolution is too big: .* Max allowed resolution: (\d+)x/.exec(message);
  return new Failure("This photo can’t be processed", message, {
    largestSide: side ? Number(side[1]) : null,
  });
}

function messageOf(text) {
  try {
    const { message, detail } = JSON.parse(text);
    const found = message ?? detail;
    return typeof found === "string" ? found : JSON.stringify(found);
  } catch {
    return text.startsWith("<") ? "" : text.trim().split("\n").pop();
  }
}
