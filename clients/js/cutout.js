/** Provides a client of a Cutout server for browsers and Node 20 or newer; `cutout.d.ts` has the types.
 * `handler/cutout/api/page.py` joins it to the demo page's modules: all top-level names must be unique. */

/** Limits the bytes of a request's files; larger ones go through `/v1/uploads`. As base64, and with the
 * form, more would not fit in Lambda's 6 MiB. */
export const LARGEST_FORM = 4_400_000;

const REQUEST_SECONDS = 180;
const RETRIES = 4;
const BUSY = [429, 503];
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [3, 60]; // seconds
const LONGEST_WAIT = 120; // seconds; the client gives up if the server asks for more
const REPLACED =
  "A web page answered in the server's place. Check its address, and whether this network has a sign-in page.";
const BROKEN = "The server can’t be reached or closed the connection.";
const NAME_LENGTH = 200;
const ADDRESS_FIELDS = { image: "url", "image-bg": "url-bg" };
const ADDRESS = /^(https?:\/\/|upload:)/i;
const BYTES = /^\[object (Blob|File|ArrayBuffer)\]$/; // also those of another window
const CODES = {
  400: "bad-request", 401: "unauthorized", 403: "forbidden", 404: "not-found", 408: "timeout",
  413: "too-large", 422: "invalid", 429: "busy", 503: "busy", 504: "timeout",
};
const FILE = /^(image\/|application\/zip\b)/; // types of cut-outs
const WEB_PAGE = /^\s*<(!doctype\s+html|html)\b/i;
const SIGNATURES = [[/^\x89PNG/, "image/png"], [/^RIFF.{4}WEBP/s, "image/webp"]];

/** Describes what went wrong. `code` is for programs, `status` is the HTTP status (0 without an answer),
 * `retryAfter` is in seconds, from a busy server, and `isHtml` says that the answer is a web page. */
export class CutOutError extends Error {
  constructor(code, message, { status = 0, retryAfter = null, isHtml = false, cause } = {}) {
    super(message, { cause });
    Object.assign(this, { name: "CutOutError", code, status, retryAfter, isHtml });
  }
}

/** Removes the background of a picture, given as its bytes (`File`, `Blob`, `ArrayBuffer`, typed array)
 * or its address (`URL` or string). Returns the file, or the API's result with `answer: "json"`. */
export async function cutOut(picture, options = {}) {
  const { url, key, headers, signal, timeout, retries, onProgress, answer, ...asked } = options;
  const terms = {
    base: baseOf(url),
    headers: { ...headers, ...keyHeader(key) },
    timeout: Math.min(timeout ?? REQUEST_SECONDS, 86_400), // timers over 24 days would end at once
    retries: retries ?? RETRIES,
    report: onProgress ?? (() => {}),
    signal,
  };
  const { query, fields } = requestOf(picture, asked);
  const through = (await moveLarge(fields, terms)) ? "uploads" : "form";
  const form = new FormData();
  for (const [field, value] of fields) form.append(field, value);
  const reply = await sendPatiently(`${terms.base}v1/results?${query}`, form, {
    ...terms,
    headers: { ...terms.headers, Accept: answer === "json" ? "application/json" : "image/*" },
    onUpload: through === "form" ? uploadReporter(terms.report, through) : undefined,
    onDownload: (fraction) => terms.report({ phase: "download", fraction, through }),
  });
  if (reply.status !== 200) throw await refusedBy(reply);
  if (answer !== "json" && FILE.test(reply.body.type)) return reply.body;
  return resultIn(await parsed(reply.body));
}

/** Returns the path, relative to the server's address, that prepares the upload of a file. */
export function uploadPath({ type, name }) {
  return `v1/uploads?${new URLSearchParams({ type, name: name.slice(0, NAME_LENGTH) || "image" })}`;
}

/** Returns the seconds to wait after the `count`th refusal or failure in a row: up to 3, 6, 12 and so on,
 * at most 60. Up to half is left to chance, so that clients don't all come back at the same moment. */
export function backoff(count) {
  const longest = Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (count - 1));
  return longest * (1 - Math.random() / 2);
}

