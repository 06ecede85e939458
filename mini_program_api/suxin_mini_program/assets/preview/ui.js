// The pieces pages are made of, in WeUI's shapes.

import { Problem } from "./answers.js";
import { fill, h } from "./dom.js";

const toast = document.getElementById("toast");
const SAID_FOR_MS = 5000;
let toastTimer;

/** Say what came of something; the region stays on the page, so that a screen reader hears it change. */
export function say(text) {
  toast.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.textContent = ""; }, SAID_FOR_MS);
}

export const loading = (text = "加载中") =>
  h("div", { class: "loading", role: "status", "data-testid": "loading" }, h("i", { class: "weui-loading", "aria-hidden": "true" }), h("span", null, text));

export const empty = (title, text, action) =>
  h("div", { class: "empty", "data-testid": "empty" }, h("p", { class: "empty-title" }, title), text && h("p", { class: "empty-text" }, text), action);

/** What went wrong, with its code, so that it can be quoted. */
export function failure(problem, again) {
  return h("div", { class: "failure", role: "alert", "data-testid": "error", "data-code": problem.code },
    h("p", null, problem.message || "出错了"),
    h("p", { class: "failure-code" }, problem.code, problem.requestId ? ` · ${problem.requestId}` : ""),
    again && h("button", { type: "button", class: "weui-btn weui-btn_mini weui-btn_default", onclick: again }, "重试"));
}

export const section = (title, ...children) =>
  h("section", { class: "block" }, title && h("h2", { class: "weui-cells__title" }, title), children);

export const card = (...children) => h("div", { class: "card" }, children);

export const badge = (text, tone = "plain") => h("span", { class: `badge is-${tone}` }, text);

/** Names with their values. */
export const facts = (pairs) =>
  h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => h("div", { class: "fact" }, h("dt", null, name), h("dd", null, value))));

export function button(text, onclick, { kind = "primary", testid, submit = false, mini = false, label } = {}) {
  return h("button", {
    type: submit ? "submit" : "button",
    class: `weui-btn weui-btn_${kind}${mini ? " weui-btn_mini" : ""}`,
    "data-testid": testid,
    "aria-label": label,
    onclick: onclick && guarded(onclick),
  }, text);
}

/** Let a button work once at a time, and show what went wrong where no field is to blame. */
export function guarded(work) {
  return async (event) => {
    const pressed = event.currentTarget;
    // Not disabled meanwhile: a disabled button loses the focus, and a dialog could not give it back.
    if (pressed.hasAttribute("aria-busy")) return;
    pressed.setAttribute("aria-busy", "true");
    try {
      await work(event);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      say(`${error.message}（${error.code}）`);
    } finally {
      pressed.removeAttribute("aria-busy");
    }
  };
}

/** A labelled control with its hint, its unit and the place for its error. */
export function field(name, label, control, { hint, unit, extra } = {}) {
  const id = `f-${name}`;
  control.id = id;
  control.name = name;
  if (!control.dataset.testid) control.dataset.testid = `field-${name}`;
  control.setAttribute("aria-describedby", hint ? `h-${name} e-${name}` : `e-${name}`);
  return h("div", { class: "weui-cell field", "data-field": name },
    h("label", { class: "field-label", for: id }, label),
    h("div", { class: "field-body" },
      h("div", { class: "field-line" }, control, unit && h("span", { class: "field-unit" }, unit), extra),
      hint && h("p", { class: "field-hint", id: `h-${name}` }, hint),
      h("p", { class: "field-error", id: `e-${name}`, role: "alert", "data-testid": `error-${name}`, hidden: true })));
}

export const input = (attributes) => h("input", { class: "weui-input", type: "text", autocomplete: "off", ...attributes });

export const select = (options, value, attributes) =>
  h("select", { class: "field-select", ...attributes }, options.map(([code, text]) => h("option", { value: code, selected: code === value }, text)));

export const textarea = (attributes) => h("textarea", { class: "weui-textarea", rows: 3, ...attributes });

/** A row that leads to another page, with a note at its end. */
export const row = (go, text, path, note, testid) => h("button", { type: "button", class: "weui-cell weui-cell_access row", "data-testid": testid, onclick: () => go(path) },
  h("span", { class: "weui-cell__bd" }, text), h("span", { class: "weui-cell__ft" }, note));

