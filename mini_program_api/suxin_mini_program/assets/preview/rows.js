// The rows of a part of one's data, as they are held and as they read.

import { get } from "./api.js";

/** All rows of a part: pairs of the row and of its names with values. */
export async function rowsOf(part) {
  const found = [];
  let after;
  do {
    const page = await get("/my-data/rows", { part, first: 100, after });
    found.push(...page.items.map((item, number) => [item, page.shown[number]]));
    after = page.nextCursor;
  } while (after);
  return found;
}
