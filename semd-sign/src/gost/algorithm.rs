//! Signing and verifying on one curve: GOST R 34.10-2012 6.1 and 6.2, RFC 7091 6.1 and 6.2.

use std::marker::PhantomData;

use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

use super::curve::{Curve, Point};
use super::field::Field;
use super::{GostError, MAX_WIDTH};

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
    /// Signs a digest (in output order) with a given k (big-endian); `None` when this k must not be used.
    fn sign(&self, secret: &[u8], digest: &[u8], nonce: &[u8], out: &mut [u8]) -> Option<()>;
    /// Verifies a signature s‖r under a checked public key (x and y, big-endian).
    fn verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool;
}

/// [`Algorithm`] over a curve.
pub(super) struct Over<C>(PhantomData<C>);

impl<C> Over<C> {
    /// The object; it holds nothing.
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<C: Curve> Over<C> {
    /// e = alpha mod q with alpha the little-endian reading of the digest; 1 instead of 0.
    fn digest_number(digest: &[u8]) -> C::Scalar {
        let mut reversed = [0_u8; MAX_WIDTH];
        let reversed = &mut reversed[..C::WIDTH];
        reversed.copy_from_slice(digest);
        reversed.reverse();
        let mut number = C::Scalar::from_be_reduced(reversed);
        let zero = number.is_zero();
        number.conditional_assign(&C::Scalar::ONE, zero);
        number
    }

    fn point(public: &[u8]) -> Option<Point<C>> {
        let (x, y) = public.split_at_checked(C::WIDTH)?;
        if y.len() != C::WIDTH {
            return None;
        }
        Point::from_affine(C::Base::from_be_canonical(x)?, C::Base::from_be_canonical(y)?)
    }

    fn reduce_coordinate(x: &C::Base) -> C::Scalar {
        let mut bytes = Zeroizing::new([0_u8; MAX_WIDTH]);
        let bytes = &mut bytes[..C::WIDTH];
        x.write_be(bytes);
        C::Scalar::from_be_reduced(bytes)
    }
}

impl<C: Curve> Algorithm for Over<C> {
    fn check_secret(&self, secret: &[u8]) -> Result<(), GostError> {
        if secret.len() != C::WIDTH {
            return Err(GostError::SecretLength { found: secret.len(), expected: C::WIDTH });
        }
        let mut scalar = C::Scalar::from_be_canonical(secret).ok_or(GostError::SecretRange)?;
        let zero = bool::from(scalar.is_zero());
        scalar.zeroize();
        if zero { Err(GostError::SecretRange) } else { Ok(()) }
    }

    fn multiply_scalars(&self, left: &[u8], right: &[u8], out: &mut [u8]) {
        let mut product = C::Scalar::from_be_reduced(left).mul(&C::Scalar::from_be_reduced(right));
        product.write_be(out);
        product.zeroize();
    }

    fn derive_public(&self, secret: &[u8], out: &mut [u8]) {
        let (x, y) = Point::<C>::base()
            .multiply(secret)
            .to_affine()
            .expect("0 < d < q and the base point has order q, so dP is not the neutral element");
        let (out_x, out_y) = out.split_at_mut(C::WIDTH);
        x.write_be(out_x);
        y.write_be(out_y);
    }

    fn check_public(&self, public: &[u8]) -> Result<(), GostError> {
        if public.len() != 2 * C::WIDTH {
            return Err(GostError::PublicLength { found: public.len(), expected: 2 * C::WIDTH });
        }
        let point = Self::point(public).ok_or(GostError::PublicNotOnCurve)?;
        if point.in_prime_subgroup() { Ok(()) } else { Err(GostError::PublicOrder) }
    }

    fn sign(&self, secret: &[u8], digest: &[u8], nonce: &[u8], out: &mut [u8]) -> Option<()> {
        // Whether a k was refused is public: another is drawn, the refused one is forgotten.
        let mut k = C::Scalar::from_be_canonical(nonce)?;
        let mut point = Point::<C>::base().multiply(nonce);
        let affine = point.to_affine();
        // The projective coordinates depend on the whole of k.
        point.zeroize();
        let r = Self::reduce_coordinate(&affine?.0);
        let mut d = C::Scalar::from_be_reduced(secret);
        let s = r.mul(&d).add(&k.mul(&Self::digest_number(digest)));
        k.zeroize();
        d.zeroize();
        if bool::from(r.is_zero() | s.is_zero()) {
            return None;
        }
        let (out_s, out_r) = out.split_at_mut(C::WIDTH);
        s.write_be(out_s);
        r.write_be(out_r);
        Some(())
    }

    fn verify(&self, public: &[u8], digest: &[u8], signature: &[u8]) -> bool {
        if signature.len() != 2 * C::WIDTH || digest.len() != C::WIDTH {
            return false;
        }
        let (s, r) = signature.split_at(C::WIDTH);
        let (Some(s), Some(r)) = (C::Scalar::from_be_canonical(s), C::Scalar::from_be_canonical(r)) else {
            return false;
        };
        if bool::from(s.is_zero() | r.is_zero()) {
            return false;
        }
        let Some(key) = Self::point(public) else {
            return false;
        };
        let v = Self::digest_number(digest).invert_vartime();
        let (mut z1, mut z2) = ([0_u8; MAX_WIDTH], [0_u8; MAX_WIDTH]);
        s.mul(&v).write_be(&mut z1[..C::WIDTH]);
        r.mul(&v).neg().write_be(&mut z2[..C::WIDTH]);
        let point = Point::<C>::double_multiply_vartime(&z1[..C::WIDTH], &z2[..C::WIDTH], &key);
        point.to_affine_vartime().is_some_and(|(x, _)| bool::from(Self::reduce_coordinate(&x).ct_eq(&r)))
    }
}
