/**
 * The network that a request comes from, for limits: an IPv4 address, or the first 56 bits of an
 * IPv6 one, which is what one household or one server's customer is given (RFC 6177).
 *
 * @module
 */

/**
 * @param remote the address of the connection's other end
 * @param forwarded the header X-Forwarded-For
 * @param proxies how many of the operator's own proxies stand before us; each has added the address
 * that it saw, and what stands before theirs anybody may have written
 */
export function networkOf(
  remote: string | undefined,
  forwarded: string | null,
  proxies: number,
): string {
  if (forwarded === null) return network(remote ?? '')
  const seen = [...(forwarded ?? '').split(',').map((text) => text.trim()), remote ?? '']
    .filter((text) => text !== '')
  return network(seen.at(-1 - proxies) ?? seen[0] ?? '')
}

function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [front = '', back] = address.split('%')[0]?.split('::') ?? []
  const head = groups(front)
  const tail = groups(back ?? '')
  // What "::" leaves out is zeros; groups after it matter only if they reach into the first four.
  const zeros = back === undefined ? 0 : Math.max(0, 8 - head.length - tail.length)
  const [a, b, c, d] = [...head, ...Array.from({ length: zeros }, () => 0), ...tail]
  return [a, b, c, (d ?? 0) & 0xff00].map((group) => (group ?? 0).toString(16)).join(':') + '::/56'
}

function groups(text: string): number[] {
  return text.split(':').filter((group) => group !== '').map((group) => parseInt(group, 16) || 0)
}
