import { byId, element } from './element.js';

/** The balancer's cookie as the server gets it; a script can't see one that is HttpOnly. */
export const showCookie = async () => {
  const { name, value } = await (await fetch('cookie')).json();
  const seen = document.cookie.includes(`${name}=`);
  byId('cookie').replaceChildren(element('code', {}, value ? `${name}=${value}` : 'none'));
  byId('cookie-note').textContent = value
    ? `As the server gets it. This script ${seen ? 'sees it, too' : 'does not see it: it is HttpOnly'}.`
    : 'The next page load or session brings one.';
};
