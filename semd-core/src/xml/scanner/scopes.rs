//! Scopes of namespace declarations.
//!
//! What a name with a prefix means is known from earlier names as long as the same declarations are in scope. Scopes that
//! declare the same in the same place are one, in one document or in several: the documents of one program begin with the
//! same declarations.

use super::Binding;
use super::names::LONGEST;

/// Number of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Scope(u32);

/// Scopes that are remembered. The official documents have sixteen in all.
const MOST_SCOPES: u32 = 63;

impl Scope {
    /// Outside of all declarations.
    pub(super) const OUTERMOST: Self = Self(0);

    /// The scope of attribute names without a prefix: they mean the same everywhere.
    pub(super) const EVERYWHERE: Self = Self(u32::MAX);

    /// Whether what is known in the scope is worth keeping.
    pub(super) fn is_remembered(self) -> bool {
        self.0 < MOST_SCOPES || self == Self::EVERYWHERE
    }

    /// The scope in a set of scopes.
    #[inline(always)]
    pub(super) fn set(self) -> ScopeSet {
        match self {
            Self::EVERYWHERE => ScopeSet(u64::MAX),
            // Scopes that are not remembered are in no set but that of all.
            Self(number) => ScopeSet(1 << number.min(MOST_SCOPES)),
        }
    }
}

/// Remembered scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScopeSet(u64);

impl ScopeSet {
    /// No scope.
    pub(super) const NONE: Self = Self(0);

    #[inline(always)]
    pub(super) fn contains(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

struct Known {
    parent: Scope,
    /// Prefixes and numbers of their namespaces.
    declared: Box<[(Box<str>, u32)]>,
}

/// The scopes met so far.
#[derive(Default)]
pub(super) struct Scopes {
    /// Those that are remembered, without the outermost one.
    known: Vec<Known>,
    /// Number of the others.
    others: u32,
}

impl Scopes {
    /// The scope of an element in `parent` that declares something.
    pub(super) fn enter(&mut self, parent: Scope, declared: &[Binding<'_>]) -> Scope {
        let same = |known: &Known| {
            known.parent == parent
                && known.declared.len() == declared.len()
                && known.declared.iter().zip(declared).all(|((prefix, namespace), binding)| {
                    **prefix == *binding.prefix && *namespace == binding.namespace
                })
        };
        let short = |binding: &Binding<'_>| binding.prefix.len() <= LONGEST;
        if parent.is_remembered() && declared.iter().all(short) {
            if let Some(at) = self.known.iter().position(same) {
                return Scope(at as u32 + 1);
            }
            if (self.known.len() as u32) + 1 < MOST_SCOPES {
                let declared =
                    declared.iter().map(|binding| (binding.prefix.into(), binding.namespace)).collect();
                self.known.push(Known { parent, declared });
                return Scope(self.known.len() as u32);
            }
        }
        // Fewer than the bytes of a document.
        self.others += 1;
        Scope(MOST_SCOPES + self.others)
    }

    /// Whether there were more scopes than are remembered.
    pub(super) fn is_full(&self) -> bool {
        self.others > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_that_declare_the_same_in_the_same_place_are_one() {
        let mut scopes = Scopes::default();
        let [one, two] = [1, 2].map(|namespace| [Binding { prefix: "p", namespace }]);
        let outer = scopes.enter(Scope::OUTERMOST, &one);
        assert_eq!(scopes.enter(Scope::OUTERMOST, &one), outer);
        assert_ne!(scopes.enter(Scope::OUTERMOST, &two), outer);
        assert_ne!(scopes.enter(outer, &one), outer);
        assert_ne!(scopes.enter(Scope::OUTERMOST, &[]), outer);
        assert!(outer.set().contains(outer.set()) && Scope::EVERYWHERE.set().contains(outer.set()));
        assert!(!outer.set().contains(Scope::OUTERMOST.set()));
        assert!(!outer.set().contains(Scope::EVERYWHERE.set()));
    }

    #[test]
    fn scopes_beyond_the_remembered_ones_are_never_the_same() {
        let mut scopes = Scopes::default();
        let mut met = vec![Scope::OUTERMOST];
        for namespace in 0..100 {
            let scope = scopes.enter(Scope::OUTERMOST, &[Binding { prefix: "p", namespace }]);
            assert!(!met.contains(&scope));
            met.push(scope);
        }
        let last = met[100];
        assert!(scopes.is_full() && !last.is_remembered());
        let again = scopes.enter(Scope::OUTERMOST, &[Binding { prefix: "p", namespace: 99 }]);
        let inside = scopes.enter(last, &[Binding { prefix: "p", namespace: 0 }]);
        assert!(!met.contains(&again) && !met.contains(&inside) && again != inside);
        assert!(Scope::EVERYWHERE.set().contains(last.set()));
        assert!(met[..MOST_SCOPES as usize].iter().all(|scope| !scope.set().contains(last.set())));
        assert_eq!(scopes.enter(Scope::OUTERMOST, &[Binding { prefix: "p", namespace: 3 }]), met[4]);
    }

    #[test]
    fn long_prefixes_are_not_kept() {
        let mut scopes = Scopes::default();
        let prefix = "p".repeat(LONGEST + 1);
        let scope = scopes.enter(Scope::OUTERMOST, &[Binding { prefix: &prefix, namespace: 1 }]);
        assert!(!scope.is_remembered() && scopes.is_full() && scopes.known.is_empty());
    }
}
