// A code that changes: fetches a fresh one (SVG or a piece of HTML) before the shown one expires.
//
//   <div data-rotate data-src="/…/code" data-every="15"> first code </div>
//
// Without this script the page's own <noscript> refresh does the same.
(function () {
  "use strict";

  const SECOND_MS = 1000;
  const RETRY_SECONDS = 3;

  function keepScreenOn() {
    if (navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => {});
  }

  function rotate(box) {
    const every = Number(box.dataset.every);
    const words = document.createElement("p");
    words.className = "rotate-words";
    box.after(words);
    let left = every;

    async function refresh() {
      left = every;
      try {
        const response = await fetch(box.dataset.src, { credentials: "same-origin" });
        // A redirect leads to the sign-in page, which is no code.
        if (!response.ok || response.redirected) throw new Error(response.status);
        box.innerHTML = await response.text();
        box.classList.remove("stale");
      } catch (error) {
        box.classList.add("stale");
        left = RETRY_SECONDS;
      }
    }

    async function tick() {
      if (document.hidden) return;
      left -= 1;
      if (left <= 0) await refresh();
      words.textContent = box.classList.contains("stale")
        ? "✗ 二维码没有更新，可能已经过期。请检查网络，或重新打开本页。"
        : `${left} 秒后换新码`;
    }

    setInterval(tick, SECOND_MS);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      keepScreenOn();
      left = 0;
      tick();
    });
  }

  document.querySelectorAll("[data-rotate]").forEach(rotate);
  keepScreenOn();
})();
