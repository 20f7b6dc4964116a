import { Failure } from "./failure.js";

const SECONDS = 180;

/** Sends a request and resolves to `{status, text, header}` whatever the status is. Not `fetch`,
 * which doesn't tell how much of an upload is done. Redirects are followed by the browser.
 *
 * `onUpload(fraction)` and `onDownload(fraction)` are called as bytes go and come. */
export function post(url, { body = null, headers = {}, signal, onUpload, onDownload } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const broken = (text) => () => reject(new Failure("The connection failed", text, { isOffline: true }));
    signal?.throwIfAborted();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.timeout = SECONDS * 1000;
    request.onload = () =>
      resolve({
        status: request.status,
        text: request.responseText,
        header: (name) => request.getResponseHeader(name),
      });
    request.onerror = broken("The server can’t be reached, or disconnected. Your photo is still here.");
    request.ontimeout = broken(`There was no answer within ${SECONDS} s.`);
    request.onabort = () => reject(signal.reason);
    if (onUpload) request.upload.onprogress = fractionTo(onUpload);
    if (onDownload) request.onprogress = fractionTo(onDownload, () => unpackedLength(request));
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

function fractionTo(report, estimate = () => 0) {
  return (event) => {
    const total = event.lengthComputable ? event.total : estimate();
    if (total > 0) report(Math.min(event.loaded / total, 1));
  };
}

/** Return about how many bytes a compressed answer has when it is unpacked: base64 shrinks by a quarter. */
function unpackedLength(request) {
  return (Number(request.getResponseHeader("Content-Length")) * 4) / 3;
}
