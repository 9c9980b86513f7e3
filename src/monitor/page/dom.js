/**
 * Makes an element. Everything that comes from outside enters as text or as an attribute's value, never as markup.
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] attributes; `on…` are listeners, `--…` custom properties of CSS; null, undefined and false are left out
 * @param {...(Node | string | number | null | undefined | false | unknown[])} children
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) (element.listeners ??= {})[name.slice(2)] = value;
    else if (name.startsWith('--')) element.style.setProperty(name, String(value));
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  listen(element);
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(String(child));
  }
}

/** One listener a kind of event, which looks up what is current: what a refresh puts in place of a listener counts from then on. */
function listen(element) {
  element.listening ??= new Set();
  for (const name of Object.keys(element.listeners ?? {})) {
    if (element.listening.has(name)) continue;
    element.listening.add(name);
    element.addEventListener(name, (event) => element.listeners?.[name]?.(event));
  }
}

/** Shows `nodes` in `parent`, changing what is there in place: focus, scroll positions and what was opened stay as they are. */
export function show(parent, ...nodes) {
  const wanted = document.createElement(parent.tagName);
  append(wanted, nodes);
  morphChildren(parent, wanted);
}

function morphChildren(from, to) {
  const wanted = [...to.childNodes];
  const byKey = new Map(
    [...from.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]),
  );
  wanted.forEach((node, at) => {
    const here = from.childNodes[at];
    const key = node.dataset?.key;
    const match = key === undefined ? here : (byKey.get(key) ?? null);
    if (match && isSame(match, node)) {
      if (match !== here) from.insertBefore(match, here ?? null);
      morph(match, node);
    } else from.insertBefore(node, here ?? null);
  });
  while (from.childNodes.length > wanted.length) from.lastChild.remove();
}

const isSame = (a, b) => a.nodeName === b.nodeName && a.dataset?.key === b.dataset?.key;

function morph(from, to) {
  if (from.nodeType === Node.TEXT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  if (from.tagName === 'SELECT' && from === document.activeElement) return;
  for (const { name } of [...from.attributes])
    // What was opened stays open; styles go by their own way, since the page forbids style attributes.
    if (name !== 'style' && !(name === 'open' && from.tagName === 'DETAILS') && !to.hasAttribute(name))
      from.removeAttribute(name);
  for (const { name, value } of to.attributes)
    if (name !== 'style' && from.getAttribute(name) !== value) from.setAttribute(name, value);
  if (from.style.cssText !== to.style.cssText) from.style.cssText = to.style.cssText;
  from.listeners = to.listeners;
  listen(from);
  morphChildren(from, to);
  if (from.tagName === 'SELECT') from.value = to.value;
}
