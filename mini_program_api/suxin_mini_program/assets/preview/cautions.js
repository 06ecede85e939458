// Public warnings of authorities: what everybody may see.

import { all } from "./api.js";
import { h } from "./dom.js";
import { badge, empty, facts } from "./ui.js";

/** The page of public warnings. */
export async function showCautions() {
  const cautions = await all("/cautions");
  return h("div", { "data-testid": "cautions-page" },
    h("p", { class: "lead" }, "主管机关关于逃废债、非法集资的通报。只列单位，不列自然人；不影响任何评分。"),
    cautions.length ? cautions.map(caution) : empty("目前没有公开警示"));
}

const caution = (one) => h("article", { class: "card", "data-testid": "caution" },
  h("header", { class: "card-head" }, h("p", { class: "card-title" }, one.title), badge(one.kind.zh, "bad")),
  h("div", { class: "notice-text" }, one.body.split("\n").map((line) => h("p", null, line))),
  facts([["涉及单位", one.organisations.join("、") || "通报未列明"], ["发布机关", one.authority], ["文号", one.documentNumber], ["发布日期", one.issuedOn], ["公开至", `${one.expiresOn} 前`]]));
