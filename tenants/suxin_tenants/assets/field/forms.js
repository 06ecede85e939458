// What the app shows: chips of rules, households that were found, and the list of what was captured.

/** An element by its name on the page. */
export const at = (name) => document.querySelector(`[data-field-${name}]`);

/** Say beside its field what is wrong, or nothing. */
export function say(name, words) {
  const place = at(`wrong-${name}`);
  place.textContent = words ?? "";
  place.hidden = !words;
}

function button(words, kind, does) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = words;
  made.addEventListener("click", does);
  return made;
}

/** Offer the households that were found. */
export function offer(lines, choose) {
  at("matches").replaceChildren(...lines.map((line) => button(`${line[1]} 户 ${line[3]}${line[4] ? ` · 网格 ${line[4].slice(-3)}` : ""}`, "button field-match", () => choose(line))));
}

/** Show the rules as chips, of which one is chosen. */
export function chips(rules, chosen, choose) {
  at("rules").replaceChildren(...rules.map((rule) => {
    const chip = button(`${rule.name} ${rule.points > 0 ? "+" : ""}${rule.points}`, "button field-chip", () => choose(rule));
    chip.setAttribute("aria-pressed", String(rule.code === chosen));
    chip.dataset.rule = rule.code;
    return chip;
  }));
}

/** List what was captured. */
export function list(rows, { change, withdraw, again }) {
  at("captures").replaceChildren(...rows.map((row) => {
    const line = document.createElement("li");
    const words = document.createElement("p");
    words.textContent = `${row.household} 户 ${row.rule} ×${row.content.times}`;
    const more = document.createElement("p");
    more.className = "field-capture-more";
    more.textContent = [row.moment, row.content.note].filter(Boolean).join(" · ");
    const state = document.createElement("p");
    state.className = "field-capture-state";
    state.dataset.tone = row.tone;
    state.textContent = row.words;
    const acts = document.createElement("p");
    acts.className = "field-acts";
    if (row.open) acts.append(button("修改", "button is-small", () => change(row)), button("撤回", "button is-small", () => withdraw(row)));
    if (row.blocked) acts.append(button("重新上传", "button is-small", () => again(row)));
    line.append(words, more, state, acts);
    line.dataset.testid = "capture";
    return line;
  }));
}

/** Offer whoever works with this phone. */
export function offerDoors(doors, choose) {
  at("doors").replaceChildren(...doors.map((door) => button(`${door.staff}（${door.tenant}）`, "button", () => choose(door))));
}

/** A day in Shanghai. */
export const dayOf = (moment) => new Date(moment).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });

/** A moment in words. */
export const momentWords = (text) => new Date(text).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