function baseOf(url) {
  const isKnown = globalThis.location ? url != null : /^https?:\/\//i.test(url); // pages may use a path
  if (!isKnown) throw new TypeError("The option url must be the server's address, such as https://host.");
  return `${url}`.replace(/\/*$/, "/");
}

function keyHeader(key) {
  const text = `${key ?? ""}`.trim();
  if (/[^\x21-\x7e]/.test(text)) throw new TypeError("The option key has characters that no API key has.");
  return text && { "X-API-KEY": text };
}

function requestOf(picture, { name, background, mask, ...parameters }) {
  const [query, fields] = [new URLSearchParams(), new Map()];
  const add = (field, value, what) => {
    if (value instanceof URL || typeof value === "string") fields.set(ADDRESS_FIELDS[field], `${value}`);
    else fields.set(field, asFile(value, name, `The ${what} must be an address or bytes`));
  };
  add("image", picture, "picture");
  if (typeof background === "string" && !ADDRESS.test(background)) query.set("bg-color", background);
  else if (background != null) add("image-bg", background, "background");
  if (mask != null) fields.set("mask", asFile(mask, name, "The mask must be bytes"));
  for (const [option, value] of Object.entries(parameters)) {
    if (value != null) query.set(option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value);
  }
  return { query, fields };
}

function asFile(source, name, demand) {
  const isBytes = ArrayBuffer.isView(source) || BYTES.test(Object.prototype.toString.call(source));
  if (!isBytes) throw new TypeError(`${demand}: a File, a Blob, an ArrayBuffer or a typed array.`);
  return new File([source], name ?? source.name ?? "image", { type: source.type ?? "" });
}

/** Replaces the largest files by uploads' addresses until the rest fits. Returns whether it replaced any. */
async function moveLarge(fields, terms) {
  const files = () => [...fields].filter(([, value]) => value instanceof File);
  const movable = files().filter(([field]) => field in ADDRESS_FIELDS);
  for (const [field, file] of movable.sort(([, one], [, other]) => other.size - one.size)) {
    const total = files().reduce((sum, [, { size }]) => sum + size, 0);
    const address = total > LARGEST_FORM ? await upload(file, terms) : null;
    if (!address) break;
    fields.delete(field);
    fields.set(ADDRESS_FIELDS[field], address);
  }
  return movable.some(([field]) => !fields.has(field));
}

/** Uploads a file. Returns what to send as `url` in its place; null if the server has no storage. */
async function upload(file, terms) {
  const path = uploadPath({ type: await mediaTypeOf(file), name: file.name });
  const reply = await sendPatiently(terms.base + path, null, terms);
  if (reply.status === 404) return null;
  if (reply.status !== 200) throw await refusedBy(reply);
  const { upload: target, url, max_bytes: most } = (await parsed(reply.body)) ?? {};
  if (!target) throw new CutOutError("unreadable", "The server's answer has no upload.", { status: 200 });
  if (file.size > most) {
    const limit = Math.round((most + 1) / 2 ** 20);
    throw new CutOutError("too-large", `The file must be smaller than ${limit} MB.`, { status: 413 });
  }
  const form = new FormData();
  for (const [field, value] of Object.entries(target.fields)) form.append(field, value);
  form.append("file", file); // the storage ignores fields after the file
  const stored = await sendPatiently(target.url, form, {
    ...terms,
    headers: {}, // the key is only for the API
    onUpload: uploadReporter(terms.report, "uploads"),
  });
  if (stored.status < 200 || stored.status > 299) throw await refusedBy(stored);
  return url;
}

/** Returns a file's media type by its first bytes, since many programs set a wrong one. */
async function mediaTypeOf(file) {
  const start = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  return SIGNATURES.find(([signature]) => signature.test(start))?.[1] ?? "image/jpeg";
}

function uploadReporter(report, through) {
  const work = { phase: "work", fraction: null, through };
  return (fraction) => report(fraction < 1 ? { phase: "upload", fraction, through } : work);
}

async function parsed(body) {
  const text = await body.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const isHtml = body.type.startsWith("text/html") || WEB_PAGE.test(text);
    const message = isHtml ? REPLACED : `The server's answer (${body.type || "no type"}) is not a result.`;
    throw new CutOutError("unreadable", message, { status: 200, isHtml, cause });
  }
}

function resultIn(answer) {
  const result = answer?.results?.[0];
  if (!result?.status) throw new CutOutError("unreadable", "The server's answer has no results.", { status: 200 });
  if (result.status.code === "ok") return result;
  throw new CutOutError("failure", result.status.message, { status: 200 });
}

/** Returns the error for an answer without a result. */
async function refusedBy(reply) {
  const [status, text] = [reply.status, await reply.body.text()];
  const message = reasonIn(text) || `The server answered ${status}.`;
  const retryAfter = BUSY.includes(status) ? secondsAskedFor(reply) : null;
  return new CutOutError(CODES[status] ?? "http", message, { status, retryAfter, isHtml: WEB_PAGE.test(text) });
}

function reasonIn(text) {
  try {
    const { message, detail } = JSON.parse(text);
    const found = message ?? detail;
    return typeof found === "string" ? found : JSON.stringify(found);
  } catch {
    return /^\s*</.test(text) ? "" : text.trim().split("\n").pop();
  }
}

/** Sends a request, and repeats it up to `retries` times while the server is busy. */
async function sendPatiently(url, body, terms) {
  for (let count = 1; ; count++) {
    const reply = await (globalThis.XMLHttpRequest ? sendByXhr : sendByFetch)(url, body, terms);
    const seconds = BUSY.includes(reply.status) ? (secondsAskedFor(reply) ?? backoff(count)) : 0;
    if (!seconds || seconds > LONGEST_WAIT || count > terms.retries) return reply;
    terms.report({ phase: "wait", fraction: null, seconds });
    await pause(seconds, terms.signal);
  }
}

/** Returns how many seconds the server asks to wait; null if it doesn't say. */
function secondsAskedFor(reply) {
  const text = reply.headers.get("Retry-After") ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - Date.now()) / 1000);
  return seconds > 0 ? seconds : null;
}

