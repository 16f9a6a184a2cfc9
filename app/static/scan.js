// Scanning for forms that take a code. Typing the code into the field works without this script.
//
//   <form data-scan="submit">   a code fills the form's field and submits the form
//   <form data-scan="stream">   codes are posted one after another without leaving the page;
//                               the address answers {"level": "ok|wait|refused", "title",
//                               "message"} or {"error": {"code", "message"}} as JSON; with
//                               "choices": [{"member_id", "name"}] it asks who came, and the
//                               code is posted again with the chosen `member_ids`
//   <form data-scan-wedge>      as "submit", for a USB scanner only: no camera button
//
// The field is the form's first `input.code`, else its first text field. `data-scan-formats`
// on the form names what the camera looks for, "QRCode" unless told ("QRCode,EAN13").
// A USB scanner types into whichever of these forms has the focus, else into the first.
(function () {
  "use strict";

  const FOLDER = new URL(".", document.currentScript.src).href;
  const FORMS = "form[data-scan], form[data-scan-wedge]";
  // A card held before the camera is seen again and again; it counts once until it is gone.
  const SAME_CODE_MS = 3000;
  // A USB scanner types much faster than fingers do.
  const KEY_GAP_MS_MAX = 80;
  const SCANNED_LENGTH_MIN = 6;
  const SHOWN_MS = { ok: 1600, wait: 6000, refused: 6000 };

  const WORDS = {
    scan: "扫码",
    close: "关闭摄像头",
    opening: "正在打开摄像头…",
    aim: "把二维码放进框里，停一下",
    sending: "正在提交…",
    next: "接着扫",
    again: "再发一次",
    choose: "选人",
    chosen: "登记选中的人",
    noneChosen: "还没有选人。请先在名字前面打勾。",
    log: "本次扫码",
    counts: { ok: "成功", wait: "注意", refused: "没成" },
  };
  const TYPE_INSTEAD = "也可以在下面手工输入。";
  const FAILURES = {
    insecure: "这个网址没有加密（不是 https），浏览器不让用摄像头。请换 https 的网址打开；",
    unsupported: "这个浏览器不能用摄像头扫码。请换手机自带的浏览器打开；",
    NotAllowedError: "没有得到使用摄像头的许可。请在手机设置里允许浏览器使用相机，再点“扫码”；",
    NotFoundError: "没有找到摄像头。请换一台手机，或者接上扫码枪；",
    NotReadableError: "摄像头正被别的程序占着。请关掉别的程序，再点“扫码”；",
    reader: "扫码程序没有装上，可能是网络不好。请再点一次“扫码”；",
    other: "摄像头没有打开。请再点一次“扫码”；",
  };
  const UNANSWERED = {
    level: "wait",
    title: "没有收到答复",
    message: "网络不好，不知道记上没有。请在下面点“再发一次”，不会重复记。",
    unsent: true,
  };
  const BUSY = { level: "wait", title: "系统忙", unsent: true };
  const SIGNS = { ok: "✓", wait: "!", refused: "✗" };

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function button(className, text, press) {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", press);
    return made;
  }

  function fill(parent, ...children) {
    parent.textContent = "";
    parent.append(...children);
  }

  // --- the camera, whose script comes with the first press ---------------------------------------

  function loadScript(address) {
    return new Promise((resolve, reject) => {
      const script = element("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => reject(new Error("reader"));
      document.head.appendChild(script);
    });
  }

  const camera = { open: null, close() {}, dialog: null };

  async function openCamera(formats, onCode) {
    if (!window.isSecureContext) throw new Error("insecure");
    if (!navigator.mediaDevices || !window.HTMLDialogElement) throw new Error("unsupported");
    if (!camera.open) {
      await loadScript(FOLDER + "camera.js");
      const tools = { element, button, loadScript, folder: FOLDER, words: WORDS };
      Object.assign(camera, window.makeCamera(tools));
    }
    return camera.open(formats, onCode);
  }

  // --- sounds ----------------------------------------------------------------------------------

  // Pairs of pitch in hertz and length in seconds; the three differ in melody, not only in pitch.
  const SOUNDS = {
    ok: { wave: "sine", notes: [[880, 0.09], [1320, 0.16]] },
    wait: { wave: "triangle", notes: [[587, 0.14], [0, 0.07], [587, 0.14]] },
    refused: { wave: "square", notes: [[185, 0.5]] },
  };
  let audio = null;

  // Browsers allow sound only after a touch or a key, so this is called from one.
  function allowSound() {
    const Audio = window.AudioContext || window.webkitAudioContext;
    if (!audio && Audio) audio = new Audio();
    if (audio && audio.state === "suspended") audio.resume();
  }

  function play(level) {
    if (navigator.vibrate) navigator.vibrate(level === "ok" ? 60 : [120, 80, 120]);
    if (!audio) return;
    let start = audio.currentTime;
    for (const [hertz, seconds] of SOUNDS[level].notes) {
      if (hertz) {
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        tone.type = SOUNDS[level].wave;
        tone.frequency.value = hertz;
        volume.gain.value = 0.25;
        tone.connect(volume);
        volume.connect(audio.destination);
        tone.start(start);
        tone.stop(start + seconds);
      }
      start += seconds;
    }
  }

  // --- one form --------------------------------------------------------------------------------

  function enhance(form) {
    const field = form.querySelector("input.code") || form.querySelector("input[type=text]");
    const streams = form.dataset.scan === "stream";
    const take = streams ? makeStream(form, field) : (code) => {
      camera.close();
      field.value = code;
      if (form.requestSubmit) form.requestSubmit();
      else form.submit();
    };
    form.takeScan = take;
    if (!form.dataset.scan) return;
    const complaint = element("p", "wrong scan-failure");
    complaint.setAttribute("role", "alert");
    const open = button("main-action", WORDS.scan, () => {
      allowSound();
      complaint.textContent = "";
      const formats = (form.dataset.scanFormats || "QRCode").split(",");
      openCamera(formats, take).catch((error) => {
        camera.close();
        complaint.textContent = (FAILURES[error.message] || FAILURES.other) + TYPE_INSTEAD;
      });
    });
    const place = field.closest(".field") || field;
    place.parentNode.insertBefore(open, place);
    place.parentNode.insertBefore(complaint, place);
  }

  // --- many codes, one after another -----------------------------------------------------------

  // Made on the device before the first sending, so that sending again changes nothing.
  function newKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  async function askServer(form, item) {
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: item.body,
        credentials: "same-origin",
        headers: { Accept: "application/json", "Idempotency-Key": item.key },
      });
      const answer = await response.json();
      if (SIGNS[answer.level]) return answer;
      const message = answer.error.message;
      // A busy server has not decided anything: the same scan may be sent again.
      if (response.headers.has("Retry-After")) return { ...BUSY, message };
      return { level: "refused", title: "没有办成", message };
    } catch (error) {
      return UNANSWERED;
    }
  }

  function makeStream(form, field) {
    const seenAt = new Map();
    const items = [];
    const panel = element("div", "result covers");
    const log = element("section", "scan-log");
    const counts = element("p", "scan-counts");
    const list = element("ul", "scan-list");
    let hiding = 0;
    panel.setAttribute("role", "alert");
    log.append(element("h2", "", WORDS.log), counts, list);
    log.hidden = true;
    form.after(log);

    function show(item) {
      const { level, title, message, choices = [] } = item.answer;
      clearTimeout(hiding);
      panel.className = "result covers " + level;
      const sign = element("div", "sign", SIGNS[level]);
      sign.setAttribute("aria-hidden", "true");
      fill(panel, sign, element("h2", "", title), element("p", "", message));
      if (choices.length) panel.append(...askWho(item, choices));
      panel.appendChild(button("", WORDS.next, () => panel.remove()));
      const scanning = camera.dialog && camera.dialog.open;
      (scanning ? camera.dialog : document.body).appendChild(panel);
      if (!choices.length) hiding = setTimeout(() => panel.remove(), SHOWN_MS[level]);
    }

    // One card may stand for a household: who of them is here?
    function askWho(item, choices) {
      const boxes = choices.map(({ member_id, name }) => {
        const label = element("label", "choice");
        const box = element("input");
        Object.assign(box, { type: "checkbox", value: member_id });
        label.append(box, element("span", "", name));
        return label;
      });
      const press = () => {
        const chosen = boxes.map((label) => label.firstChild).filter((box) => box.checked);
        if (!chosen.length) {
          panel.querySelector("p").textContent = WORDS.noneChosen;
          return;
        }
        const body = new URLSearchParams(item.body);
        for (const box of chosen) body.append("member_ids", box.value);
        Object.assign(item, { body, key: newKey() });
        panel.remove();
        send(item);
      };
      return boxes.concat(button("main-action", WORDS.chosen, press));
    }

    function draw(item) {
      const { level, title, message, unsent, choices = [] } = item.answer;
      const status = element("span", "status " + level, SIGNS[level] + " " + title);
      fill(item.row, status, element("span", "", message));
      if (unsent) item.row.appendChild(button("", WORDS.again, () => send(item)));
      if (choices.length) item.row.appendChild(button("", WORDS.choose, () => show(item)));
      fill(counts, ...Object.keys(WORDS.counts).map((each) => {
        const count = items.filter((one) => one.answer && one.answer.level === each).length;
        return element("span", "", SIGNS[each] + " " + WORDS.counts[each] + " " + count);
      }));
    }

    async function send(item) {
      fill(item.row, element("span", "", WORDS.sending));
      item.answer = await askServer(form, item);
      draw(item);
      show(item);
      play(item.answer.level);
    }

    function take(code) {
      // While the organiser chooses who came, the next card waits.
      if (panel.isConnected && panel.querySelector("input")) return;
      const now = Date.now();
      const seen = seenAt.get(code) || 0;
      seenAt.set(code, now);
      if (now - seen < SAME_CODE_MS) return;
      const body = new URLSearchParams(new FormData(form));
      body.set(field.name, code);
      body.delete("idempotency_key");
      const item = { body, key: newKey(), row: element("li"), answer: null };
      items.push(item);
      list.insertBefore(item.row, list.firstChild);
      log.hidden = false;
      send(item);
    }

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      allowSound();
      if (field.value.trim()) take(field.value.trim());
      field.value = "";
    });
    window.addEventListener("beforeunload", (event) => {
      if (items.every((item) => item.answer && !item.answer.unsent)) return;
      event.preventDefault();
      event.returnValue = ""; // what older browsers look at
    });
    return take;
  }

  // --- a USB scanner ---------------------------------------------------------------------------

  const PLAIN = { Minus: "-", Slash: "/", Period: ".", Equal: "=", Semicolon: ";", Space: " " };
  const SHIFTED = { Minus: "_", Slash: "?", Semicolon: ":", Digit7: "&" };
  const typed = { text: "", at: 0, target: null, before: "" };

  // What the scanner meant; under an input method only the place of the key is known.
  function character(event) {
    const { code, key, shiftKey } = event;
    if (/^[ -~]$/.test(key)) return key;
    if (shiftKey && SHIFTED[code]) return SHIFTED[code];
    if (/^Key[A-Z]$/.test(code)) return shiftKey ? code[3] : code[3].toLowerCase();
    if (/^(Digit|Numpad)\d$/.test(code)) return code.slice(-1);
    return PLAIN[code] || "";
  }

  // Undo what the scanner typed into the field that happened to have the focus.
  function undoTyping() {
    if (typed.target === null) return;
    typed.target.blur(); // ends what an input method is composing
    typed.target.value = typed.before;
    typed.target.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target instanceof HTMLInputElement ? event.target : null;
    if (event.timeStamp - typed.at > KEY_GAP_MS_MAX) {
      Object.assign(typed, { text: "", target, before: target ? target.value : "" });
    }
    typed.at = event.timeStamp;
    if (!["Enter", "NumpadEnter", "Tab"].includes(event.code)) {
      typed.text += character(event);
      return;
    }
    const code = typed.text;
    typed.text = "";
    const form = (target && target.closest(FORMS)) || document.querySelector(FORMS);
    if (code.length < SCANNED_LENGTH_MIN || !form) return;
    event.preventDefault();
    event.stopPropagation();
    allowSound();
    undoTyping();
    form.takeScan(code);
  }, true);

  document.querySelectorAll(FORMS).forEach(enhance);
})();
