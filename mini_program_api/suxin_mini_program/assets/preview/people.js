// Who is there: logging in, proving who one is, choosing for whom one asks.

import { demo, enter, get, post, remember, session } from "./api.js";
import { fill, h } from "./dom.js";
import { button, complain, field, form, input, refuse, requireAll, say, section } from "./ui.js";

const CODE_EVERY_S = 60;
const LOOKS_FOR_CODE = 12;

/** The log-in: the demo's cast, or any code. */
export async function showLogIn(go) {
  const cast = await demo("people.json");
  const byCode = form("log-in-form", (given) => logIn(go, given.get("code").trim(), null),
    h("div", { class: "weui-cells" }, field("code", "登录凭证", input({ placeholder: "wx.login 返回的 code", maxlength: 128 }))),
    h("div", { class: "actions" }, button("登录", null, { submit: true, kind: cast ? "default" : "primary", testid: "log-in" })));
  return h("div", null,
    h("div", { class: "welcome" }, h("p", { class: "welcome-title" }, "我要贷款"), h("p", null, "一次申请，多家银行比选；资料归本人，谁看过一清二楚")),
    cast && section("选择一位演示人物", h("ul", { class: "people" }, cast.people.map((person) => personCard(go, person)))),
    section(cast ? "或输入登录凭证" : "登录", byCode));
}

function personCard(go, person) {
  const pressed = () => logIn(go, person.code, person).catch((error) => say(`${error.message}（${error.code || "错误"}）`));
  return h("li", null, h("button", { type: "button", class: "person", "data-testid": `person-${person.code}`, onclick: pressed },
    h("span", { class: "avatar", "aria-hidden": "true" }, person.name.slice(0, 1)),
    h("span", { class: "person-text" }, h("strong", null, person.name, h("small", null, person.subjectName)), h("span", null, person.story))));
}

async function logIn(go, code, person) {
  if (!code) throw refuse("code", "请输入登录凭证");
  await enter(code);
  remember({ person });
  const me = await get("/me");
  return go(me.proved ? "/subjects" : "/proof");
}

/** The real-name proof. */
export function showProof(go) {
  const known = session.person || {};
  const phone = input({ type: "tel", inputmode: "numeric", maxlength: 11, value: known.phone || "" });
  const code = input({ inputmode: "numeric", maxlength: 6, placeholder: "6 位数字" });
  const received = h("p", { class: "sms", role: "status", "data-testid": "demo-sms", hidden: true });
  const ask = h("button", { type: "button", class: "weui-btn weui-btn_mini weui-btn_default ask-code", "data-testid": "send-code" }, "获取验证码");
  const made = form("proof-form", (given) => prove(go, given),
    h("div", { class: "weui-cells" },
      field("name", "姓名", input({ value: known.name || "", autocomplete: "name", maxlength: 50 })),
      field("residentId", "身份证号", input({ value: known.residentId || "", maxlength: 18, autocapitalize: "characters" })),
      field("phone", "手机号", phone),
      field("code", "验证码", code, { extra: ask })),
    received,
    h("div", { class: "actions" }, button("提交核验", null, { submit: true, testid: "prove" })));
  ask.addEventListener("click", () => sendCode(made, ask, phone, code, received));
  return h("div", null, h("p", { class: "lead" }, "实名认证后方可查看资料、申请贷款和作出授权。身份信息加密保存，页面只显示脱敏内容。"), made);
}

async function prove(go, given) {
  requireAll(given, ["name", "residentId", "phone", "code"]);
  await post("/identity-proofs", {
    name: given.get("name").trim(),
    residentId: given.get("residentId").trim(),
    phone: given.get("phone").trim(),
    code: given.get("code").trim(),
  });
  say("实名认证通过");
  return go("/subjects");
}

async function sendCode(made, ask, phone, code, received) {
  ask.disabled = true;
  const before = (await demoCode(phone.value.trim()))?.count;
  try {
    await post("/phone-codes", { phone: phone.value.trim() });
  } catch (error) {
    ask.disabled = false;
    complain(made, made.querySelector(".form-top"), error);
    return;
  }
  say("验证码已发送");
  countDown(ask);
  await showDemoCode(phone.value.trim(), before, code, received);
}

function countDown(ask) {
  let left = CODE_EVERY_S;
  const tick = () => {
    ask.textContent = left > 0 ? `${left} 秒后重发` : "获取验证码";
    ask.disabled = left > 0;
    left -= 1;
    if (left >= 0) setTimeout(tick, 1000);
  };
  tick();
}

/** In a demo, show the message that the stand-in received as a phone would. */
async function showDemoCode(phone, before, code, received) {
  if (before === undefined) return;
  for (let look = 0; look < LOOKS_FOR_CODE; look += 1) {
    const found = await demoCode(phone);
    if (!found) return;
    if (found.count > before) {
      fill(received, "演示短信：验证码 ", h("strong", { "data-testid": "demo-code" }, found.code), " ",
        button("填入", () => fillIn(code, found.code), { kind: "default", mini: true, testid: "fill-code" }));
      received.hidden = false;
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, 700); });
  }
}

/** Put a value into a field as typing it would, so that a complaint about the former one goes. */
function fillIn(control, value) {
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.focus();
}

const demoCode = (phone) => demo(`sms-code?phone=${encodeURIComponent(phone)}`);

/** For whom one asks: oneself, or a firm one represents. */
export async function showSubjects(go) {
  const me = await get("/me");
  if (!me.proved) return go("/proof", { replace: true });
  const known = session.person || {};
  const held = new Set(me.subjects.map((subject) => subject.uscc));
  const add = form("mandate-form", async (given) => {
    requireAll(given, ["uscc"]);
    const added = await post("/mandates", { uscc: given.get("uscc").trim() });
    say("核验通过");
    choose(go, added);
  },
    h("div", { class: "weui-cells" }, field("uscc", "信用代码", input({ value: held.has(known.uscc) ? "" : known.uscc || "", maxlength: 18, autocapitalize: "characters" }), { hint: "向登记机关核验您是否为法定代表人" })),
    h("div", { class: "actions" }, button("核验并代理", null, { submit: true, kind: "default", testid: "prove-mandate" })));
  return h("div", null,
    section("以谁的名义申请", h("ul", { class: "people" }, me.subjects.map((subject) => subjectCard(go, subject)))),
    section("添加我代表的企业", add));
}

function subjectCard(go, subject) {
  const note = subject.mandate ? `${subject.mandate.role.zh} · ${subject.uscc}` : "本人";
  return h("li", null, h("button", { type: "button", class: "person", "data-testid": "subject", "data-kind": subject.kind.code, "data-subject": subject.id, onclick: () => choose(go, subject) },
    h("span", { class: "avatar is-square", "aria-hidden": "true" }, (subject.mandate ? subject.kind.zh : subject.name).slice(0, 1)),
    h("span", { class: "person-text" }, h("strong", null, subject.name), h("span", null, `${subject.kind.zh} · ${note}`))));
}

function choose(go, subject) {
  remember({ subjectId: subject.id, subjectName: subject.name, subjectKind: subject.kind.code });
  go("/ask");
}

