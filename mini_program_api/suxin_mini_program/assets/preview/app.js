// The shell: which page is shown for which address, the title, the tabs, going back.

import { get, onEnded, onMandateEnded, session } from "./api.js";
import { fill, h } from "./dom.js";
import { failure, loading, say } from "./ui.js";
import { showAsk } from "./ask.js";
import { showAsked, showPermission } from "./asked.js";
import { showCases, showExempt, showReview, showSaid } from "./cases.js";
import { showCautions } from "./cautions.js";
import { showCorrect, showCorrectDeclared } from "./correcting.js";
import { showCommitments, showDeclare, showPublicCommitments } from "./declaring.js";
import { showExchange } from "./exchanging.js";
import { showClosed, showClosing, showDeleting } from "./leaving.js";
import { showMyData, showPart } from "./my_data.js";
import { showLimits, showObjection } from "./limits.js";
import { showCode, showPerk, showPerks, showRedemptions } from "./perks.js";
import { showConsent, showPermissions } from "./permissions.js";
import { showMatches } from "./matches.js";
import { showMine, showNotices } from "./mine.js";
import { showLogIn, showProof, showSubjects } from "./people.js";
import { showPointClaim, showPointClaims, showPointObjection, showPointSaid, showPointUses, showPoints, showStatement } from "./points.js";
import { showApplyRepair, showRepairs, showSupplementRepair } from "./repairing.js";
import { showRequest, showRequests } from "./requests.js";
import { showEnter, showExplanation, showGradeCertificate, showRural, showRuralSaid } from "./rural.js";
import { showCertificate, showScore, showVerify } from "./score.js";
import { showShop, showShopCode } from "./shop.js";
import { showTakeTicket, showTicket, showTickets } from "./tickets.js";
import { showAskLine, showJoin, showObjectLine, showVillageCredit } from "./village_credit.js";
import { canHoldKeys } from "./tokens.js";

