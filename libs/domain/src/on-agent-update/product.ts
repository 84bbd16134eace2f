// Tells this product's payloads from those of others that use the same event name, by host, else by shape.
import type { Json, JsonObject } from './agent-updated.js';
import { isAbsent, isObject } from './read-values.js';

const OUR_HOSTS = '.freshcaller.com';

const TRACK_ATTRIBUTES = [
  'status',
  'common_status_id',
  'common_status_name',
  'browser_status_id',
  'browser_status_name',
  'mobile_app_status_id',
  'mobile_app_status_name',
  'available_on',
  'logged_in',
] as const;

/** The hosts a wrapper names in `domain` and `currentHost.endpoint_urls`. */
export function hostsOf(wrapper: JsonObject): string[] {
  const currentHost = isObject(wrapper.currentHost) ? wrapper.currentHost : undefined;
  const urls = currentHost?.endpoint_urls;
  const named = typeof urls === 'object' && urls !== null ? Object.values(urls) : [urls];
  return [wrapper.domain, ...named].map(hostOf).filter((host) => host !== '');
}

export function isOurHost(host: string): boolean {
  return host.endsWith(OUR_HOSTS);
}

export function isOtherProduct(hosts: readonly string[], agent: JsonObject): boolean {
  if (hosts.length > 0) return !hosts.some(isOurHost);
  const foreign =
    Object.hasOwn(agent, 'status_id') ||
    Object.hasOwn(agent, 'signature_html') ||
    typeof agent.available === 'boolean';
  return foreign && TRACK_ATTRIBUTES.every((attribute) => isAbsent(agent[attribute]));
}

/** Nothing to take off. */
const PLAIN_HOST = /^[a-z0-9.-]+$/;

/** Without scheme, user, port, path and case; empty if there is none. */
function hostOf(value: Json | undefined): string {
  if (typeof value !== 'string') return '';
  if (PLAIN_HOST.test(value)) return value;
  const authority = value
    .trim()
    .replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\//i, '')
    .split(/[/?#\\]/, 1)
    .join('');
  return authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d*$/, '')
    .toLowerCase();
}
