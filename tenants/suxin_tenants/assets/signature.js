// The signature pad at a counter: what is drawn goes into the form as a small PNG. Without it the paper path remains.
"use strict";

(() => {
  const MAX_CHARACTERS = 65536 + 22;
  const INK = "#14262b";

  function begin(pad) {
    const canvas = pad.querySelector("[data-pad-canvas]");
    const value = pad.querySelector("[data-pad-value]");
    const pen = canvas.getContext("2d");
    let last = null;
    let drawn = false;

    // The picture is as large as the box, whatever the screen's own pixels are: so it stays small. What is drawn already
    // is kept when the box changes, and a turned tablet costs nobody his signature.
    function fit() {
      if (drawn) return;
      const width = canvas.clientWidth, height = canvas.clientHeight;
      if (width === canvas.width && height === canvas.height) return;
      canvas.width = width;
      canvas.height = height;
      clear();
    }

    function clear() {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.lineWidth = 3;
      pen.lineCap = "round";
      pen.lineJoin = "round";
      pen.strokeStyle = INK;
      value.value = "";
      drawn = false;
    }

    function place(event) {
      const box = canvas.getBoundingClientRect();
      return {
        x: (event.clientX - box.left - canvas.clientLeft) * canvas.width / canvas.clientWidth,
        y: (event.clientY - box.top - canvas.clientTop) * canvas.height / canvas.clientHeight,
      };
    }

    function keep() {
      if (!drawn) return;
      const picture = canvas.toDataURL("image/png");
      value.value = picture.length <= MAX_CHARACTERS ? picture : "";
    }

    canvas.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      last = place(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (last === null) return;
      const next = place(event);
      pen.beginPath();
      pen.moveTo(last.x, last.y);
      pen.lineTo(next.x, next.y);
      pen.stroke();
      last = next;
      drawn = true;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => {
        last = null;
        keep();
      });
    }
    pad.querySelector("[data-pad-clear]").addEventListener("click", () => {
      clear();
      fit();
    });
    window.addEventListener("resize", fit);
    fit();
  }

  document.querySelectorAll("[data-pad]").forEach(begin);
})();
