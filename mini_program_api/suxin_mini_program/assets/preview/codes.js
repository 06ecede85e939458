// Presentation codes: what the phone works out by itself, also without a connection (docs/api/perks.md).

const LABEL = "SXP1";
const NUMBER_DIGITS = 6;
const PHONE_DIGITS = 5;
const MARK_BYTES = 15;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** How long one code is shown. */
export const WINDOW_MS = 30_000;

/** The number of the window that a moment lies in. */
export const windowOf = (ms) => Math.floor(ms / WINDOW_MS);

/** The code of one window, as it is typed and as it is scanned. */
export async function codesOf(key, number, window) {
  const name = String(number).padStart(NUMBER_DIGITS, "0");
  const mac = await macOf(key, name, window);
  const body = name + digits(mac);
  const whole = body + checkDigit(body);
  return { typed: whole.match(/.{4}/g).join(" "), scanned: `${LABEL}.${name}.${base32(mac.slice(0, MARK_BYTES))}` };
}

async function macOf(key, name, window) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(window));
  const said = new Uint8Array([...new TextEncoder().encode(LABEL + name), ...new Uint8Array(counter.buffer)]);
  const secret = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", secret, said));
}

/** Dynamically truncated, RFC 4226 §5.3. */
function digits(mac) {
  const offset = mac[mac.length - 1] & 0x0f;
  const truncated = new DataView(mac.buffer).getUint32(offset) & 0x7fffffff;
  return String(truncated % 10 ** PHONE_DIGITS).padStart(PHONE_DIGITS, "0");
}

/** ISO/IEC 7064 MOD 11,10. */
function checkDigit(body) {
  let check = 5;
  for (const digit of body) check = ((((check || 10) * 2) % 11) + Number(digit)) % 10;
  return String((1 - (((check || 10) * 2) % 11) + 10) % 10);
}

/** Without padding: fifteen bytes are twenty-four letters. */
function base32(bytes) {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
}
