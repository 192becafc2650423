/**
 * Whether an address is one of the public internet: what a provider's hook may be at. Everything
 * that the registries of IANA keep for special purposes is none (RFC 6890), so that nobody gets this
 * process to talk to its neighbours.
 *
 * @module
 */
import { BlockList, isIP } from 'node:net'

const special = new BlockList()
for (
  const [network, prefix] of [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.31.196.0', 24],
    ['192.52.193.0', 24],
    ['192.88.99.0', 24],
    ['192.168.0.0', 16],
    ['192.175.48.0', 24],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const
) special.addSubnet(network, prefix, 'ipv4')

const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

const specialIpv6 = new BlockList()
for (
  const [network, prefix] of [
    ['2001::', 23],
    ['2001:db8::', 32],
    ['2002::', 16],
    ['3fff::', 20],
  ] as const
) specialIpv6.addSubnet(network, prefix, 'ipv6')

export function isPublicAddress(address: string): boolean {
  const version = isIP(address)
  if (version === 4) return !special.check(address, 'ipv4')
  // Of IPv6 only what is given out as global unicast; IPv4 in any disguise lies outside of that.
  return version === 6 && global.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6')
}

export function isLoopback(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}
