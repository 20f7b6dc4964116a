const FETCH_SECONDS = 15;

/** Returns the web addresses (`URL`s) that a text consists of, separated by white space; an empty list
 * if it contains anything else. */
export function addressesIn(text) {
  const words = text.trim().split(/\s+/);
  const isAddress = (word) => URL.canParse(word) && /^https?:$/.test(new URL(word).protocol);
  return words.every(isAddress) ? words.map((word) => new URL(word)) : [];
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
