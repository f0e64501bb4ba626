//! The parameter sets of GOST R 34.10-2012, as data.
//!
//! Values: RFC 7836 appendix A, RFC 4357 11.4, RFC 7091 7; object identifiers: RFC 9215 and RFC 4357. One curve often
//! has several identifiers: the signature, exchange and TC 26 names of the same numbers.

use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{U256, U512, const_monty_params};
use pkcs8::ObjectIdentifier;

use super::algorithm::{Algorithm, Over};
use super::curve::Curve;
use crate::digest::Streebog;

/// One parameter set under one of its identifiers.
pub struct ParameterSet {
    /// Name of the identifier.
    pub name: &'static str,
    /// The identifier written into keys.
    pub oid: ObjectIdentifier,
    /// The hash function that belongs to the key length.
    pub digest: Streebog,
    /// Whether the set is one of the published examples, whose use outside tests RFC 9215 forbids.
    pub test_only: bool,
    /// Whether a key of this set names its digest in `digestParamSet` (RFC 9215 4.2; for the 512-bit set A, which
    /// should not, many programs refuse keys without it).
    pub writes_digest: bool,
    pub(super) algorithm: &'static dyn Algorithm,
}

/// The constants of a curve, big-endian hexadecimal, as a [`Curve`].
macro_rules! curve {
    ($curve:ident, $uint:ty, $p:ident = $p_hex:literal, $q:ident = $q_hex:literal, a = $a:literal, b = $b:literal,
     x = $x:literal, y = $y:literal, minus_three = $minus_three:literal, cofactor = $cofactor:literal) => {
        const_monty_params!($p, $uint, $p_hex, "The field of coordinates.");
        const_monty_params!($q, $uint, $q_hex, "The field of scalars.");

        #[derive(Clone, Copy)]
        struct $curve;

        impl Curve for $curve {
            type Base = ConstMontyForm<$p, { <$uint>::LIMBS }>;
            type Scalar = ConstMontyForm<$q, { <$uint>::LIMBS }>;
            const WIDTH: usize = <$uint>::LIMBS * 8;
            const A: Self::Base = ConstMontyForm::new(&<$uint>::from_be_hex($a));
            const B: Self::Base = ConstMontyForm::new(&<$uint>::from_be_hex($b));
            const BASE_POINT: (Self::Base, Self::Base) = (
                ConstMontyForm::new(&<$uint>::from_be_hex($x)),
                ConstMontyForm::new(&<$uint>::from_be_hex($y)),
            );
            const ORDER: &'static [u8] = &decode_hex::<{ <$uint>::LIMBS * 8 }>($q_hex);
            const A_IS_MINUS_THREE: bool = $minus_three;
            const HAS_COFACTOR: bool = $cofactor;
        }
    };
}

/// The octets of a constant written in upper-case hexadecimal.
const fn decode_hex<const N: usize>(text: &str) -> [u8; N] {
    const fn digit(character: u8) -> u8 {
        if character <= b'9' { character - b'0' } else { character - b'A' + 10 }
    }
    let text = text.as_bytes();
    let mut octets = [0; N];
    let mut index = 0;
    while index < N {
        octets[index] = digit(text[2 * index]) << 4 | digit(text[2 * index + 1]);
        index += 1;
    }
    octets
}

curve!(
    Test256,
    U256,
    Test256P = "8000000000000000000000000000000000000000000000000000000000000431",
    Test256Q = "8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3",
    a = "0000000000000000000000000000000000000000000000000000000000000007",
    b = "5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E",
    x = "0000000000000000000000000000000000000000000000000000000000000002",
    y = "08E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8",
    minus_three = false,
    cofactor = false
);

curve!(
    CryptoProA,
    U256,
    CryptoProAP = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
    CryptoProAQ = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
    a = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94",
    b = "00000000000000000000000000000000000000000000000000000000000000A6",
    x = "0000000000000000000000000000000000000000000000000000000000000001",
    y = "8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14",
    minus_three = true,
    cofactor = false
);

curve!(
    CryptoProB,
    U256,
    CryptoProBP = "8000000000000000000000000000000000000000000000000000000000000C99",
    CryptoProBQ = "800000000000000000000000000000015F700CFFF1A624E5E497161BCC8A198F",
    a = "8000000000000000000000000000000000000000000000000000000000000C96",
    b = "3E1AF419A269A5F866A7D3C25C3DF80AE979259373FF2B182F49D4CE7E1BBC8B",
    x = "0000000000000000000000000000000000000000000000000000000000000001",
    y = "3FA8124359F96680B83D1C3EB2C070E5C545C9858D03ECFB744BF8D717717EFC",
    minus_three = true,
    cofactor = false
);

