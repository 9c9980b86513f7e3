/** Evaluated in the page: tells the least contrast of any text against what lies behind it (WCAG 2), of what can be seen. */
globalThis.leastContrast = () => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let least = { contrast: Infinity, text: '' };
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].map((node) => (node.nodeType === 3 ? node.textContent.trim() : '')).join('');
    if (!text || !element.checkVisibility() || element.closest('.unseen, .skip')) continue;
    let background = [0, 0, 0, 0];
    for (let behind = element; behind && background[3] < 255; behind = behind.parentElement)
      background = rgba(getComputedStyle(behind).backgroundColor);
    const [one, other] = [luminance(rgba(getComputedStyle(element).color)), luminance(background)];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < least.contrast) least = { contrast, text };
  }
  return least;
};
