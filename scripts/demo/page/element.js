/** An element with properties and children; `data-`, `aria-` and `style` go in as attributes. */
export const element = (name, properties = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (/^(data-|aria-|style$|role$)/.test(key)) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
};

export const byId = (id) => document.getElementById(id);

/** The letter of a node in its colour. */
export const badge = (node) =>
  element(
    'span',
    { className: 'badge', style: node ? `--node: var(--${node})` : '', title: `node ${node}` },
    node ?? '?',
  );

/** Sends an order to the demo. */
export const order = (path) => fetch(path, { method: 'POST', headers: { 'X-Demo': '1' } });