curve!(
    CryptoProC,
    U256,
    CryptoProCP = "9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D759B",
    CryptoProCQ = "9B9F605F5A858107AB1EC85E6B41C8AA582CA3511EDDFB74F02F3A6598980BB9",
    a = "9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D7598",
    b = "000000000000000000000000000000000000000000000000000000000000805A",
    x = "0000000000000000000000000000000000000000000000000000000000000000",
    y = "41ECE55743711A8C3CBF3783CD08C0EE4D4DC440D4641A8F366E550DFDB3BB67",
    minus_three = true,
    cofactor = false
);

curve!(
    Tc26A256,
    U256,
    Tc26A256P = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
    Tc26A256Q = "400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67",
    a = "C2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335",
    b = "295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513",
    x = "91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28",
    y = "32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C",
    minus_three = false,
    cofactor = true
);

curve!(
    Test512,
    U512,
    Test512P = "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DF1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
    Test512Q = "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DA82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
    a = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000007",
    b = "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC4361834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
    x = "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
    y = "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E",
    minus_three = false,
    cofactor = false
);

curve!(
    Tc26A512,
    U512,
    Tc26A512P = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
    Tc26A512Q = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
    a = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4",
    b = "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
    x = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003",
    y = "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
    minus_three = true,
    cofactor = false
);

curve!(
    Tc26B512,
    U512,
    Tc26B512P = "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006F",
    Tc26B512Q = "800000000000000000000000000000000000000000000000000000000000000149A1EC142565A545ACFDB77BD9D40CFA8B996712101BEA0EC6346C54374F25BD",
    a = "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006C",
    b = "687D1B459DC841457E3E06CF6F5E2517B97C7D614AF138BCBF85DC806C4B289F3E965D2DB1416D217F8B276FAD1AB69C50F78BEE1FA3106EFB8CCBC7C5140116",
    x = "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000002",
    y = "1A8F7EDA389B094C2C071E3647A8940F3C123B697578C213BE6DD9E6C8EC7335DCB228FD1EDF4A39152CBCAAF8C0398828041055F94CEEEC7E21340780FE41BD",
    minus_three = true,
    cofactor = false
);

curve!(
    Tc26C512,
    U512,
    Tc26C512P = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
    Tc26C512Q = "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC98CDBA46506AB004C33A9FF5147502CC8EDA9E7A769A12694623CEF47F023ED",
    a = "DC9203E514A721875485A529D2C722FB187BC8980EB866644DE41C68E143064546E861C0E2C9EDD92ADE71F46FCF50FF2AD97F951FDA9F2A2EB6546F39689BD3",
    b = "B4C4EE28CEBC6C2C8AC12952CF37F16AC7EFB6A9F69F4B57FFDA2E4F0DE5ADE038CBC2FFF719D2C18DE0284B8BFEF3B52B8CC7A5F5BF0A3C8D2319A5312557E1",
    x = "E2E31EDFC23DE7BDEBE241CE593EF5DE2295B7A9CBAEF021D385F7074CEA043AA27272A7AE602BF2A7B9033DB9ED3610C6FB85487EAE97AAC5BC7928C1950148",
    y = "F5CE40D95B5EB899ABBCCFF5911CB8577939804D6527378B8C108C3D2090FF9BE18E2D33E3021ED2EF32D85822423B6304F726AA854BAE07D0396E9A9ADDC40F",
    minus_three = false,
    cofactor = true
);

const fn set(
    name: &'static str,
    oid: &'static str,
    digest: Streebog,
    writes_digest: bool,
    algorithm: &'static dyn Algorithm,
) -> ParameterSet {
    ParameterSet {
        name,
        oid: ObjectIdentifier::new_unwrap(oid),
        digest,
        test_only: false,
        writes_digest,
        algorithm,
    }
}

const fn test_set(
    name: &'static str,
    oid: &'static str,
    digest: Streebog,
    algorithm: &'static dyn Algorithm,
) -> ParameterSet {
    ParameterSet {
        name,
        oid: ObjectIdentifier::new_unwrap(oid),
        digest,
        test_only: true,
        writes_digest: true,
        algorithm,
    }
}

