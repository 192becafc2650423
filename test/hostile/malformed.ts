/**
 * Requests that no client library sends, each with the statuses that may answer it. What could be
 * read as two requests by a proxy in front and as one by us, or the other way round, is refused.
 *
 * @module
 */

const HOST = 'Host: 127.0.0.1\r\nX-Forwarded-For: 203.0.113.9\r\n'
const CLOSE = `${HOST}Connection: close\r\n\r\n`
const POST = `POST /v1/identities HTTP/1.1\r\n${HOST}Content-Type: application/cbor\r\n`
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n`
/** Must never be answered: it stands within what another request sends. */
const HIDDEN = `GET /version HTTP/1.1\r\n${HOST}\r\n`

export const MALFORMED: readonly (readonly [string, string, readonly number[]])[] = [
  ['two lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`, [400]],
  ['a list of lengths', `${POST}Content-Length: 5, 5\r\n\r\nabcde`, [400]],
  ['a negative length', `${POST}Content-Length: -5\r\n\r\nabcde`, [400]],
  ['a length with a sign', `${POST}Content-Length: +5\r\n\r\nabcde`, [400]],
  ['a length beyond numbers', `${POST}Content-Length: 99999999999999999999\r\n\r\nabc`, [400, 413]],
  ['a length beyond the limit', `${POST}Content-Length: 9999999\r\n\r\nabcde`, [413]],
  ['length and chunks', `${CHUNKED}Content-Length: 6\r\n\r\n0\r\n\r\n${HIDDEN}`, [400, 422]],
  ['chunks, twice said', `${CHUNKED}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n${HIDDEN}`, [400]],
  ['an unknown coding', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`, [400, 501]],
  ['a space before the colon', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`, [
    400,
  ]],
  ['a chunk that is no number', `${CHUNKED}\r\nzz\r\n`, [400]],
  ['an endless extension of a chunk', `${CHUNKED}\r\n1;${'a'.repeat(20_000)}`, [400, 413]],
  ['a flood of trailers', `${CHUNKED}\r\n1\r\nx\r\n0\r\n${'X: y\r\n'.repeat(10_000)}`, [
    400,
    422,
    431,
  ]],
  ['a flood of headers', `GET /healthz HTTP/1.1\r\n${HOST}${flood(3000)}\r\n`, [400, 431]],
  ['an endless address', `GET /${'a'.repeat(70_000)} HTTP/1.1\r\n${CLOSE}`, [400, 414, 431]],
  ['a folded header', `GET /healthz HTTP/1.1\r\nX: a\r\n b\r\n${CLOSE}`, [200, 400]],
  ['a zero byte in a header', `GET /healthz HTTP/1.1\r\nX: a\0b\r\n${CLOSE}`, [400]],
  ['HTTP/0.9', 'GET /healthz\r\n\r\n', [400]],
  ['HTTP/1.0', `GET /healthz HTTP/1.0\r\n${CLOSE}`, [200]],
  ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', [200, 400]],
  ['a host that is none', 'GET /healthz HTTP/1.1\r\nHost: a b/..@c\r\nConnection: close\r\n\r\n', [
    200,
    400,
  ]],
  ['an address elsewhere', `GET ftp://evil.example/x HTTP/1.1\r\n${CLOSE}`, [200, 400, 404]],
  ['an address that is a star', `OPTIONS * HTTP/1.1\r\n${CLOSE}`, [400, 404, 405]],
  ['a tunnel', `CONNECT evil.example:443 HTTP/1.1\r\n${CLOSE}`, [400, 404, 405]],
  ['a method that nobody knows', `FOO /healthz HTTP/1.1\r\n${CLOSE}`, [400, 405]],
  ['TRACE', `TRACE /healthz HTTP/1.1\r\n${CLOSE}`, [405]],
  [
    'an upgrade to a web socket',
    `GET /version2 HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
    `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nConnection: Upgrade\r\n${HOST}\r\n`,
    [200, 400, 404],
  ],
  ['a preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
  ['zero bytes', '\0\0\0\0\r\n\r\n', [400]],
  ['bytes beyond ASCII', `GET /v1/channels HTTP/1.1\r\nDPoP: \xff\xfe\r\n${CLOSE}`, [400, 401]],
  ['a compressed bomb', `${POST}Content-Encoding: br\r\nContent-Length: 3\r\n\r\n\xff\xff\xff`, [
    415,
  ]],
  ['an address that climbs', `GET /../../../etc/passwd HTTP/1.1\r\n${CLOSE}`, [200, 400, 404]],
]

function flood(count: number): string {
  return Array.from({ length: count }, (_, i) => `X-${i}: y\r\n`).join('')
}
