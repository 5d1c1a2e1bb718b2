/**
 * Headers in which a client could claim to be another one and that we don't set ourselves: what SockJS hands to the app
 * (its lib/transport.js) and what Meteor's force-ssl believes (packages/force-ssl). They are taken away.
 */
export const SPOOFABLE_HEADERS = [
  'Forwarded',
  'X-Client-IP',
  'X-Cluster-Client-IP',
  'X-Forwarded-Port',
  'X-SSL',
] as const;
