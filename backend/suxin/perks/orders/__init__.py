"""Service orders (服务订单) in the shape of WeChat Pay Score: deposit-free (先免) and pay-later (先享).

Vocabulary: a service (服务) is what a merchant may open orders under, with its mode and ceiling; an order is opened, confirmed by its
user, completed with payments (付费项目) less discounts (优惠项目), and paid; the risk fund (风险金额) bounds a deposit-free order's total. A
provider (渠道) is who carries the order: ``local`` collects no money and stands on what the merchant states, the other is WeChat Pay
Score. A request (请求) is what a provider was asked and has not answered yet. An outcome (结果) is how an order ended for its user. An order may
come of a redemption (核销) whose benefit waives a deposit or is paid later.

Invariants: an order stands where its provider says, and goes forward only; a total never rises once it was asked for; no more is given
back than was paid; the merchant learns that an order passed or did not, and never a score; an order of a medical or school service has
no outcome, so that no record can come of it.

Source: wechatpay-skills (2026-04) and the Pay Score API, as told in docs/api/service-orders.md
"""
