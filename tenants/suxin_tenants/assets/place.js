// The button that adds where one stands, to about a hundred metres; nothing is asked before it is pressed.
"use strict";

document.querySelectorAll("[data-place]").forEach((button) => {
  if (!navigator.geolocation) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      (position) => {
        const form = button.form;
        form.querySelector("[data-latitude]").value = position.coords.latitude.toFixed(3);
        form.querySelector("[data-longitude]").value = position.coords.longitude.toFixed(3);
        button.textContent = "已附上大致位置";
      },
      () => {
        button.disabled = false;
        button.textContent = "没有取得位置，可不附";
      },
      { timeout: 10000 },
    );
  });
});
