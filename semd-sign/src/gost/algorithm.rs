//! Signing and verifying on one curve: GOST R 34.10-2012 6.1 and 6.2, RFC 7091 6.1 and 6.2.

use std::marker::PhantomData;

use subtle::ConditionallySelectable;
use zeroize::Zeroize;

use super::curve::{Curve, Scalar};
use super::field::Element;
use super::joint::Multiples;
use super::modulus::Modulus;
use super::point::{Affine, Point};
use super::{GostError, comb::Comb, limbs};

/// What a parameter set can do; one object per curve, so that keys need no type parameter.
pub(super) trait Algorithm: Send + Sync {
    /// Checks a private key (big-endian): 0 < d < q.
    fn check_secret(&self, secret: &[u8]) -> Result<(), GostError>;
    /// Product of two private scalars modulo q (big-endian), for masked keys.
    fn multiply_scalars(&self, left: &[u8], right: &[u8], out: &mut [u8]);
    /// Public key of a private key: x and y, big-endian, one after the other.
    fn derive_public(&self, secret: &[u8], out: &mut [u8]);
    /// Checks a public key (x and y, big-endian): range, curve, order.
    fn check_public(&self, public: &[u8]) -> Result<(), GostError>;
    /// Signs a digest (in output order) with a given k (big-endian, two widths, reduced modulo q here); `None` when
    /// this k must not be used.
    fn sign(&self, secret: &[u8], digest: &[u8], nonce: &[u8], out: &mut [u8]) -> Option<()>;
    /// Verifies a signature s‖r under a checked public key (x and y, big-endian).
    fn verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool;
    /// Tables of a checked public key (x and y, big-endian).
    fn prepare(&self, public: &[u8]) -> Box<dyn Prepared>;
}

/// A public key with tables.
pub(super) trait Prepared: Send + Sync {
    /// Verifies a signature s‖r.
    fn verify(&self, digest: &[u8], signature: &[u8]) -> bool;
}

/// [`Algorithm`] over a curve.
pub(super) struct Over<C, const L: usize>(PhantomData<C>);

impl<C, const L: usize> Over<C, L> {
    /// The object; it holds nothing.
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C: Curve<L>, const L: usize> Over<C, L> {
    /// Octets of a coordinate and of a scalar.
    const WIDTH: usize = 8 * L;
    /// Width of the digits for the base point, whose table is made once.
    const BASE_WINDOW: usize = 8;
    /// Width of the digits for a prepared key.
    const KEY_WINDOW: usize = 6;

    /// e = alpha mod q with alpha the little-endian reading of the digest; 1 instead of 0.
    fn digest_number(digest: &[u8]) -> Scalar<C, L> {
        let mut alpha = [0; L];
        for (limb, octets) in alpha.iter_mut().zip(digest.chunks(8)) {
            *limb = octets.iter().rev().fold(0, |value, octet| value << 8 | u64::from(*octet));
        }
        let mut number = Scalar::<C, L>::reduced(&alpha);
        let zero = number.is_zero();
        number.conditional_assign(&Element::one(), zero);
        number
    }

    fn comb() -> &'static Comb<C, L> {
        C::tables().comb.get_or_init(|| Comb::new(&Affine::base()))
    }

    fn multiples() -> &'static Multiples<C, L> {
        C::tables().multiples.get_or_init(|| Multiples::new(&Affine::base(), Self::BASE_WINDOW))
    }

    fn point(public: &[u8]) -> Option<Affine<C, L>> {
        let (x, y) = public.split_at_checked(Self::WIDTH)?;
        if y.len() != Self::WIDTH {
            return None;
        }
        Affine::on_curve(&limbs::from_be(x), &limbs::from_be(y))
    }

    /// Whether the signature is good, given how to compute `z1 * P + z2 * Q`.
    fn verify_with(
        digest: &[u8],
        signature: &[u8],
        joint: impl FnOnce(&Scalar<C, L>, &Scalar<C, L>) -> Point<C, L>,
    ) -> bool {
        if signature.len() != 2 * Self::WIDTH || digest.len() != Self::WIDTH {
            return false;
        }
        let (s, r) = signature.split_at(Self::WIDTH);
        let (s, r) = (limbs::from_be(s), limbs::from_be(r));
        if s == [0; L] || r == [0; L] {
            return false;
        }
        let (Some(s), Some(r_scalar)) = (Scalar::<C, L>::canonical(&s), Scalar::<C, L>::canonical(&r)) else {
            return false;
        };
        let v = Self::digest_number(digest).invert_vartime();
        Self::has_x(&joint(&s.mul(&v), &r_scalar.mul(&v).neg()), &r)
    }

    /// Whether x of a public point is r modulo q: one of r, r + q, r + 2q, … below p, compared without dividing by Z².
    fn has_x(point: &Point<C, L>, r: &[u64; L]) -> bool {
        if point.z.is_zero_vartime() {
            return false;
        }
        let z2 = point.z.square();
        let mut candidate = *r;
        while let Some(x) = Element::canonical(&candidate) {
            if x.mul(&z2).sub(&point.x).is_zero_vartime() {
                return true;
            }
            let (next, carry) = limbs::add(&candidate, &C::Order::VALUE);
            if carry {
                return false;
            }
            candidate = next;
        }
        false
    }
}

