//! The field arithmetic against the Montgomery forms of `crypto-bigint`.

use crypto_bigint::modular::{ConstMontyForm, ConstMontyParams};
use crypto_bigint::{U256, U512, Uint, const_monty_params};
use proptest::prelude::*;

use super::curve::Curve;
use super::curves;
use super::field::Element;
use super::modulus::Modulus;

/// Numbers where carries, borrows and reductions differ: random ones, long runs of equal bits, neighbours of the prime.
fn number<const L: usize>(prime: [u64; L]) -> impl Strategy<Value = [u64; L]> {
    let limb = prop_oneof![any::<u64>(), Just(0), Just(u64::MAX), Just(1 << 63), 0..4_u64];
    let limbs = prop::collection::vec(limb, L).prop_map(|limbs| std::array::from_fn(|i| limbs[i]));
    let near = (0..3_u64, any::<bool>()).prop_map(move |(distance, above)| {
        if above {
            super::limbs::add_small(&prime, distance).0
        } else {
            super::limbs::sub_small(&prime, distance).0
        }
    });
    prop_oneof![4 => limbs, 1 => near]
}

fn agree<M: Modulus<L>, P: ConstMontyParams<L>, const L: usize>() {
    let oracle = |number: &[u64; L]| ConstMontyForm::<P, L>::new(&Uint::from_words(*number));
    let value = |form: &ConstMontyForm<P, L>| form.retrieve().to_words();
    assert_eq!(oracle(&M::VALUE).retrieve().to_words(), [0; L], "the same prime");
    proptest!(ProptestConfig::with_cases(300), |(a in number(M::VALUE), b in number(M::VALUE))| {
        let (x, y) = (Element::<M, L>::reduced(&a), Element::<M, L>::reduced(&b));
        let (u, v) = (oracle(&a), oracle(&b));
        prop_assert_eq!(x.number(), value(&u));
        prop_assert_eq!(x.add(&y).number(), value(&(u + v)));
        prop_assert_eq!(x.sub(&y).number(), value(&(u - v)));
        prop_assert_eq!(x.neg().number(), value(&(-u)));
        prop_assert_eq!(x.mul(&y).number(), value(&(u * v)));
        prop_assert_eq!(x.square().number(), value(&(u * u)));
        prop_assert_eq!(x.half().double().number(), value(&u));
        let one = ConstMontyForm::<P, L>::ONE;
        let three = one + one + one;
        let nine = three * three;
        // Kept forms that were never reduced.
        prop_assert_eq!(x.add(&y).mul(&x.sub(&y)).number(), value(&((u + v) * (u - v))));
        prop_assert_eq!(x.add_lazy(&y).mul(&x.sub_lazy(&y)).number(), value(&((u + v) * (u - v))));
        prop_assert_eq!(x.sub_lazy(&y).square().number(), value(&((u - v) * (u - v))));
        prop_assert_eq!(x.half().add_lazy(&x).square().double().double().number(), value(&(u * u * nine)));
        prop_assert_eq!(x.sub_lazy(&y).sub_twice(&x.half()).number(), value(&(-v)));
        prop_assert_eq!(x.sub_lazy(&y).is_zero_vartime(), u == v);
        prop_assert!(x.sub_lazy(&x).is_zero_vartime() && x.add_lazy(&x.neg()).is_zero_vartime());
        let inverse = u.invert().into_option_copied().map_or([0; L], |inverse| value(&inverse));
        prop_assert_eq!(x.invert().number(), inverse);
        prop_assert_eq!(x.invert_vartime().number(), inverse);
        let radix = ConstMontyForm::<P, L>::new(&Uint::MAX) + ConstMontyForm::<P, L>::ONE;
        prop_assert_eq!(Element::<M, L>::reduced_wide(&a, &b).number(), value(&(u + v * radix)));
        prop_assert_eq!(bool::from(x.is_zero()), u == ConstMontyForm::<P, L>::ZERO);
    });
}

macro_rules! agree {
    ($test:ident, $uint:ty, $limbs:literal, $modulus:ty, $hex:literal) => {
        #[test]
        fn $test() {
            const_monty_params!(Parameters, $uint, $hex, "The same prime.");
            agree::<$modulus, Parameters, $limbs>();
        }
    };
}

#[cfg(target_arch = "x86_64")]
#[test]
fn field_of_tc26_512_a_in_vectors() {
    if !super::vector::available() {
        println!("skipped: this processor has no AVX-512 IFMA");
        return;
    }
    const_monty_params!(
        Parameters,
        U512,
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
        "The same prime."
    );
    agree::<super::vector::Vector<569>, Parameters, 8>();
}

type Base<C, const L: usize> = <C as Curve<L>>::Base;
type Order<C, const L: usize> = <C as Curve<L>>::Order;

agree!(field_of_test_256, U256, 4, Base<curves::Test256, 4>, "8000000000000000000000000000000000000000000000000000000000000431");
agree!(order_of_test_256, U256, 4, Order<curves::Test256, 4>, "8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3");
agree!(field_of_cryptopro_a, U256, 4, Base<curves::CryptoProA, 4>, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97");
agree!(order_of_cryptopro_a, U256, 4, Order<curves::CryptoProA, 4>, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893");
agree!(field_of_cryptopro_b, U256, 4, Base<curves::CryptoProB, 4>, "8000000000000000000000000000000000000000000000000000000000000C99");
agree!(order_of_cryptopro_b, U256, 4, Order<curves::CryptoProB, 4>, "800000000000000000000000000000015F700CFFF1A624E5E497161BCC8A198F");
agree!(field_of_cryptopro_c, U256, 4, Base<curves::CryptoProC, 4>, "9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D759B");
agree!(order_of_cryptopro_c, U256, 4, Order<curves::CryptoProC, 4>, "9B9F605F5A858107AB1EC85E6B41C8AA582CA3511EDDFB74F02F3A6598980BB9");
agree!(order_of_tc26_256_a, U256, 4, Order<curves::Tc26A256, 4>, "400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67");
agree!(field_of_test_512, U512, 8, Base<curves::Test512, 8>, "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DF1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373");
agree!(order_of_test_512, U512, 8, Order<curves::Test512, 8>, "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DA82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF");
agree!(field_of_tc26_512_a, U512, 8, Base<curves::Tc26A512, 8>, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7");
agree!(order_of_tc26_512_a, U512, 8, Order<curves::Tc26A512, 8>, "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275");
agree!(field_of_tc26_512_b, U512, 8, Base<curves::Tc26B512, 8>, "8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000006F");
agree!(order_of_tc26_512_b, U512, 8, Order<curves::Tc26B512, 8>, "800000000000000000000000000000000000000000000000000000000000000149A1EC142565A545ACFDB77BD9D40CFA8B996712101BEA0EC6346C54374F25BD");
agree!(order_of_tc26_512_c, U512, 8, Order<curves::Tc26C512, 8>, "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC98CDBA46506AB004C33A9FF5147502CC8EDA9E7A769A12694623CEF47F023ED");