static SETS: [ParameterSet; 14] = [
    set(
        "id-GostR3410-2001-CryptoPro-A-ParamSet",
        "1.2.643.2.2.35.1",
        Streebog::S256,
        true,
        &Over::<CryptoProA>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-B-ParamSet",
        "1.2.643.2.2.35.2",
        Streebog::S256,
        true,
        &Over::<CryptoProB>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-C-ParamSet",
        "1.2.643.2.2.35.3",
        Streebog::S256,
        true,
        &Over::<CryptoProC>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-XchA-ParamSet",
        "1.2.643.2.2.36.0",
        Streebog::S256,
        true,
        &Over::<CryptoProA>::new(),
    ),
    set(
        "id-GostR3410-2001-CryptoPro-XchB-ParamSet",
        "1.2.643.2.2.36.1",
        Streebog::S256,
        true,
        &Over::<CryptoProC>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetA",
        "1.2.643.7.1.2.1.1.1",
        Streebog::S256,
        false,
        &Over::<Tc26A256>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetB",
        "1.2.643.7.1.2.1.1.2",
        Streebog::S256,
        false,
        &Over::<CryptoProA>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetC",
        "1.2.643.7.1.2.1.1.3",
        Streebog::S256,
        false,
        &Over::<CryptoProB>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-256-paramSetD",
        "1.2.643.7.1.2.1.1.4",
        Streebog::S256,
        false,
        &Over::<CryptoProC>::new(),
    ),
    set(
        "id-tc26-gost-3410-12-512-paramSetA",
        "1.2.643.7.1.2.1.2.1",
        Streebog::S512,
        true,
        &Over::<Tc26A512>::new(),
    ),
    set(
        "id-tc26-gost-3410-12-512-paramSetB",
        "1.2.643.7.1.2.1.2.2",
        Streebog::S512,
        false,
        &Over::<Tc26B512>::new(),
    ),
    set(
        "id-tc26-gost-3410-2012-512-paramSetC",
        "1.2.643.7.1.2.1.2.3",
        Streebog::S512,
        false,
        &Over::<Tc26C512>::new(),
    ),
    test_set("id-GostR3410-2001-TestParamSet", "1.2.643.2.2.35.0", Streebog::S256, &Over::<Test256>::new()),
    test_set(
        "id-tc26-gost-3410-2012-512-paramSetTest",
        "1.2.643.7.1.2.1.2.0",
        Streebog::S512,
        &Over::<Test512>::new(),
    ),
];

impl ParameterSet {
    /// The set of most 256-bit certificates in practice: `id-GostR3410-2001-CryptoPro-XchA-ParamSet`.
    pub const XCHA: &'static str = "1.2.643.2.2.36.0";
    /// `id-GostR3410-2001-CryptoPro-A-ParamSet`, 256 bits.
    pub const CRYPTOPRO_A: &'static str = "1.2.643.2.2.35.1";
    /// `id-tc26-gost-3410-2012-256-paramSetA`, 256 bits.
    pub const TC26_256_A: &'static str = "1.2.643.7.1.2.1.1.1";
    /// `id-tc26-gost-3410-12-512-paramSetA`, 512 bits.
    pub const TC26_512_A: &'static str = "1.2.643.7.1.2.1.2.1";

    /// All sets that may be used, in the order of their identifiers.
    pub fn all() -> impl Iterator<Item = &'static ParameterSet> {
        SETS.iter().filter(|set| !set.test_only)
    }

    /// The set with this dotted identifier; `None` for unknown and for test sets.
    pub fn by_oid(dotted: &str) -> Option<&'static ParameterSet> {
        let oid = ObjectIdentifier::new(dotted).ok()?;
        Self::find(&oid, TestSets::Refuse)
    }

    /// The set with this identifier; sets published as examples only when asked for.
    pub fn find(oid: &ObjectIdentifier, test_sets: TestSets) -> Option<&'static ParameterSet> {
        SETS.iter().find(|set| set.oid == *oid && (!set.test_only || test_sets == TestSets::Allow))
    }

    /// Octets of a private key and of a coordinate: 32 or 64.
    pub fn width(&self) -> usize {
        self.digest.len()
    }
}

/// Whether the parameter sets published as examples are acceptable. They are not, outside tests (RFC 9215).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestSets {
    /// Unknown parameter set.
    Refuse,
    /// For known-answer tests.
    Allow,
}

impl std::fmt::Debug for ParameterSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name)
    }
}

impl PartialEq for ParameterSet {
    fn eq(&self, other: &Self) -> bool {
        self.oid == other.oid
    }
}

impl Eq for ParameterSet {}
