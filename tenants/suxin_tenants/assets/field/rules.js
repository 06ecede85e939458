// What a phone in the field goes by. Nothing here reads a clock, a store or a page.

const VERSION_7 = 0x70;
const VARIANT = 0x80;

/** A UUIDv7: the moment in milliseconds, then chance. */
export function newId(now, chance = crypto.getRandomValues(new Uint8Array(10))) {
  const bytes = new Uint8Array(16);
  for (let place = 5, rest = now; place >= 0; place -= 1, rest = Math.floor(rest / 256)) bytes[place] = rest % 256;
  bytes.set(chance, 6);
  bytes[6] = VERSION_7 | (bytes[6] & 0x0f);
  bytes[8] = VARIANT | (bytes[8] & 0x3f);
  const hex = [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The text whose SHA-256 is an item's digest; docs/offline.md. */
export function digested(item, staffId, deviceId) {
  const { household, member, rule, times, day, note, place, photos } = item.content;
  return JSON.stringify([
    item.id, item.captureId, item.kind, item.trunk, item.branch, item.position, staffId, deviceId, item.capturedAtMs,
    [household, member, rule, times, day, note, place, photos],
  ]);
}

/** Where the next step of a capture stands: in the branch that is not through yet, or in a new one upon the platform's version. */
export function nextPlace(capture, waiting, branch) {
  if (capture.branch && (waiting > 0 || capture.held)) {
    return { trunk: capture.trunk, branch: capture.branch, position: capture.position + 1 };
  }
  return { trunk: capture.version, branch, position: 1 };
}

/** A capture after a receipt: what the platform has stands, unless this phone has something more to tell. */
export function afterReceipt(capture, receipt, waiting) {
  const told = receipt.capture;
  const said = { ...capture, held: receipt.first === "held", refused: receipt.first === "refused" ? receipt.reasonZh : null, conflict: receipt.openFields.length > 0 };
  if (!told) return said;
  return {
    ...said,
    version: told.version,
    state: told.state,
    problem: told.problemZh,
    content: waiting > 0 ? capture.content : { ...told.content },
  };
}

/** Whether the platform has still to say what becomes of a capture. */
export const unsettled = (capture) => capture.held || capture.conflict || !["RECORDED", "WITHDRAWN", "LAPSED"].includes(capture.state);

/** A capture after the platform was asked where it stands. */
export const afterTold = (capture, { version, state, problemZh, content, held, conflict }) => ({ ...capture, version, state, problem: problemZh, content, held, conflict });

/** Whether a receipt lets a phone forget an item. */
export const mayForget = (receipt) => receipt.kept === true;

/** Whether recording goes on: as long as the platform said at the last contact with a live session. */
export const goesOn = (kept, now) => now < Date.parse(kept.captureUntil ?? 0);

/** Whether the time is over for which a phone keeps a roster without having reached the platform. */
export const rosterOver = (door, now) => Boolean(door.rosterUntil) && now > door.rosterUntil;

/** A roster with the parts that came anew, and what the phone says next time that it has. */
export function merged(roster, answer) {
  const parts = answer.versions.map((version, number) => answer.parts.find((one) => one.number === number) ?? { ...roster.parts[number], version });
  return { versions: answer.versions, parts };
}

/** The households of a roster whose number begins with what was typed, the exact one first. */
export function found(lines, typed, most = 6) {
  if (!typed) return [];
  const exact = lines.filter((line) => line[1] === typed || line[0] === typed);
  const begins = lines.filter((line) => line[1] !== typed && (line[1].startsWith(typed) || line[1].replace(/^0+/, "").startsWith(typed)));
  return [...exact, ...begins].slice(0, most);
}

/** What a code at a door says: a household's number or id, alone or at the end of an address. */
export const atTheDoor = (text) => text.trim().split(/[/?#=]/).filter(Boolean).pop() ?? "";

/** The rules, those first that were used most. */
export const favourites = (rules, used) => [...rules].sort((one, other) => (used[other.code] ?? 0) - (used[one.code] ?? 0));

/** Why a capture cannot be saved, by its field; nothing where it can. */
export function wrongWith(content, rule, maxNote) {
  const wrong = {};
  if (!content.household) wrong.household = "请先选择农户";
  if (!rule) wrong.rule = "请选择事项";
  else if (content.times < 1 || content.times > rule.maxTimes) wrong.times = `一次登记 1 至 ${rule.maxTimes} 次`;
  if (rule?.evidence === "required" && !content.photos.length) wrong.photos = "该事项须附照片";
  if (rule?.evidence === "none" && content.photos.length) wrong.photos = "该事项不附照片";
  if (rule?.forPerson && !content.member) wrong.household = "该户没有户主，请到工作台登记";
  if (content.note.length > maxNote) wrong.note = `至多 ${maxNote} 字`;
  return wrong;
}

/** Where a capture stands, in words. */
export function stateWords(capture, waiting, photos, blocked) {
  if (blocked) return `未上传：${blocked}`;
  if (waiting > 0) return "待上传";
  if (capture.refused) return `修改未接收：${capture.refused}`;
  if (capture.held) return "等待前序记录";
  if (capture.problem) return `须更正：${capture.problem}`;
  if (photos > 0) return `照片待传 ${photos} 张`;
  if (capture.conflict) return "有冲突，待核定";
  return { OPEN: "照片上传中", RECORDED: "已登记", WITHDRAWN: "已撤回", LAPSED: "已失效" }[capture.state] ?? "已上传";
}
