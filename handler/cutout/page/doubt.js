import { isByHand } from "./photo.js";

const MAX_UNDECIDED = 0.12; // as in the API

/** What is doubtful about a result: "nothing" was found, its "outline" or its "subject"; null where
 * nothing is, or somebody has seen to it, by hand or by saying that it is fine. */
export function doubtIn(made, isChecked) {
  if (!made || isChecked || isByHand(made)) return null;
  if (!made.objects.length) return "nothing";
  if (made.quality?.hint !== "unsure") return null;
  return made.quality.undecided > MAX_UNDECIDED ? "outline" : "subject";
}