const ROUTES = [
  [/^\/log-in$/, "宿信登录", showLogIn, { open: true }],
  [/^\/proof$/, "实名认证", showProof, { tabs: false }],
  [/^\/subjects$/, "选择申请主体", showSubjects, { tabs: false }],
  [/^\/ask$/, "我要贷款", showAsk, { tab: "ask" }],
  [/^\/requests$/, "我的申请", showRequests, { tab: "requests" }],
  [/^\/requests\/([^/]+)$/, "申请详情", showRequest, { tab: "requests", back: "/requests" }],
  [/^\/requests\/([^/]+)\/matches$/, "匹配结果", showMatches, { tab: "requests", back: "/requests/$1" }],
  [/^\/requests\/([^/]+)\/consent\/([^/]+)$/, "授权告知", showConsent, { tab: "requests", back: "/requests/$1" }],
  [/^\/requests\/([^/]+)\/bank\/([^/]+)$/, "材料与对话", showExchange, { tab: "requests", back: "/requests/$1" }],
  [/^\/permissions$/, "授权与查阅", showPermissions, { tab: "permissions" }],
  [/^\/asked$/, "银行请求我授权", showAsked, { tab: "permissions", back: "/permissions" }],
  [/^\/consents\/([^/?]+)(?:\?subject=(.+))?$/, "授权详情", showPermission, { tab: "permissions", back: "/permissions" }],
  [/^\/mine$/, "我的", showMine, { tab: "mine" }],
  [/^\/score$/, "我的信用", showScore, { tab: "mine", back: "/mine" }],
  [/^\/score\/certificate$/, "等级证明", showCertificate, { tab: "mine", back: "/score" }],
  [/^\/score\/verify$/, "核验证明", showVerify, { tab: "mine", back: "/score" }],
  [/^\/village-credit$/, "整村授信", showVillageCredit, { tab: "mine", back: "/mine" }],
  [/^\/village-credit\/join\/([^/]+)$/, "参加整村授信", showJoin, { tab: "mine", back: "/village-credit" }],
  [/^\/village-credit\/object\/([^/]+)$/, "提出异议", showObjectLine, { tab: "mine", back: "/village-credit" }],
  [/^\/village-credit\/ask\/([^/]+)$/, "用款", showAskLine, { tab: "mine", back: "/village-credit" }],
  [/^\/cautions$/, "公开警示", showCautions, { tab: "mine", back: "/mine" }],
  [/^\/rural$/, "信用乡村", showRural, { tab: "mine", back: "/mine" }],
  [/^\/rural\/enter\/([^/]+)$/, "参评", showEnter, { tab: "mine", back: "/rural" }],
  [/^\/rural\/explanation\/([^/]+)$/, "等级构成", showExplanation, { tab: "mine", back: "/rural" }],
  [/^\/rural\/(appeal|hearing)\/([^/]+)$/, "申诉与陈述", showRuralSaid, { tab: "mine", back: "/rural" }],
  [/^\/rural\/certificate\/([^/]+)$/, "等级证书", showGradeCertificate, { tab: "mine", back: "/rural" }],
  [/^\/perks$/, "信易+", showPerks, { tab: "mine", back: "/mine" }],
  [/^\/perks\/([^/]+)$/, "权益", showPerk, { tab: "mine", back: "/perks" }],
  [/^\/perks\/([^/]+)\/code$/, "我的权益码", showCode, { tab: "mine", back: "/perks/$1" }],
  [/^\/perks\/([^/]+)\/ticket$/, "领取门票", showTakeTicket, { tab: "mine", back: "/perks/$1" }],
  [/^\/tickets$/, "我的门票", showTickets, { tab: "mine", back: "/perks" }],
  [/^\/tickets\/([^/]+)$/, "门票", showTicket, { tab: "mine", back: "/tickets" }],
  [/^\/redemptions$/, "我的核销与订单", showRedemptions, { tab: "mine", back: "/perks" }],
  [/^\/perk-limits$/, "权益限制", showLimits, { tab: "mine", back: "/redemptions" }],
  [/^\/perk-limits\/([^/]+)\/objection$/, "权益限制申诉", showObjection, { tab: "mine", back: "/perk-limits" }],
  [/^\/points$/, "我的积分", showPoints, { tab: "mine", back: "/mine" }],
  [/^\/points\/([^/]+)\/claim$/, "申报积分", showPointClaim, { tab: "mine", back: "/points" }],
  [/^\/points\/([^/]+)\/claims$/, "申报进度", showPointClaims, { tab: "mine", back: "/points" }],
  [/^\/points\/([^/]+)\/claims\/([^/]+)\/(appeal|town)$/, "异议与申诉", showPointSaid, { tab: "mine", back: "/points/$1/claims" }],
  [/^\/points\/([^/]+)\/objection$/, "对公示提异议", showPointObjection, { tab: "mine", back: "/points" }],
  [/^\/points\/([^/]+)\/statement$/, "积分明细", showStatement, { tab: "mine", back: "/points" }],
  [/^\/points\/([^/]+)\/uses$/, "单独同意的用途", showPointUses, { tab: "mine", back: "/points" }],
  [/^\/points\/([^/]+)\/shop$/, "积分超市", showShop, { tab: "mine", back: "/points" }],
  [/^\/points\/([^/]+)\/shop\/code$/, "兑换码", showShopCode, { tab: "mine", back: "/points/$1/shop" }],
  [/^\/notices$/, "消息", showNotices, { tab: "mine", back: "/mine" }],
  [/^\/my-data$/, "我的数据", showMyData, { tab: "mine", back: "/mine" }],
  [/^\/my-data\/parts\/([a-z_]+)$/, "我的数据", showPart, { tab: "mine", back: "/my-data" }],
  [/^\/(?:cases|my-data\/corrections)$/, "异议与申请", showCases, { tab: "mine", back: "/my-data" }],
  [/^\/cases\/([^/]+)\/(appeal|supplement)$/, "异议与申请", showSaid, { tab: "mine", back: "/cases" }],
  [/^\/cases\/exempt\/([^/]+)$/, "申请豁免", showExempt, { tab: "mine", back: "/cases" }],
  [/^\/cases\/review\/(score|tier|match|benefit)(?:\/([^/]+)(?:\/([^/]+))?)?$/, "申请人工复核", showReview, { tab: "mine", back: "/cases" }],
  [/^\/my-data\/correct\/(record|name|region|industry)(?:\/([^/]+))?$/, "申请更正", showCorrect, { tab: "mine", back: "/cases" }],
  [/^\/my-data\/declared\/([^/]+)$/, "更正申报", showCorrectDeclared, { tab: "mine", back: "/my-data/parts/declarations" }],
  [/^\/my-data\/deletion$/, "删除我的数据", showDeleting, { tab: "mine", back: "/my-data" }],
  [/^\/my-data\/closure$/, "注销账号", showClosing, { tab: "mine", back: "/my-data" }],
  [/^\/closed$/, "账号已注销", showClosed, { open: true }],
  [/^\/repairs$/, "信用修复", showRepairs, { tab: "mine", back: "/mine" }],
  [/^\/repairs\/apply\/([^/]+)$/, "申请信用修复", showApplyRepair, { tab: "mine", back: "/repairs" }],
  [/^\/repairs\/supplement\/([^/]+)$/, "补正修复申请", showSupplementRepair, { tab: "mine", back: "/repairs" }],
  [/^\/declare$/, "自主申报", showDeclare, { tab: "mine", back: "/mine" }],
  [/^\/commitments$/, "信用承诺", showCommitments, { tab: "mine", back: "/mine" }],
  [/^\/public-commitments$/, "承诺公示", showPublicCommitments, { tab: "mine", back: "/commitments" }],
];

