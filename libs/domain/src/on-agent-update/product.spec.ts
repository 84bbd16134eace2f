import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from './agent-updated.js';
import { hostsOf, isOtherProduct } from './product.js';

const isOther = (wrapper: JsonObject, agent: JsonObject = {}): boolean =>
  isOtherProduct(hostsOf(wrapper), agent);

describe('product', () => {
  it.each([
    'acme.freshcaller.com',
    'ACME.FreshCaller.com',
    'https://acme.freshcaller.com',
    'https://acme.freshcaller.com:8443/path?x=1#y',
    '//acme.freshcaller.com/',
    ' acme.freshcaller.com ',
    'https://user:secret@acme.freshcaller.com/',
  ])('is ours at %j', (domain) => {
    expect(hostsOf({ domain })).toEqual(['acme.freshcaller.com']);
    expect(isOther({ domain })).toBe(false);
  });

  it.each([
    'acme.freshdesk.com',
    'freshcaller.com',
    'notfreshcaller.com',
    'acme.freshcaller.com.example.org',
    'https://example.org/.freshcaller.com',
    'https://example.org?.freshcaller.com',
    'https://acme.freshcaller.com@example.org',
  ])('is another at %j', (domain) => {
    expect(isOther({ domain }, { status: 1 })).toBe(true);
  });

  it('is ours if one of the hosts named is', () => {
    const currentHost = {
      endpoint_urls: { freshdesk: 'https://acme.freshdesk.com', freshcaller: 'https://acme.freshcaller.com' },
    };
    expect(isOther({ currentHost })).toBe(false);
    expect(isOther({ domain: 'acme.freshdesk.com', currentHost })).toBe(false);
  });

  it.each([
    { domain: '' },
    { domain: null },
    { domain: 5 },
    { currentHost: null },
    { currentHost: 'acme.freshdesk.com' },
    { currentHost: { endpoint_urls: null } },
    { currentHost: { endpoint_urls: { freshdesk: null } } },
  ] as JsonObject[])('is told by shape where no host is named: %j', (wrapper) => {
    expect(hostsOf(wrapper)).toEqual([]);
    expect(isOther(wrapper, {})).toBe(false);
    expect(isOther(wrapper, { status_id: null })).toBe(true);
    expect(isOther(wrapper, { signature_html: '' })).toBe(true);
    expect(isOther(wrapper, { available: false })).toBe(true);
    expect(isOther(wrapper, { available: null })).toBe(false);
    expect(isOther(wrapper, { available: true, logged_in: false })).toBe(false);
    expect(isOther(wrapper, { status_id: 1, browser_status_name: null })).toBe(true);
  });
});