impl<C: Curve<L>, const L: usize> Algorithm for Over<C, L> {
    fn check_secret(&self, secret: &[u8]) -> Result<(), GostError> {
        if secret.len() != Self::WIDTH {
            return Err(GostError::SecretLength { found: secret.len(), expected: Self::WIDTH });
        }
        let mut number = limbs::from_be(secret);
        let scalar = Scalar::<C, L>::canonical(&number);
        number.zeroize();
        let mut scalar = scalar.ok_or(GostError::SecretRange)?;
        let zero = bool::from(scalar.is_zero());
        scalar.zeroize();
        if zero { Err(GostError::SecretRange) } else { Ok(()) }
    }

    fn multiply_scalars(&self, left: &[u8], right: &[u8], out: &mut [u8]) {
        let factor = |octets| Scalar::<C, L>::reduced(&limbs::from_be(octets));
        let mut product = factor(left).mul(&factor(right));
        limbs::write_be(&product.number(), out);
        product.zeroize();
    }

    fn derive_public(&self, secret: &[u8], out: &mut [u8]) {
        let mut scalar = Scalar::<C, L>::reduced(&limbs::from_be(secret));
        let mut point = Self::comb().multiply(&scalar);
        scalar.zeroize();
        let public = point.to_affine(&point.z.invert());
        // The projective coordinates depend on the whole of d.
        point.zeroize();
        let (out_x, out_y) = out.split_at_mut(Self::WIDTH);
        limbs::write_be(&public.x.number(), out_x);
        limbs::write_be(&public.y.number(), out_y);
    }

    fn check_public(&self, public: &[u8]) -> Result<(), GostError> {
        if public.len() != 2 * Self::WIDTH {
            return Err(GostError::PublicLength { found: public.len(), expected: 2 * Self::WIDTH });
        }
        let point = Self::point(public).ok_or(GostError::PublicNotOnCurve)?;
        if !C::HAS_COFACTOR || Point::multiply_vartime(&point, &C::Order::VALUE).z.is_zero_vartime() {
            Ok(())
        } else {
            Err(GostError::PublicOrder)
        }
    }

    fn sign(&self, secret: &[u8], digest: &[u8], nonce: &[u8], out: &mut [u8]) -> Option<()> {
        let (high, low) = nonce.split_at(Self::WIDTH);
        let (mut low, mut high) = (limbs::from_be(low), limbs::from_be(high));
        let mut k = Scalar::<C, L>::reduced_wide(&low, &high);
        low.zeroize();
        high.zeroize();
        // Whether a k was refused is public: another is drawn, the refused one is forgotten.
        if bool::from(k.is_zero()) {
            return None;
        }
        let mut point = Self::comb().multiply(&k);
        let x = point.to_affine(&point.z.invert()).x;
        // The projective coordinates depend on the whole of k.
        point.zeroize();
        let r = Scalar::<C, L>::reduced(&x.number());
        let mut d = Scalar::<C, L>::reduced(&limbs::from_be(secret));
        let s = r.mul(&d).add(&k.mul(&Self::digest_number(digest)));
        k.zeroize();
        d.zeroize();
        if bool::from(r.is_zero() | s.is_zero()) {
            return None;
        }
        let (out_s, out_r) = out.split_at_mut(Self::WIDTH);
        limbs::write_be(&s.number(), out_s);
        limbs::write_be(&r.number(), out_r);
        Some(())
    }

    fn verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        let Some(key) = Self::point(public) else {
            return false;
        };
        Self::verify_with(digest, signature, |z1, z2| Point::joint(Self::multiples(), z1, &key, z2))
    }

    fn prepare(&self, public: &[u8]) -> Box<dyn Prepared> {
        let key = Self::point(public).expect("a public key is a point of its curve");
        Box::new(PreparedOver { tables: Multiples::new(&key, Self::KEY_WINDOW) })
    }
}

/// [`Prepared`] over a curve.
struct PreparedOver<C: Curve<L>, const L: usize> {
    tables: Multiples<C, L>,
}

impl<C: Curve<L>, const L: usize> Prepared for PreparedOver<C, L> {
    fn verify(&self, digest: &[u8], signature: &[u8]) -> bool {
        Over::<C, L>::verify_with(digest, signature, |z1, z2| {
            Point::joint_prepared(Over::<C, L>::multiples(), z1, &self.tables, z2)
        })
    }
}
