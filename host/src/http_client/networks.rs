//! Which addresses a request may be sent to.
//!
//! Public is what the registries of IANA leave to the whole world
//! (iana-ipv4-special-registry, iana-ipv6-special-registry). An address that
//! carries another in it (mapped, translated, tunnelled) leads to that one, and
//! is judged by it.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Networks that the operator named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Arc<[IpNet]>);

impl Networks {
    /// Reads one: an address, or a network with its length, such as
    /// `10.0.0.0/8`.
    #[must_use]
    pub fn parse_one(text: &str) -> Option<IpNet> {
        let network = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.ok()
    }

    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl FromIterator<IpNet> for Networks {
    fn from_iter<T: IntoIterator<Item = IpNet>>(networks: T) -> Self {
        Self(networks.into_iter().collect())
    }
}

/// The addresses that one kind of request may go to.
#[derive(Debug, Clone)]
pub(super) struct Admitted {
    pub(super) allow: Networks,
    /// All public addresses, too.
    pub(super) public: bool,
}

impl Admitted {
    pub(super) fn admit(&self, address: IpAddr) -> bool {
        let meant = meant(address);
        self.allow.contain(address) || self.allow.contain(meant) || self.public && is_public(meant)
    }
}

/// Networks of IPv4 that are not for the whole world.
const SPECIAL: [Ipv4Net; 19] = [
    v4([0, 0, 0, 0], 8),
    v4([10, 0, 0, 0], 8),
    v4([100, 64, 0, 0], 10),
    v4([127, 0, 0, 0], 8),
    // Azure's wire server: an address of the public space that answers each
    // virtual machine there with its own settings.
    v4([168, 63, 129, 16], 32),
    v4([169, 254, 0, 0], 16),
    v4([172, 16, 0, 0], 12),
    v4([192, 0, 0, 0], 24),
    v4([192, 0, 2, 0], 24),
    v4([192, 31, 196, 0], 24),
    v4([192, 52, 193, 0], 24),
    v4([192, 88, 99, 0], 24),
    v4([192, 168, 0, 0], 16),
    v4([192, 175, 48, 0], 24),
    v4([198, 18, 0, 0], 15),
    v4([198, 51, 100, 0], 24),
    v4([203, 0, 113, 0], 24),
    v4([224, 0, 0, 0], 4),
    v4([240, 0, 0, 0], 4),
];

/// What of IPv6 is for the whole world (RFC 4291, 2.4) …
const GLOBAL_UNICAST: Ipv6Net = v6([0x2000, 0, 0], 3);
/// … but for these.
const SPECIAL_V6: [Ipv6Net; 3] = [
    // Of protocols: Teredo, benchmarks, ORCHID.
    v6([0x2001, 0, 0], 23),
    // Of documents.
    v6([0x2001, 0xdb8, 0], 32),
    v6([0x3fff, 0, 0], 20),
];

/// Addresses in which one of IPv4 stands at the end, behind 96 bits.
const TRANSLATED: [Ipv6Net; 3] = [
    // IPv4-compatible (RFC 4291, 2.5.5.1), no longer used but understood.
    v6([0, 0, 0], 96),
    // IPv4-translated (RFC 2765) and IPv4-mapped (RFC 4291, 2.5.5.2).
    Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96),
    // NAT64 (RFC 6052, 2.1).
    v6([0x64, 0xff9b, 0], 96),
];
/// 6to4 (RFC 3056): one of IPv4 stands behind 16 bits.
const SIX_TO_FOUR: Ipv6Net = v6([0x2002, 0, 0], 16);

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b, c]: [u16; 3], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), length)
}

/// The address that one leads to.
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(carrier) = address.to_canonical() else {
        return address.to_canonical();
    };
    let [.., a, b, c, d] = carrier.octets();
    if TRANSLATED.iter().any(|network| network.contains(&carrier)) || is_isatap(carrier) {
        return IpAddr::from([a, b, c, d]);
    }
    if SIX_TO_FOUR.contains(&carrier) {
        let [_, _, a, b, c, d, ..] = carrier.octets();
        return IpAddr::from([a, b, c, d]);
    }
    address
}

/// ISATAP (RFC 5214, 6.1): the interface identifier carries an address of IPv4.
fn is_isatap(carrier: Ipv6Addr) -> bool {
    let [.., high, low, _, _] = carrier.segments();
    low == 0x5efe && (high == 0 || high == 0x200)
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_UNICAST.contains(&address)
                && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(allow: &[&str], public: bool, address: &str) -> bool {
        let networks = allow.iter().map(|text| Networks::parse_one(text).unwrap());
        let admitted = Admitted {
            allow: networks.collect(),
            public,
        };
        admitted.admit(address.parse().unwrap())
    }

    #[test]
    fn what_is_for_the_whole_world_is_public_and_nothing_else() {
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "168.63.129.15",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:200::1",
        ] {
            assert!(admits(&[], true, public), "{public}");
            assert!(!admits(&[], false, public), "{public} in plain http");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "fec0::1",
            "ff02::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "64:ff9b:1::1",
        ] {
            assert!(!admits(&[], true, special), "{special}");
        }
    }

    #[test]
    fn an_address_that_carries_another_is_judged_by_that_one() {
        for (private, public) in [
            ("::ffff:127.0.0.1", "::ffff:1.1.1.1"),
            ("::127.0.0.1", "::1.1.1.1"),
            ("::ffff:0:10.0.0.1", "::ffff:0:1.1.1.1"),
            ("64:ff9b::a9fe:a9fe", "64:ff9b::1.1.1.1"),
            ("2002:7f00:1::1", "2002:101:101::1"),
            ("2606:4700::5efe:c0a8:101", "2606:4700::5efe:101:101"),
            (
                "2606:4700::200:5efe:c0a8:101",
                "2606:4700::200:5efe:101:101",
            ),
        ] {
            assert!(!admits(&[], true, private), "{private}");
            assert!(admits(&[], true, public), "{public}");
        }
        assert!(admits(&["127.0.0.1"], true, "::ffff:127.0.0.1"));
        assert!(admits(&["10.0.0.0/8"], true, "64:ff9b::10.0.0.1"));
    }

    #[test]
    fn the_operator_names_networks_and_single_addresses() {
        let allow = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"];
        for allowed in ["10.255.0.1", "127.0.0.1", "fd12::1"] {
            assert!(admits(&allow, false, allowed), "{allowed}");
        }
        for other in ["11.0.0.1", "127.0.0.2", "fe80::1", "::1"] {
            assert!(!admits(&allow, false, other), "{other}");
        }
        for wrong in ["", "localhost", "10.0.0.0/33", "10.0.0/8", "*"] {
            assert_eq!(Networks::parse_one(wrong), None, "{wrong:?}");
        }
    }
}
