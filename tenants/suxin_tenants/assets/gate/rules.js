// What a gate says when. Nothing here reads a clock, a store or a page.

const MINUTE_MS = 60_000;

/** Up to this age the list of spent tickets is as good as new. */
export const FRESH_MS = 15 * MINUTE_MS;

/** Up to this age a gate goes on by it, and says how old it is. Beyond it, whoever stands at the gate answers for each admission. */
export const STALE_MS = 24 * 60 * MINUTE_MS;

/** How good a list is that was confirmed at a moment: fresh, stale, old, or none. */
export function ageOf(confirmedAt, now) {
  if (confirmedAt === undefined) return "none";
  // A clock that was set back makes no list new.
  const age = Math.abs(now - confirmedAt);
  if (age <= FRESH_MS) return "fresh";
  return age <= STALE_MS ? "stale" : "old";
}

/** An age in words. */
export function ageWords(confirmedAt, now) {
  const minutes = Math.floor(Math.abs(now - confirmedAt) / MINUTE_MS);
  if (minutes < 1) return "刚刚更新";
  if (minutes < 60) return `${minutes} 分钟前更新`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} 小时前更新` : `${Math.floor(hours / 24)} 天前更新`;
}

/** How many may still be let in: by the list less what it has not been told of, and never more than this gate itself has left. */
export function leftOf(claims, listed, { admitted, pending }) {
  const known = listed === undefined ? claims.p : listed;
  return Math.max(0, Math.min(known - pending, claims.p - admitted));
}

/**
 * What is to be said of a genuine ticket: let in, ask the worker first, or not.
 * `facts` has now (ms), tenant, listed (what the list says is left, if it does), admitted and pending (here), age, captureUntil (ms).
 */
export function judge(claims, facts) {
  if (facts.now >= facts.captureUntil) return no("capture", "本机离线检票时间已用完，请联网并登录");
  if (claims.a !== facts.tenant) return no("other", "不是本景区的门票");
  if (facts.now < claims.f * 1000) return no("early", "门票尚未生效");
  if (facts.now >= claims.u * 1000) return no("expired", "门票已过期");
  const left = leftOf(claims, facts.listed, facts);
  if (left === 0) return no("spent", "门票已使用或已作废");
  const asks = facts.age === "old" || facts.age === "none";
  return { code: asks ? "ask" : "good", left, words: asks ? "名单过旧，请核对后放行" : "可以入园" };
}

export const FORGED = { code: "forged", left: 0, words: "不是有效门票" };

const no = (code, words) => ({ code, left: 0, words });
