/**
 * What every page and file of the PWA is served with, on every runtime. The page trusts nothing but
 * its own origin, may not be framed, and may ask for serial and USB ports.
 *
 * @module
 */

const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  // The one policy of pwa/trusted-script.ts, and no second one of its name.
  'trusted-types kilowit-scripts',
].join('; ')

const ALWAYS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'permissions-policy': 'serial=(self), usb=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const TWO_YEARS = 63_072_000

export function securityHeaders(publicUrl: string): Record<string, string> {
  if (!publicUrl.startsWith('https:')) return ALWAYS
  return { ...ALWAYS, 'strict-transport-security': `max-age=${TWO_YEARS}` }
}
