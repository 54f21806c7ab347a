package cli

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// networkInterface has the fields of an interface that [rankAddresses] needs.
type networkInterface struct {
	name     string
	up, loop bool
	addrs    []netip.Addr
}

// lanAddresses lists the addresses under which phones in the same network may
// reach this machine, the likeliest first. It is empty when there is none.
func lanAddresses() []netip.Addr {
	found, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var list []networkInterface
	for _, i := range found {
		addrs, err := i.Addrs()
		if err != nil {
			continue
		}
		one := networkInterface{name: i.Name, up: i.Flags&net.FlagUp != 0, loop: i.Flags&net.FlagLoopback != 0}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				one.addrs = append(one.addrs, p.Addr().Unmap())
			}
		}
		list = append(list, one)
	}
	return rankAddresses(list, outboundAddress())
}

// outboundAddress returns the address that this machine uses towards the internet. Connecting
// a UDP socket sends nothing: it only asks the routing table. The target is reserved for
// documentation (RFC 5737).
func outboundAddress() netip.Addr {
	conn, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return netip.Addr{}
	}
	defer conn.Close()
	a, err := netip.ParseAddrPort(conn.LocalAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr()
}

// virtualNames are the prefixes of interfaces that lead to containers, virtual machines or
// tunnels, where no phone is.
var virtualNames = []string{
	"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "tun", "tap", "wg", "tailscale", "zt", "utun", "cni", "flannel",
	"cali", "lxc", "lxdbr", "podman", "kube", "awdl", "llw", "bridge1", "vEthernet", "VirtualBox", "VMware",
}

func virtual(name string) bool {
	return slices.ContainsFunc(virtualNames, func(p string) bool {
		return len(name) >= len(p) && strings.EqualFold(name[:len(p)], p)
	})
}

// rankAddresses sorts first the address that a phone in the same Wi-Fi most likely reaches:
// IPv4 before IPv6, because its QR codes are smaller and every phone network has it; real
// interfaces before virtual ones; private ranges before public ones; then the one with the
// default route.
func rankAddresses(list []networkInterface, outbound netip.Addr) []netip.Addr {
	type ranked struct {
		addr netip.Addr
		rank int
	}
	var all []ranked
	for _, i := range list {
		if !i.up || i.loop {
			continue
		}
		for _, a := range i.addrs {
			if !a.IsGlobalUnicast() { // leaves out link-local addresses, too
				continue
			}
			rank := 0
			for _, worse := range []bool{a.Is6(), virtual(i.name), !a.IsPrivate(), a != outbound} {
				rank *= 2
				if worse {
					rank++
				}
			}
			all = append(all, ranked{a, rank})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	var out []netip.Addr
	for _, r := range all {
		if !slices.Contains(out, r.addr) {
			out = append(out, r.addr)
		}
	}
	return out
}
