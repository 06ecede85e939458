// How long a benefit stays locked, in minutes and seconds; without scripts the page says until when.

const EVERY_MS = 1000;

for (const place of document.querySelectorAll("[data-left-s]")) {
  const ends = performance.now() + Number(place.dataset.leftS) * 1000;
  const show = () => {
    const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
    const seconds = String(left % 60).padStart(2, "0");
    place.textContent = left ? `锁定剩余 ${Math.floor(left / 60)}:${seconds}` : "锁定已超时，请重新核销";
    if (left) setTimeout(show, EVERY_MS);
  };
  show();
}
