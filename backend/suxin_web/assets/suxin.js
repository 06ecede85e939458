// What the pages need beyond links and forms: the phone's menu, dialogs, clocks that go on, and buttons pressed once.
"use strict";

(() => {
  const MINUTE_MS = 60000;
  const SOON_HOURS = 24;

  const toggle = (button) => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    document.getElementById(button.dataset.toggle)?.classList.toggle("is-open", open);
  };

  document.addEventListener("click", (event) => {
    const toggler = event.target.closest("[data-toggle]");
    if (toggler) return toggle(toggler);
    const opener = event.target.closest("[data-dialog]");
    if (opener) return document.getElementById(opener.dataset.dialog)?.showModal();
    const closer = event.target.closest("[data-close]");
    if (closer) return closer.closest("dialog")?.close();
    if (event.target.closest("[data-print]")) return window.print();
    // A click on the dimmed page behind a dialog closes it.
    if (event.target instanceof HTMLDialogElement) event.target.close();
  });

  // A row of a table is a link where it says so; the links in it stay themselves.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, input, label, select")) location.assign(row.dataset.href);
  });

  // A plain form is sent once: its key makes a repeat harmless, a dead button makes it unlikely.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("hx-post") || event.defaultPrevented || form.method !== "post") return;
    setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form button[type=submit]:disabled").forEach((button) => { button.disabled = false; });
  });

  const remaining = (milliseconds) => {
    const size = Math.floor(Math.abs(milliseconds) / MINUTE_MS);
    const word = milliseconds >= 0 ? "剩" : "超时";
    if (size >= 1440) return `${word} ${Math.floor(size / 1440)} 天`;
    if (size >= 60) return `${word} ${Math.floor(size / 60)} 小时`;
    return `${word} ${Math.max(1, size)} 分钟`;
  };

  // The server's time and this machine's may differ, so clocks only move by what has passed since the page came.
  const firstSeen = new WeakMap();
  const tick = () => {
    document.querySelectorAll("time.clock[data-left-ms]").forEach((clock) => {
      if (!firstSeen.has(clock)) firstSeen.set(clock, Date.now());
      const left = Number(clock.dataset.leftMs) - (Date.now() - firstSeen.get(clock));
      const text = clock.querySelector(".clock-text");
      if (text) text.textContent = remaining(left);
      clock.classList.toggle("is-over", left < 0);
      clock.classList.toggle("is-soon", left >= 0 && left < SOON_HOURS * 60 * MINUTE_MS);
      clock.classList.toggle("is-calm", left >= SOON_HOURS * 60 * MINUTE_MS);
    });
  };
  tick();
  setInterval(tick, MINUTE_MS);
  document.addEventListener("htmx:afterSettle", tick);

  // What a refused request left in the message region must be seen.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "messages") event.detail.target.scrollIntoView({ block: "nearest" });
  });
  document.addEventListener("htmx:sendError", () => {
    const region = document.getElementById("messages");
    if (!region) return;
    const line = document.createElement("div");
    line.className = "notice is-bad";
    line.setAttribute("role", "alert");
    line.textContent = "网络不通，请检查网络后重试";
    region.replaceChildren(line);
  });
})();
