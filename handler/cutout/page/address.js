const FETCH_SECONDS = 15;

/** Returns the web addresses (`URL`s) that a text consists of, separated by white space; an empty list
 * if it contains anything else. */
export function addressesIn(text) {
  const found = text.trim().split(/\s+/).map(webAddress);
  return found.every(Boolean) ? found : [];
}

/** Returns a word as a `URL`; null if it is no web address. Safari 16 has no `URL.canParse`. */
function webAddress(word) {
  try {
    const url = new URL(word);
    return /^https?:$/.test(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Returns a photo's file name: the last part of its address's path, or the host name if that is
 * empty. Encoded slashes, which would be folders in a ZIP, and control characters become `_`. */
export function nameAt(address) {
  const { hostname, pathname } = new URL(address);
  const last = pathname.split("/").pop();
  try {
    return decodeURIComponent(last).replace(/[/\\\p{Cc}]/gu, "_") || hostname;
  } catch {
    return last; // invalid percent-encoding
  }
}

/** Downloads the file at an address. Returns null if the server doesn't let other sites' pages read it
 * (CORS), if the download fails or takes over `FETCH_SECONDS`, or if the address isn't https, which the
 * page's policy requires. */
export async function fetchFile(address) {
  if (address.protocol !== "https:") return null;
  const signal = AbortSignal.timeout(1000 * FETCH_SECONDS);
  try {
    const reply = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", signal });
    return reply.ok ? new File([await reply.blob()], nameAt(address)) : null;
  } catch {
    return null; // the service downloads it instead, and reports errors
  }
}
