// Returns one sentence for each thing on the page that is too small for old eyes and fingers.
() => {
  const TEXT_PX_MIN = 18;
  const TARGET_PX_MIN = 48;
  const MAIN_TARGET_PX_MIN = 60;
  const LINE_HEIGHT_MIN = 1.5;
  const TARGETS =
    "a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button]";

  const faults = [];

  const name = (element) => {
    const classes = [...element.classList].map((one) => `.${one}`).join("");
    const text = (element.innerText || element.name || "").trim().slice(0, 20);
    return `${element.localName}${classes} “${text}”`;
  };

  // What waits off the screen or in one pixel for a keyboard's focus is no target of a finger.
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    const drawn = element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
    return drawn && box.width > 1 && box.height > 1 && box.right > 0 && box.bottom > 0;
  };

  // A finger may also press the label of a field, and the label may hold the field.
  const targetSize = (element) => {
    const boxes = [element, ...(element.labels || [])]
      .filter(seen)
      .map((one) => one.getBoundingClientRect());
    return {
      width: Math.max(...boxes.map((box) => box.width)),
      height: Math.max(...boxes.map((box) => box.height)),
    };
  };

  const own_text = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  for (const element of document.body.querySelectorAll("*")) {
    if (!seen(element) || element.closest("svg, script, style")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const field = element.matches("input, select, textarea");
    if ((field || own_text(element)) && size < TEXT_PX_MIN) {
      faults.push(`${name(element)}: text of ${size} px, at least ${TEXT_PX_MIN}`);
    }
    if (element.matches("p, li, dd, td") && own_text(element)) {
      const height = parseFloat(style.lineHeight) / size;
      if (!(height >= LINE_HEIGHT_MIN)) {
        faults.push(`${name(element)}: lines of ${style.lineHeight}, at least 1.5 times the text`);
      }
    }
    if (element.matches(TARGETS)) {
      const least = element.matches(".main-action") ? MAIN_TARGET_PX_MIN : TARGET_PX_MIN;
      const { width, height } = targetSize(element);
      // Half a pixel is the browser's rounding.
      if (Math.min(width, height) < least - 0.5) {
        const measured = `${Math.round(width)}×${Math.round(height)} px`;
        faults.push(`${name(element)}: target of ${measured}, at least ${least}`);
      }
    }
  }
  return faults;
};
