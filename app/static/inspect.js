// Marks on an inspection round, one tap a household, with or without a network. Without this
// script every tap sends the form and comes back to the same place.
//
//   <form data-inspect="key">    the list; taps are kept in the phone's storage under the key
//   <li data-mark="id">          a household; its [data-said] tells what was marked
//   <button name="mark" value="id:level" data-word="…">
//
// A tap is kept first and sent then, with a key of its own, until the server has answered. Of two
// taps for one household on this phone the later one counts.
(function () {
  "use strict";

  const RETRY_MS = 15000;
  const form = document.querySelector("form[data-inspect]");
  if (!form) return;
  const PLACE = "inspect-" + form.dataset.inspect;
  const unsent = document.getElementById("unsent");
  const unmarked = document.getElementById("unmarked");
  // Refusals that say nothing about the tap itself: it is kept and sent again.
  const PASSING = ["same_request_in_flight", "database_busy", "database_unavailable", "failed"];
  // Somebody else has signed in on this phone: the taps wait for whoever made them.
  const FOREIGN = ["other_account", "denied"];

  let memory = {};
  let sending = false;
  let token = form.elements.csrf_token.value;

  function load() {
    try {
      return JSON.parse(localStorage.getItem(PLACE)) || {};
    } catch (error) {
      return memory;
    }
  }

  function save(queue) {
    memory = queue;
    try {
      localStorage.setItem(PLACE, JSON.stringify(queue));
    } catch (error) {
      // Storage is full or forbidden: the taps live as long as the page is open.
    }
  }

  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function say(row, level, sign, words) {
    const said = row.querySelector("[data-said]");
    const status = document.createElement("span");
    status.className = "status " + level;
    status.textContent = sign + " " + words;
    said.textContent = "";
    said.append(status);
  }

  function paint(markId, level, sent) {
    const row = form.querySelector('[data-mark="' + markId + '"]');
    if (!row) return;
    for (const button of row.querySelectorAll("button[name=mark]")) {
      const chosen = button.value === markId + ":" + level;
      button.setAttribute("aria-pressed", String(chosen));
      if (!chosen) continue;
      if (sent) say(row, "ok", "✓", button.dataset.word);
      else say(row, "wait", "!", button.dataset.word + "，还没发出");
    }
  }

  function count() {
    const waiting = Object.keys(load()).length;
    unsent.className = waiting ? "callout wait" : "";
    unsent.textContent = waiting
      ? "有 " + waiting + " 户记在手机里，还没发出。有网时自动发；关了这一页，再打开时发。"
      : "";
    const rows = form.querySelectorAll("[data-mark]");
    const left = Array.from(rows).filter((row) => !row.querySelector('[aria-pressed="true"]'));
    const others = Number(unmarked.dataset.others || 0);
    unmarked.textContent = String(left.length + others);
  }

  async function freshToken() {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const same = page.querySelector('form[data-inspect="' + form.dataset.inspect + '"]');
    const field = same && same.querySelector("[name=csrf_token]");
    if (field) token = field.value;
    return Boolean(field);
  }

  function post(markId, tap) {
    const body = new URLSearchParams();
    body.set("csrf_token", token);
    body.set("idempotency_key", tap.key);
    body.set("account_id", form.elements.account_id.value);
    body.set("mark", markId + ":" + tap.level);
    const headers = { Accept: "application/json" };
    return fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" });
  }

  // Whether the next tap may be sent; false leaves everything for later.
  async function send(markId, tap) {
    let answer = await post(markId, tap);
    let refusal = answer.ok ? null : ((await answer.json()).error || {});
    if (refusal && refusal.code === "form_expired" && (await freshToken())) {
      answer = await post(markId, tap);
      refusal = answer.ok ? null : ((await answer.json()).error || {});
    }
    if (refusal && (answer.status === 401 || answer.status >= 500)) {
      if (answer.status === 401) unsent.textContent = "登录过期了。请重新登录再打开这一页，记的都还在。";
      return false;
    }
    if (refusal && FOREIGN.includes(refusal.code)) {
      unsent.textContent = "请用原来的账号登录，再打开这一页。记的都还在。";
      return false;
    }
    if (refusal && (PASSING.includes(refusal.code) || refusal.code === "form_expired")) return false;
    const queue = load();
    if (queue[markId] && queue[markId].key === tap.key) {
      delete queue[markId];
      save(queue);
      if (!refusal) paint(markId, tap.level, true);
    }
    const row = form.querySelector('[data-mark="' + markId + '"]');
    if (refusal && row) {
      for (const button of row.querySelectorAll("button[name=mark]")) button.setAttribute("aria-pressed", "false");
      say(row, "refused", "✗", refusal.message || "没有记上");
    }
    return true;
  }

  async function flush() {
    if (sending) return;
    sending = true;
    try {
      for (;;) {
        const queue = load();
        const next = Object.keys(queue)[0];
        if (!next) break;
        if (!(await send(next, queue[next]))) {
          sending = false;
          return;
        }
        count();
      }
    } catch (error) {
      // No network, or an answer that is none: later.
    }
    sending = false;
    count();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=mark]");
    if (!button) return;
    event.preventDefault();
    const [markId, level] = button.value.split(":");
    const queue = load();
    queue[markId] = { level, key: newKey() };
    save(queue);
    paint(markId, level, false);
    count();
    flush();
  });

  const rows = form.querySelectorAll("[data-mark]");
  const open = Array.from(rows).filter((row) => !row.querySelector('[aria-pressed="true"]'));
  // Households that only somebody else may judge.
  unmarked.dataset.others = String(Number(unmarked.textContent) - open.length);
  const kept = load();
  for (const markId of Object.keys(kept)) paint(markId, kept[markId].level, false);
  count();
  window.addEventListener("online", flush);
  setInterval(flush, RETRY_MS);
  flush();
})();
