import { isByHand } from "./photo.js";

const MAX_UNDECIDED = 0.12; // as in the API

/** Returns what is doubtful about a result: "nothing" (no subject was found), its "outline" or its
 * "subject"; null if nothing is, or if the user has mended or accepted the result. */
export function doubtIn(made, isChecked) {
  if (!made || isChecked || isByHand(made)) return null;
  if (!made.objects.length) return "nothing";
  if (made.quality?.hint !== "unsure") return null;
  return made.quality.undecided > MAX_UNDECIDED ? "outline" : "subject";
}
