// Figures as people read and write them. Money is whole fen and never a fraction of a number.

const FEN = { 万元: 6, 元: 2 };
const zone = { timeZone: "Asia/Shanghai" };
const clock = new Intl.DateTimeFormat("zh-CN", { ...zone, month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false });
const calendar = new Intl.DateTimeFormat("zh-CN", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" });

/** 123456 -> "1,234.56元" */
export function yuan(fen) {
  if (fen === null || fen === undefined) return "—";
  const digits = String(Math.abs(fen)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}${whole}.${digits.slice(-2)}元`;
}

/** 50000000 -> "50万元"; in yuan below 10,000 and where 万元 would need more than two decimals, as the server writes it. */
export function wan(fen) {
  if (fen === null || fen === undefined) return "—";
  if (Math.abs(fen) < 1000000 || fen % 10000) return yuan(fen).replace(".00元", "元");
  const digits = String(Math.abs(fen));
  const part = digits.slice(-6).replace(/0+$/, "");
  const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}${whole}${part ? `.${part}` : ""}万元`;
}

/** 435 -> "4.35%" */
export function percent(bps) {
  if (bps === null || bps === undefined) return "—";
  return `${Math.trunc(bps / 100)}.${String(Math.abs(bps) % 100).padStart(2, "0")}%`;
}

/** What was typed, as whole fen; null when it is no amount, or finer than a fen. What is out of range the server refuses, and says the range. */
export function toFen(text, unit) {
  const plain = text.replace(/[\s,，]/g, "");
  const match = /^(-?\d{1,12})(?:\.(\d+))?$/.exec(plain);
  if (!match) return null;
  const places = FEN[unit];
  const part = (match[2] || "").replace(/0+$/, "");
  if (part.length > places) return null;
  return Number(match[1] + part.padEnd(places, "0"));
}

/** "4.35" percent -> 435 basis points; null when it is no rate of two decimals. */
export function toBps(text) {
  const match = /^(-?\d{1,3})(?:\.(\d{1,2}))?%?$/.exec(text.trim());
  return match ? Number(match[1] + (match[2] || "").padEnd(2, "0")) : null;
}

export const time = (iso) => (iso ? clock.format(new Date(iso)).replace(/\//g, "-") : "—");
export const day = (iso) => (iso ? calendar.format(new Date(iso)).replace(/\//g, "-") : "—");
