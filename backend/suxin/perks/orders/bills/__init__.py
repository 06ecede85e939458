"""The provider's daily bill (对账单) beside the merchant's orders: what is the same is counted, what is not is listed, and nothing is changed by it."""