const device = document.getElementById("device");
const view = document.getElementById("view");
const title = document.getElementById("title");
const tabs = document.getElementById("tabs");
const back = document.getElementById("back");
const unread = document.getElementById("unread");
const PRESSED = "a[href], button, input, select, textarea, summary";
let shown = 0;

/** Go to a page. */
export function go(path, { replace = false } = {}) {
  if (location.hash === `#${path}`) return show();
  if (replace) location.replace(`#${path}`);
  else location.hash = path;
  return undefined;
}

async function show() {
  const path = location.hash.slice(1) || "/ask";
  const found = ROUTES.find(([pattern]) => pattern.test(path));
  if (!found) return go("/ask", { replace: true });
  const [pattern, name, page, options] = found;
  if (!session.phone && !options.open) return go("/log-in", { replace: true });
  const parameters = pattern.exec(path).slice(1);
  frame(name, options, parameters);
  const turn = ++shown;
  fill(view, loading());
  view.scrollTop = 0;
  try {
    const content = await page(go, ...parameters);
    // A page that was left before it was ready must not be shown over the one that followed.
    if (turn === shown && content) fill(view, content);
  } catch (error) {
    if (turn !== shown) return undefined;
    if (error.code === "IDENTITY_REQUIRED") return go("/proof", { replace: true });
    fill(view, failure(error, show));
    if (!error.code) throw error;
  }
  if (turn !== shown) return undefined;
  // Where nothing on a page can be pressed, the keyboard reaches the page itself, to scroll it.
  view.tabIndex = view.querySelector(PRESSED) ? -1 : 0;
  if (session.phone) markUnread();
  return undefined;
}

function frame(name, options, parameters) {
  title.textContent = name;
  document.title = `${name} · 宿信`;
  tabs.hidden = options.open || options.tabs === false;
  for (const tab of tabs.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === options.tab) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  back.hidden = !options.back;
  back.onclick = () => go((options.back || "/ask").replace("$1", parameters[0] || ""));
  // Whoever does not see the page is told its name, and goes on from there.
  title.focus({ preventScroll: true });
}

async function markUnread() {
  try {
    unread.hidden = (await get("/me")).unreadNotices === 0;
  } catch {
    unread.hidden = true;
  }
}

function resize(size) {
  device.classList.toggle("is-tablet", size === "tablet");
  for (const choice of document.querySelectorAll("[data-size]")) {
    choice.setAttribute("aria-pressed", String(choice.dataset.size === size));
  }
}

for (const choice of document.querySelectorAll("[data-size]")) {
  choice.addEventListener("click", () => resize(choice.dataset.size));
}
onEnded(() => { say("登录已失效，请重新登录"); go("/log-in", { replace: true }); });
onMandateEnded(() => { say("您已不能代理该主体，请重新选择以谁的名义办理"); go("/subjects", { replace: true }); });
if (canHoldKeys()) {
  window.addEventListener("hashchange", show);
  show();
} else {
  fill(view, h("div", { class: "empty", role: "alert", "data-testid": "no-keys" },
    h("p", { class: "empty-title" }, "此地址下不能登录"),
    h("p", { class: "empty-text" }, "登录需要浏览器的加密功能（WebCrypto），只在 https 地址或本机地址（127.0.0.1、localhost）下可用。请换用这样的地址打开本页，或更新浏览器。")));
}