function pause(seconds, signal) {
  let ignore, timer;
  return new Promise((resolve, reject) => {
    ignore = onAbort(signal, () => reject(signal.reason));
    timer = setTimeout(resolve, 1000 * seconds);
  }).finally(() => {
    clearTimeout(timer);
    ignore?.();
  });
}

/** Calls `act` if the signal aborts before the returned function is called. Throws if it has aborted. */
function onAbort(signal, act) {
  signal?.throwIfAborted();
  signal?.addEventListener("abort", act, { once: true });
  return () => signal?.removeEventListener("abort", act);
}

function lateAfter(seconds) {
  return new CutOutError("timeout", `There was no answer within ${seconds} s.`);
}

/** Posts a form; the browser follows redirects. The reply has `status`, `headers.get` and a Blob `body`.
 * `fetch` would not report an upload's progress, which extends the time limit on slow connections. */
function sendByXhr(url, body, { headers, signal, timeout, onUpload, onDownload }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const [request, start] = [new XMLHttpRequest(), performance.now()];
    const extend = () => (request.timeout = performance.now() - start + 1000 * timeout);
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    Object.assign(request, { responseType: "blob", timeout: 1000 * timeout });
    const answered = { get: (name) => request.getResponseHeader(name) };
    request.onload = () => resolve({ status: request.status, headers: answered, body: request.response });
    request.onerror = () => reject(new CutOutError("network", BROKEN));
    request.ontimeout = () => reject(lateAfter(timeout));
    // The browser aborts, too, for example when the user stops the page from loading.
    request.onabort = () => reject(signal?.aborted ? signal.reason : new CutOutError("network", BROKEN));
    onUpload?.(0);
    if (onUpload) request.upload.onprogress = fractionTo(onUpload, extend);
    if (onDownload) request.onprogress = fractionTo(onDownload, extend, request);
    request.onloadend = onAbort(signal, () => request.abort()); // last: the lines above may throw
    request.send(body);
  });
}

function fractionTo(report, extend, request) {
  return ({ lengthComputable, loaded, total }) => {
    extend();
    const length = Number(request?.getResponseHeader("Content-Length"));
    const whole = lengthComputable ? total : (length * 4) / 3; // gzip reduces base64 by a quarter
    if (whole > 0) report(Math.min(loaded / whole, 1));
  };
}

/** Posts like `sendByXhr` in Node and service workers, where the progress of an upload is unknown. */
async function sendByFetch(url, body, { headers, signal, timeout, onUpload, onDownload }) {
  const control = new AbortController();
  const ignore = onAbort(signal, () => control.abort(signal.reason));
  const timer = setTimeout(() => control.abort(lateAfter(timeout)), 1000 * timeout);
  const terms = { signal: control.signal };
  try {
    onUpload?.(null);
    // Outside browsers, follow redirects here, so that the key is sent to the API only.
    const redirect = globalThis.location ? "follow" : "manual";
    let reply = await fetch(url, { ...terms, method: "POST", headers, body, redirect });
    if (reply.status === 303) reply = await fetch(new URL(reply.headers.get("Location"), url), terms);
    return { status: reply.status, headers: reply.headers, body: await bodyOf(reply, onDownload) };
  } catch (cause) {
    throw control.signal.aborted ? control.signal.reason : new CutOutError("network", BROKEN, { cause });
  } finally {
    clearTimeout(timer);
    ignore();
  }
}

async function bodyOf(reply, onDownload) {
  const total = Number(reply.headers.get("Content-Length"));
  if (!onDownload || !total || !reply.body) return reply.blob();
  const [reader, parts] = [reply.body.getReader(), []];
  let loaded = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    loaded += part.value.length;
    onDownload(Math.min(1, loaded / total));
  }
  return new Blob(parts, { type: reply.headers.get("Content-Type") ?? "" });
}