/** A switch with its label beside it. */
export function toggle(name, label, { checked = false, disabled = false, onchange, note } = {}) {
  return h("label", { class: "weui-cell weui-cell_switch switch", for: `f-${name}` },
    h("span", { class: "weui-cell__bd" }, label, note && h("small", null, note)),
    h("input", { class: "weui-switch", type: "checkbox", role: "switch", id: `f-${name}`, name, checked, disabled, onchange, "data-testid": `switch-${name}` }));
}

/** A form that shows a refusal beside the field it is about, and anything else on top. */
export function form(testid, submit, ...children) {
  const top = h("div", { class: "form-top" });
  const made = h("form", { class: "form", novalidate: true, "data-testid": testid }, top, children);
  made.addEventListener("input", (event) => forgive(made, event.target));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const pressed = made.querySelector("[type=submit]");
    if (pressed.hasAttribute("aria-busy")) return;
    clear(made, top);
    pressed.setAttribute("aria-busy", "true");
    try {
      await submit(new FormData(made));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      complain(made, top, error);
    } finally {
      pressed.removeAttribute("aria-busy");
    }
  });
  return made;
}

/** Take a control's complaint back once its value changes: what was said is about the former value. */
function forgive(made, control) {
  if (!control.hasAttribute("aria-invalid")) return;
  control.removeAttribute("aria-invalid");
  hush(made.querySelector(`[data-testid="error-${CSS.escape(control.name)}"]`));
}

/** Empty a complaint: a description is read out even where it is hidden. */
function hush(place) {
  place.hidden = true;
  place.textContent = "";
}

function clear(made, top) {
  fill(top);
  for (const shown of made.querySelectorAll(".field-error")) hush(shown);
  for (const control of made.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
}

/** Show a refusal in a form. */
export function complain(made, top, problem) {
  const found = problem.fields.length ? problem.fields : problem.field ? [{ field: problem.field, detail: problem.message }] : [];
  let first = null;
  for (const item of found) {
    const place = made.querySelector(`[data-testid="error-${CSS.escape(item.field)}"]`);
    const control = made.elements[item.field];
    if (!place || !control) continue;
    place.textContent = item.detail;
    place.hidden = false;
    place.dataset.code = problem.code;
    control.setAttribute("aria-invalid", "true");
    first ||= control;
  }
  if (first) return first.focus();
  fill(top, failure(problem));
  top.scrollIntoView({ block: "nearest" });
}

/** A refusal made here, before asking the server. */
export const refuse = (name, detail) =>
  new Problem({ status: 422, code: "INVALID", detail, field: name });

/** Refuse a form whose necessary fields are not all filled in. */
export function requireAll(given, names) {
  const missing = names.find((name) => !String(given.get(name) || "").trim());
  if (missing) throw refuse(missing, "请填写此项");
}

/** Ask before something that cannot be undone; resolves to whether it was confirmed, or to what the content returns. */
export function confirm(title, content, { yes = "确定", no = "取消", kind = "primary", testid = "dialog", result } = {}) {
  return new Promise((resolve) => {
    const close = (value) => {
      dialog.close();
      dialog.remove();
      resolve(value);
    };
    const dialog = h("dialog", { class: "sheet", "aria-labelledby": "dialog-title", "data-testid": testid },
      h("h2", { class: "sheet-title", id: "dialog-title" }, title),
      h("div", { class: "sheet-body" }, content),
      h("div", { class: "pair" },
        button(no, () => close(false), { kind: "default", testid: `${testid}-no` }),
        button(yes, () => close(result ? result() : true), { kind, testid: `${testid}-yes` })));
    dialog.addEventListener("cancel", (event) => { event.preventDefault(); close(false); });
    document.getElementById("device").append(dialog);
    dialog.showModal();
  });
}

const TONES = {
  OPEN: "info", OFFERED: "good", ACCEPTED: "good", CONTRACTED: "good", DISBURSED: "good", CHOSEN: "good", ACTIVE: "good",
  UNMATCHED: "warn", PAUSED: "warn", LAPSED: "warn", EXPIRED: "plain", WITHDRAWN: "plain", REVOKED: "plain", PASSED: "plain",
  SUBMITTED: "warn", RETURNED: "warn", DECIDED: "info", NOTICED: "info", APPEALED: "warn", EFFECTIVE: "good", REQUESTED: "warn", REJECTED: "plain", SUPERSEDED: "plain", DECLINED: "bad", DISPATCHED: "info", CONTACTED: "info", DUE_DILIGENCE: "info",
};

/** A state in its colour. */
export const state = (label) => badge(label.zh, TONES[label.code] || "plain");
