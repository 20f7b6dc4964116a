const FETCH_SECONDS = 15;

/** The web addresses that a text consists of; none if it holds anything else. */
export function addressesIn(text) {
  const words = text.trim().split(/\s+/);
  const isAddress = (word) => URL.canParse(word) && /^https?:$/.test(new URL(word).protocol);
  return words.every(isAddress) ? words.map((word) => new URL(word)) : [];
}

/** A photo's name by its address. */
export function nameAt(address) {
  const { hostname, pathname } = new URL(address);
  const last = pathname.split("/").pop();
  try {
    return decodeURIComponent(last) || hostname;
  } catch {
    return last; // a percent sign that escapes nothing
  }
}

/** The file at an address, if its server lets every page read it (CORS); null otherwise. The page's
 * policy allows https only. */
export async function fetchFile(address) {
  if (address.protocol !== "https:") return null;
  const signal = AbortSignal.timeout(1000 * FETCH_SECONDS);
  try {
    const reply = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer", signal });
    return reply.ok ? new File([await reply.blob()], nameAt(address)) : null;
  } catch {
    return null; // the service fetches it, and says what is wrong
  }
}
